package delivery

import "time"

// Metrics counts how mails end, each time by the letter's name. Its methods are
// called from many goroutines and must not block.
type Metrics interface {
	// Delivered is a mail that the server has taken, and how long that took.
	Delivered(template string, took time.Duration)
	// Refused is a mail that the server refused for good, with its answer.
	Refused(template string, code int)
	// Deferred is an attempt that failed and will be repeated; code is the server's
	// answer, or 0 if it gave none.
	Deferred(template string, code int)
	// Unknown is a mail that may have been taken and may not come twice.
	Unknown(template string)
	// Snoozed is an attempt that was put off because the server does not answer, or
	// too many others talk to it.
	Snoozed(template string)
	// BreakerChanged says whether the mail server is left alone (open).
	BreakerChanged(open bool)
}

// nobody counts nothing.
type nobody struct{}

func (nobody) Delivered(string, time.Duration) {}
func (nobody) Refused(string, int)             {}
func (nobody) Deferred(string, int)            {}
func (nobody) Unknown(string)                  {}
func (nobody) Snoozed(string)                  {}
func (nobody) BreakerChanged(bool)             {}
