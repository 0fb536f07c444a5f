package users

import (
	"fmt"
	"strings"
	"time"
)

// ErrorCode says for programs why a mutation was not carried out.
type ErrorCode string

const (
	// CodeBadInput occurs when a field of the input is malformed, too long, too
	// short or out of range. Example: a displayName of 0 characters.
	CodeBadInput ErrorCode = "BAD_INPUT"
	// CodeBusy occurs when others who change the same thing were in the way for too
	// long: the same can be tried again. Example: a profile is updated from many tabs
	// at once.
	CodeBusy ErrorCode = "BUSY"
	// CodeConflict occurs when the e-mail address of a registration belongs to
	// another account, or when the change would leave no administrator.
	CodeConflict ErrorCode = "CONFLICT"
	// CodeInvalidCredentials occurs when no account has the e-mail address, the
	// password is wrong, or the account may not log in: the answer does not tell
	// which.
	CodeInvalidCredentials ErrorCode = "INVALID_CREDENTIALS"
	// CodeNotFound occurs when an id names nothing, or nothing that the caller may
	// know of. Example: revokeSession with the id of somebody else's session.
	CodeNotFound ErrorCode = "NOT_FOUND"
	// CodeRateLimited occurs when something was tried too often, or too many
	// passwords are being checked. Example: the eleventh wrong password for one
	// address within a quarter of an hour.
	CodeRateLimited ErrorCode = "RATE_LIMITED"
	// CodeStaleVersion occurs when the object has changed since the caller read it.
	// Example: updateProfile with expectedVersion 1 of a user whose version is 2.
	CodeStaleVersion ErrorCode = "STALE_VERSION"
	// CodeTokenInvalid occurs when a token from a mail or a refresh token is none,
	// has expired, was used or was revoked, or when its account may not log in: the
	// answer does not tell which. Example: a refresh token after logout.
	CodeTokenInvalid ErrorCode = "TOKEN_INVALID"
)

// UserError is an expected failure that a form can show.
type UserError struct {
	Message string
	Code    ErrorCode
	// Path leads to the argument: ["input", "email"].
	Path []string
	// RetryAfter is how long to wait, of CodeRateLimited alone.
	RetryAfter time.Duration
}

// UserErrors are the reasons for which a mutation was not carried out, at least
// one. As an error they travel from the service to the payload.
type UserErrors []UserError

// Error joins the messages.
func (e UserErrors) Error() string {
	messages := make([]string, len(e))
	for i, one := range e {
		messages[i] = strings.Join(one.Path, ".") + ": " + one.Message
	}
	return strings.Join(messages, "; ")
}

// Fail returns a single UserError about the field of the argument input.
func Fail(code ErrorCode, field, message string) UserErrors {
	return FailAt(code, message, "input", field)
}

// FailAt returns a single UserError about the argument that path leads to.
func FailAt(code ErrorCode, message string, path ...string) UserErrors {
	return UserErrors{{Message: message, Code: code, Path: path}}
}

// Busy returns a single UserError about everything that was asked for: it can be
// tried again.
func Busy() UserErrors {
	return UserErrors{{Message: "others are changing the same: try again", Code: CodeBusy, Path: []string{}}}
}

// BusyAt returns a single UserError about the password that path leads to, which
// could not be hashed because too many others are: it can be tried again in a
// second.
func BusyAt(path ...string) UserErrors {
	busy := FailAt(CodeRateLimited, "cannot be checked now, because too many others are: try again in a second", path...)
	busy[0].RetryAfter = time.Second
	return busy
}

// TooMany returns a single UserError about the field of the argument input, which
// tells how long to wait, in whole seconds.
func TooMany(field string, wait time.Duration) UserErrors { return TooManyAt(wait, "input", field) }

// TooManyAt is TooMany about the argument that path leads to.
func TooManyAt(wait time.Duration, path ...string) UserErrors {
	wait = (wait + time.Second - 1).Truncate(time.Second)
	refused := FailAt(CodeRateLimited, fmt.Sprintf("too many attempts: try again in %d seconds", int(wait.Seconds())), path...)
	refused[0].RetryAfter = wait
	return refused
}
