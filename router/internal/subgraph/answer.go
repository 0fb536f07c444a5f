package subgraph

import (
	"net/http"
	"sync/atomic"
)

// Answer is what came back for a request. Everybody who sent the same request
// while it was on its way has the same answer: nobody changes it, and each calls
// Release once.
type Answer struct {
	// Parsed is what the request's Parser made of the response, nil if there was
	// none.
	Parsed any
	// Err is why there is no response, or none of success: an *Error, unless the
	// sender is another one than Client.
	Err error
	// Header is the response's header if it is kept, or nil. Nobody changes it.
	Header http.Header
	// Panic is what the sender or the parser panicked with, or nil.
	Panic any

	readers atomic.Int32
	flight  *flight
}

// Private tells whether the answer is meant for one caller only: it sets a cookie.
func (a *Answer) Private() bool { return a.flight.response.Private }

// Release says that the caller reads the answer no more.
func (a *Answer) Release() {
	if a.readers.Add(-1) == 0 {
		a.flight.recycle()
	}
}

// Parser reads responses. What it makes of one is a function of the response's
// text and of Key alone.
type Parser interface {
	// Key says how the parser reads. Equal requests share what one parser made of
	// their response if their parsers' keys are equal.
	Key() any
	// Acquire returns memory for one response, and a body for it to be read into,
	// both from earlier ones if there are any.
	Acquire() (memory any, body []byte)
	// Parse reads a response into memory. It takes Body and leaves nil.
	Parse(memory any, response *Response)
	// Release takes memory back, which nobody reads any more.
	Release(memory any)
}
