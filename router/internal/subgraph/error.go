package subgraph

import (
	"fmt"
	"strconv"
)

// Kind says what went wrong with a request.
type Kind int

const (
	// Unreachable occurs when no connection could be made, as when nothing
	// listens at the subgraph's address.
	Unreachable Kind = iota + 1
	// Broken occurs when a connection ends in the middle of a response, or what
	// comes back is not HTTP.
	Broken
	// Timeout occurs when the subgraph takes longer than it may.
	Timeout
	// Canceled occurs when nobody waits for the response any more.
	Canceled
	// Status occurs when the HTTP status is none of success. The response's body
	// is there if its media type is one of GraphQL's.
	Status
	// MediaType occurs when the response says that it is something else than
	// JSON, as with "Content-Type: text/html".
	MediaType
	// TooLarge occurs when the response is larger than allowed.
	TooLarge
	// BadEncoding occurs when a response is compressed in a way that was not asked
	// for, or does not decompress.
	BadEncoding
	// Busy occurs when every connection to the subgraph is in use and none became
	// free in time.
	Busy
)

// Error says why there is no response.
type Error struct {
	Kind Kind
	// Subgraph is the subgraph's name.
	Subgraph string
	// Reason says what happened, for people.
	Reason string
	// Status is the HTTP status, or 0 if there is none.
	Status int
	// Err is the cause, or nil.
	Err error
}

func (e *Error) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("subgraph %s: %s (status %s)", e.Subgraph, e.Reason, strconv.Itoa(e.Status))
	}
	return fmt.Sprintf("subgraph %s: %s", e.Subgraph, e.Reason)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
