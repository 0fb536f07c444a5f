// Package transport is GraphQL over HTTP: what a request has to look like, and
// what a response looks like.
//
// In comes an http.Request, out goes a Request; in comes a response's JSON or a
// list of errors, out go status, headers and bytes:
//
//	http.Request ─Negotiate─▶ MediaType ─ReadBody─▶ Body ─Read─▶ Request ─▶ (the stages)
//	                 │                      │           │            │
//	                 ▼ 405 406 415          ▼ 413       ▼ 400        ▼
//	                 └──── Refuse ──────────┴───────────┴──── Write / Refuse ─▶ bytes
//
// A Body lies in memory that is used again, and the parts of a Request lie in its
// Body. Ordinary bodies are read without encoding/json and without allocations
// (scan.go); the others, and all that is wrong, by it.
//
// Status codes follow the GraphQL over HTTP specification: in application/json a
// well-formed request is answered with 200 whatever its operation comes to, in
// application/graphql-response+json an answer without data has a 4xx or 5xx.
// Codes of errors are Apollo Router's.
//
// Only application/json is accepted as a request's media type, and only POST: a
// web page of another origin can send neither without asking first (a CORS
// preflight), which the router does not answer. That is the whole defence
// against cross-site request forgery, and why GET is not there.
package transport
