// Package limit bounds what one request may cost before anything is executed.
//
// In comes every HTTP request; out goes the same request with a body that ends
// with an error after so many bytes. The numbers for the parser are configured
// here too, and are enforced by package operation while it reads a document:
//
//	http.Request ─Middleware─▶ body ≤ MaxRequestBytes ─▶ ParserMaxTokens,
//	                                                     ParserMaxRecursion
//
// All limits are on by default; names and defaults are Apollo Router's.
package limit
