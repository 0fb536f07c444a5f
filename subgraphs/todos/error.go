package todos

import (
	"fmt"
	"strconv"
	"strings"
)

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
	// CodeConflict occurs when what is there does not allow the change. Example: a
	// list has a tag of that name already.
	CodeConflict ErrorCode = "CONFLICT"
	// CodeIdempotencyKeyReused occurs when an idempotency key came with another
	// input before. Example: the same key with another title.
	CodeIdempotencyKeyReused ErrorCode = "IDEMPOTENCY_KEY_REUSED"
	// CodeStaleVersion occurs when the object has another version than the caller
	// saw. Example: somebody else has renamed it meanwhile.
	CodeStaleVersion ErrorCode = "STALE_VERSION"
	// CodeBusy occurs when others who change the same thing were in the way for too
	// long: the same can be tried again. Example: a hundred people write into one list.
	CodeBusy ErrorCode = "BUSY"
)

// UserError is an expected failure that a form can show.
type UserError struct {
	Message string
	Code    ErrorCode
	// Path leads to the argument: ["input", "title"], or ["input", "ids", "3"].
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

// FailItem returns a single UserError about an item, counted from 0, of a list
// that is a field of the argument input.
func FailItem(code ErrorCode, field string, item int, message string) UserErrors {
	return UserErrors{{Message: message, Code: code, Path: []string{"input", field, strconv.Itoa(item)}}}
}

// Busy returns a single UserError about everything that was asked for: it can be
// tried again.
func Busy() UserErrors {
	return UserErrors{{Message: "others are changing the same: try again", Code: CodeBusy, Path: []string{}}}
}

// NotFound refuses what does not exist, or not for the viewer.
func NotFound(field, noun string) UserErrors {
	return Fail(CodeNotFound, field, "there is no such "+noun)
}

// CheckVersion refuses a change of an object that has another version than the
// caller saw. Callers who did not say what they saw, by nil, are never refused.
func CheckVersion(version int32, expected *int32) error {
	if expected == nil || *expected == version {
		return nil
	}
	return Fail(CodeStaleVersion, "expectedVersion", staleMessage(version))
}

// staleMessage is the message of CodeStaleVersion.
func staleMessage(version int32) string {
	return fmt.Sprintf("this was changed in the meantime: its version is %d now", version)
}

// join returns the errors as one error, nil without any.
func join(all ...UserErrors) error {
	var errs UserErrors
	for _, some := range all {
		errs = append(errs, some...)
	}
	if errs == nil {
		return nil
	}
	return errs
}
