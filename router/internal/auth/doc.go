// Package auth finds out who is calling.
//
// In comes an HTTP request, with or without an access token; out goes a Caller,
// whose claims travel on to the subgraphs in signed form (package identity), or
// an error that says why the token is refused:
//
//	Authorization: Bearer … ─▶ Authenticate ─▶ Caller{Claims, Encoded}
//	                              │    ▲
//	   verified tokens (cache) ◀──┘    └── keys ◀── JWKS address (poll, refresh)
//
// A session that ends before its tokens is refused too, if it is published: Run
// copies the list of such sessions every second, so that no request asks for it.
// While the list cannot be read, what is known of it stays, and the tokens of
// sessions that end now live out their minutes.
//
//	sorted set (RevocationList) ──every second──▶ Revocations ◀── Authenticate
//
// A request without a token is an anonymous caller's and goes on: what anonymous
// callers may do is decided by the subgraphs. A request with a bad token ends
// here.
//
// A token is verified with keys that were fetched from the configured addresses,
// never with anything that the token brings along. The algorithm has to be one
// of the configured ones and the one that its key is for; expiry is required;
// clocks may differ by 30 seconds. The keys in use stay when their address does
// not answer, so that an outage of the issuer does not log anybody out.
//
// This is the only package that imports golang-jwt and go-jose.
package auth
