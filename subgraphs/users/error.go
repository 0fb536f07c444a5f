package users

import "strings"

// ErrorCode says for programs why a mutation was not carried out.
type ErrorCode string

const (
	// CodeBadInput occurs when a field of the input is malformed, too long, too
	// short or out of range. Example: a displayName of 0 characters.
	CodeBadInput ErrorCode = "BAD_INPUT"
	// CodeConflict occurs when the e-mail address of a registration belongs to
	// another account.
	CodeConflict ErrorCode = "CONFLICT"
	// CodeInvalidCredentials occurs when no account has the e-mail address, the
	// password is wrong, or the account may not log in: the answer does not tell
	// which.
	CodeInvalidCredentials ErrorCode = "INVALID_CREDENTIALS"
)

// UserError is an expected failure that a form can show.
type UserError struct {
	Message string
	Code    ErrorCode
	// Path leads to the argument: ["input", "email"].
	Path []string
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
	return UserErrors{{Message: message, Code: code, Path: []string{"input", field}}}
}
