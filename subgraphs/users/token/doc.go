// Package token issues access tokens and publishes the keys to check them with.
//
//	user, session, scopes ─Issue─▶ JWT (RFC 7519; EdDSA or RS256) ─▶ client ─▶ router
//	PEM ─ParseKeys─▶ the key that signs; it, the next and the former ones ─▶ /.well-known/jwks.json ─▶ router
//
// A token has the type at+jwt and the claims that RFC 9068 wants, except client_id:
// there are no clients that are registered. Which algorithm it is depends on the first key alone. ParseKeys says how keys are
// replaced without anybody noticing.
package token
