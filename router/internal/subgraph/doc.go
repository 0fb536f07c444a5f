// Package subgraph sends requests to subgraphs and brings their answers back as
// bytes.
//
// In comes a Request, whose body is complete; out comes the body of the
// response, or an *Error that says what went wrong:
//
//	                        ┌─ plain line: HTTP/1.1, TCP or a Unix socket ─┐
//	Request ─sign─▶ host ───┤                                              ├─▶ type, encoding, size ─▶ Response
//	                 ▲      └─ standard line: TLS, HTTP/2, h2c, proxies ───┘         │
//	                 └────── once more, if it is a query and a kept connection ──────┘
//	                         ended before the first byte
//
// A host is one subgraph, with its Settings and its own bounded pool of
// connections. The plain line is fasthttp's; everything else is net/http's, which
// costs more for each request. Redirects are not followed, what is compressed is
// undone within the limit of bodies.
//
// A Call ends what a request is doing: it moves the deadline of the connection,
// or that of the alarm which stands for one with net/http. Whoever waits for
// requests watches its own client once, however many requests there are
// (Flights.Leave).
//
// Flights carry requests to the client: equal queries of equal callers that are
// on their way at the same time travel as one, and share what a Parser, which the
// caller brings, made of the response. Each who waits keeps a time of its own; a
// request lives as long as anybody waits for it.
//
// The package knows nothing of GraphQL beyond its media types: what the bytes
// mean is the caller's business.
//
// A request is signed for exactly what is sent (package identity of the schema
// module), unless there is no signer.
package subgraph
