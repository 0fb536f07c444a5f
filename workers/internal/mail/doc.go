// Package mail sends e-mail over SMTP.
//
//	Message ─compose─▶ RFC 5322 ─┐
//	                             ├─▶ connection (one of a few, used again) ─▶ SMTP server
//	Sender.Send ─a free one, or a new one with TLS and login┘
//	     └─▶ nil, or an Error that says what is known of the message
//
// A Message has an identity of its own: a job that runs twice sends the same
// Message-ID twice, and mail servers and readers can tell.
//
// It is the only package that imports the SMTP library. It speaks the protocol with
// the library's smtp.Client and not with its mail.Client: what has to be known of a
// failure is at which step it happened, and a waiting connection is closed when its
// caller's context ends.
package mail
