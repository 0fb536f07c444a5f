// Package link signs the links of mails with which a reader ends mails of a topic
// without logging in (RFC 8058), and reads them again.
//
//	worker:  Unsubscribe{UserID, Topic, Expires} ─Keys.Sign─▶ token in a mail's link
//	users:   token of a request ─Keys.Open─▶ Unsubscribe, or ErrInvalid, ErrExpired
//
// A token is kid.body.tag: the id of the key, what was signed, and an HMAC-SHA256
// over both, the last two in base64url. It names the user by id and tells nothing
// else of them. Links that do more than end mails, such as those of verification and
// reset, have tokens of the database, which are good for once.
package link
