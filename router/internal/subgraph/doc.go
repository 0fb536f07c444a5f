// Package subgraph sends requests to subgraphs and brings their answers back as
// bytes.
//
// In comes a Request, whose body is complete; out comes the body of the
// response, or an *Error that says what went wrong:
//
//	Request ─sign─▶ host pool of the subgraph ─HTTP/1.1─▶ status, type, size ─▶ Response
//	                     ▲                                      │
//	                     └── once more, if a kept connection ───┘
//	                         ended before the first byte
//
// Flights carry requests to the client: equal queries of equal callers that are
// on their way at the same time travel as one, and share what a Parser, which the
// caller brings, made of the response. Each who waits keeps a time of its own; a
// request lives as long as anybody waits for it.
//
// The package knows nothing of GraphQL beyond its media types: what the bytes
// mean is the caller's business.
//
// Requests go over HTTP/1.1, plain or with TLS, through connections that are
// kept and shared by the requests to one subgraph. HTTP/2 is not spoken: over
// fast links it costs more than it saves. A request is signed for exactly what
// is sent (package identity of the schema module), unless there is no signer.
package subgraph
