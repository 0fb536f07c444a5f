package refusal

import (
	"errors"
	"fmt"
)

// Code is the extensions.code of a refusal.
type Code string

const (
	// CodeUnauthenticated occurs when an anonymous caller asks for something
	// that needs a login. Example: { me { id } }
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	// CodeForbidden occurs when the caller's scopes do not suffice. Example:
	// { users { totalCount } } by somebody who is no administrator.
	CodeForbidden Code = "FORBIDDEN"
	// CodeBadInput occurs when an argument of a query is out of range. Example:
	// { users(first: 1000) { totalCount } }
	CodeBadInput Code = "BAD_USER_INPUT"
)

// ErrInTheWay says that others who change the same thing kept a change from being
// made, for too long or again and again. The same can be tried again. Mutations
// answer it as one of their expected failures.
var ErrInTheWay = errors.New("other changes were in the way")

// Error is a refusal. Two are the same to errors.Is if their codes are.
type Error struct {
	Code    Code
	Message string
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Is compares the codes.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && e.Code == other.Code
}

// Unauthenticated refuses an anonymous caller.
func Unauthenticated() error {
	return &Error{CodeUnauthenticated, "this needs a login"}
}

// Forbidden refuses a caller whose scopes do not suffice.
func Forbidden() error {
	return &Error{CodeForbidden, "this needs the scope admin"}
}

// BadInput refuses an argument; the message says which and why.
func BadInput(format string, args ...any) error {
	return &Error{CodeBadInput, fmt.Sprintf(format, args...)}
}
