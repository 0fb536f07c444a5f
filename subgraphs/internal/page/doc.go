// Package page is paging as Relay's cursor connections have it, on tables that
// are ordered by a moment and an id.
//
//	Args{First, After, Last, Before} ─Codec.Window─▶ Window{Limit, After, Before} ─SQL─▶ rows
//	rows ─Slice─▶ the page's rows + Info;  row's Position ─Codec.Cursor─▶ cursor
//
// A cursor is opaque and signed: base64url(version, position, tag), where the
// tag is an HMAC over the position and the scope, the name of the connection
// that the cursor was made for. A cursor that somebody made up, or took from
// another connection, is refused.
package page
