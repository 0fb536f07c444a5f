// Package origin finds out where a request of a client comes from: the client's
// address and its user agent, which services keep with logins and in their audit
// logs.
//
//	connection ─▶ peer's address ── no trusted proxy ─────────────▶ Origin{Address, UserAgent}
//	                   │ a trusted proxy                                  ▲
//	                   └▶ X-Forwarded-For: forged, client, proxy 2 ───────┘
//	                                                ▲ read from the right
//
// Whoever sends a request may write into a header what it likes; each proxy on the
// way adds at the right whom it got the request from. What stands there is therefore
// believed as far as those who wrote it are trusted: the first address from the right
// that is no trusted proxy's is the client's. Without trusted proxies, which is the
// default, no header is looked at.
//
// One header is read and no other: a proxy that adds to X-Forwarded-For passes on a
// Forwarded header that the client made up, and the other way round.
package origin
