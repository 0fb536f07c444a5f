// Package token issues access tokens and publishes the keys to check them with.
//
//	user, session, scopes ─Issue─▶ JWT (RFC 9068, EdDSA) ─▶ client ─▶ router
//	private key ─▶ JWKS ─▶ /.well-known/jwks.json ─▶ router
package token
