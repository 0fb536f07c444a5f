// Package page is paging as Relay's cursor connections have it, on tables that
// are ordered by a moment, or another key, and an id.
//
//	Args{First, After, Last, Before} ─Codec.Window─▶ Window{Limit, After, Before} ─SQL─▶ rows
//	rows ─Slice─▶ the page's rows + Info;  row's Position ─Codec.Cursor─▶ cursor
//
// A cursor is opaque and signed: base64url(version, position, tag), where the
// tag is an HMAC over the position and the scope, the name of the connection
// that the cursor was made for: whoever makes scopes puts into them what the
// cursor is to fit, such as viewer, filter and order. A cursor that somebody made
// up, or took from another connection, is refused.
package page
