package mail

import (
	"context"
	"errors"
	"net/textproto"
	"strconv"
)

// Kind is what the failure of a delivery means for the message.
type Kind int

// The kinds.
const (
	// Refused is a message that the server will never take (SMTP 5xx).
	Refused Kind = iota + 1
	// Deferred is a message that the server does not take now (SMTP 4xx), or that it
	// refuses because of the sender, and so not for good.
	Deferred
	// Unreachable is a message that was not handed over: there is no server, it does
	// not let us in, or it fell silent before it had the whole message.
	Unreachable
	// Lost is a message of which nobody knows: the server had the whole of it and
	// did not say whether it takes it.
	Lost
	// Busy is a message that found no free connection in its time. The server was not
	// asked.
	Busy
)

// Error is why a message was not delivered. Its text names neither receiver nor
// content: it ends up in logs and in the error column of jobs. That is also why the
// server's own words, which repeat addresses, are not in it.
type Error struct {
	Kind Kind
	// Step is what was being done.
	Step string
	// Code is the server's answer, or 0 if it gave none.
	Code int
	// Err is what happened to the connection, or nil if the server answered.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	text := "mail: " + e.Step + ": "
	switch {
	case e.Code != 0:
		text += "the server answered " + strconv.Itoa(e.Code)
	case e.Err != nil:
		text += e.Err.Error()
	}
	switch e.Kind {
	case Refused:
		return text + ", which is for good"
	case Lost:
		return text + "; it is not known whether the server has taken the message"
	}
	return text
}

// Unwrap returns what happened to the connection.
func (e *Error) Unwrap() error { return e.Err }

// IsUnanswered reports whether err says that the server did not answer, which
// promises nothing good for the next mail.
func IsUnanswered(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && (failed.Kind == Unreachable || failed.Kind == Lost)
}

// IsUnasked reports whether err says nothing about the server: it was not asked, or
// the caller did not wait.
func IsUnasked(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && (failed.Kind == Busy || errors.Is(failed.Err, context.Canceled))
}

// answer makes an Error of what a step of the protocol failed with: kind refused
// for an answer that is final, and silent if there was none.
func answer(step string, err error, refused, silent Kind) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return &Error{Kind: silent, Step: step, Err: bare(err)}
	}
	switch {
	case reply.Code == serviceNotAvailable:
		// It closes the connection, whatever it was asked.
		return &Error{Kind: Unreachable, Step: step, Code: reply.Code}
	case reply.Code >= 500:
		return &Error{Kind: refused, Step: step, Code: reply.Code}
	}
	return &Error{Kind: Deferred, Step: step, Code: reply.Code}
}

// serviceNotAvailable is what a server that shuts down answers to anything
// (RFC 5321 §3.8).
const serviceNotAvailable = 421

// bare is err without the text of a malformed answer, which may be anything.
func bare(err error) error {
	var protocol textproto.ProtocolError
	if errors.As(err, &protocol) {
		return errMalformed
	}
	return err
}

var errMalformed = errors.New("the server's answer is malformed")
