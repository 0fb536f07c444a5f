// Package floor is a gateway that does no work: what an HTTP server and an HTTP
// client of Go cost at the least.
//
//	net/http server ─▶ the requests of a plan, as constants ─▶ stock fasthttp client
//	                ◀─ a constant                          ◀─ answers are read and dropped
//
// It sends the requests that a gateway sends for an operation, in the same order
// and as many at once, and answers with the right bytes. It is what other gateways
// are measured by, so it stays as it is: whoever changes it makes all figures
// before incomparable.
package floor
