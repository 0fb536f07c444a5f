package todos

import "strings"

// ErrorCode says for programs why a mutation was not carried out.
type ErrorCode string

const (
	// CodeBadInput occurs when a field of the input is malformed, too long, too
	// short or out of range. Example: a title of 0 characters.
	CodeBadInput ErrorCode = "BAD_INPUT"
	// CodeNotFound occurs when what the input names does not exist, or the caller
	// may not see it. Example: the listId of somebody else's list.
	CodeNotFound ErrorCode = "NOT_FOUND"
	// CodeForbidden occurs when the caller may see the object but not change it.
	// Example: a viewer of a list adds a todo.
	CodeForbidden ErrorCode = "FORBIDDEN"
)

// UserError is an expected failure that a form can show.
type UserError struct {
	Message string
	Code    ErrorCode
	// Path leads to the argument: ["input", "title"].
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
