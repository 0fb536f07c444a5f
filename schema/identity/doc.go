// Package identity is how the router tells a subgraph who is calling, and how
// a subgraph makes sure that it was the router who said so.
//
// The router verifies the caller's access token once and sends what it learned
// in two headers; the access token itself stays at the router:
//
//	Weft-Identity:  v1;<unix seconds>;<request id>;<base64url(claims JSON)>
//	Weft-Signature: v1;<key id>;<base64url(HMAC-SHA256(key, text))>
//
// where text is these lines, joined by "\n", without one at the end:
//
//	v1
//	<unix seconds>
//	<METHOD>
//	<path?query>
//	<request id>
//	<hex(SHA-256(body))>
//	<hex(SHA-256(value of Weft-Identity))>
//
// A signature therefore fits one request only: another body, path, caller or
// time needs another one. The request id differs with every request that the
// router sends (the id of the client's request, a dot and a number), so that
// two equal ones, or one that is tried again, do not look like a replay.
//
// The claims are the caller's subject (sub), session (sid), scopes (scope) and the
// token's end of life (exp); nothing of that for an anonymous caller, who gets an
// envelope too. Mutations also have the client's address (ip) and user agent (ua).
// Claims that are not known here are refused: services learn of new ones before
// routers send them.
//
//	router:   Claims ─Signer.Sign─▶ two header values
//	subgraph: two header values + request ─Verifier.Verify─▶ Envelope
//
// A Verifier accepts a time stamp within its window (30 seconds either way) and
// each signature once in it. Several replicas of a service remember signatures
// apart from each other: between them, mutual TLS or a network policy has to
// close the window.
//
// Keys come from WEFT_IDENTITY_KEYS, "id:base64,id:base64": the first one
// signs, all of them verify, so that a key is replaced without a gap by adding
// the new one at the end, moving it to the front, and removing the old one.
//
// The package uses the standard library alone, because every tier imports it.
// testdata/vectors.json holds signatures for implementations in other languages.
package identity
