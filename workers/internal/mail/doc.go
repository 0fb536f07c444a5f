// Package mail sends e-mail over SMTP.
//
//	Message ─Sender.Send─▶ SMTP server
//	              └─▶ nil, ErrRefused (for good) or another error (try again)
//
// A Message has an identity of its own: a job that runs twice sends the same
// Message-ID twice, and mail servers and readers can tell.
//
// It is the only package that imports the SMTP library.
package mail
