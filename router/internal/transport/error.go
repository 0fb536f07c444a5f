package transport

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Error is a refusal: an error of the response and the status that goes with it.
type Error struct {
	// Status is the HTTP status, in either media type.
	Status int
	// Cause is what the client reads.
	Cause *gqlerror.Error
}

// Error returns the message that the client reads.
func (e *Error) Error() string { return e.Cause.Message }

// Unwrap returns the Cause.
func (e *Error) Unwrap() error { return e.Cause }

func refusal(status int, code, format string, arguments ...any) *Error {
	err := gqlerror.Errorf(format, arguments...)
	err.Extensions = map[string]any{"code": code}
	return &Error{Status: status, Cause: err}
}

// Internal is the error for a failure of ours: it tells a client no more than
// the id under which the log has the cause.
func Internal(requestID string) *Error {
	return refusal(http.StatusInternalServerError, CodeInternal, "internal error (request %s)", requestID)
}

// NotFound is the error for a path at which nothing is.
func NotFound(path, graphqlPath string) *Error {
	return refusal(http.StatusNotFound, CodeNotFound, "nothing is at %s: send GraphQL requests to %s", path, graphqlPath)
}

// Timeout is the error for an answer that took too long.
func Timeout() *Error {
	return refusal(http.StatusGatewayTimeout, CodeTimeout, "the request took longer than it may (traffic_shaping.router.timeout)")
}
