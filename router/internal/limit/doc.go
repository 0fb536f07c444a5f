// Package limit bounds what one request may cost before anything is executed.
//
// In comes every HTTP request; out goes the same request with a body that ends
// with an error after so many bytes. The numbers for the parser are configured
// here too, and are enforced by package operation while it reads a document:
//
//	http.Request ─Middleware─▶ body ≤ MaxRequestBytes ─▶ ParserMaxTokens,
//	                                                     ParserMaxRecursion
//
// Before it is executed, a request waits until the memory that it is expected to
// take is there:
//
//	Admission.Enter ─▶ execution ─▶ Admission.Leave
//
// All limits are on by default; names and defaults are Apollo Router's, as far as
// it has them.
package limit
