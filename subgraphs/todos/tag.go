package todos

import (
	"strconv"
	"strings"
	"time"
)

// Bounds of tags.
const (
	MaxTagChars   = 50
	MaxTagsOfList = 100
)

// Tag is a word by which the todos of a list are told apart.
type Tag struct {
	ID        string // tag_…
	ListID    string // tdl_…
	Name      string
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int32
}

// CreateTagInput is a new tag of a list.
type CreateTagInput struct {
	ListID string
	Name   string
}

// Normalize returns the input without surrounding white space, or the reasons
// for which it cannot be accepted.
func (in CreateTagInput) Normalize() (CreateTagInput, error) {
	in.Name = strings.TrimSpace(in.Name)
	return in, join(refuse("name", checkLine(in.Name, MaxTagChars)))
}

// RenameTagInput is another name for a tag.
type RenameTagInput struct {
	ID              string
	Name            string
	ExpectedVersion *int32
}

// Normalize returns the input without surrounding white space, or the reasons
// for which it cannot be accepted.
func (in RenameTagInput) Normalize() (RenameTagInput, error) {
	in.Name = strings.TrimSpace(in.Name)
	return in, join(refuse("name", checkLine(in.Name, MaxTagChars)))
}

// DeleteTagInput says which tag to take off its list.
type DeleteTagInput struct {
	ID              string
	ExpectedVersion *int32
}

// TagTodoInput says which tags a todo has afterwards.
type TagTodoInput struct {
	ID              string
	TagIDs          []string
	ExpectedVersion *int32
}

// Normalize returns the input with each tag once, or the reasons for which it
// cannot be accepted.
func (in TagTodoInput) Normalize() (TagTodoInput, error) {
	in.TagIDs = unique(in.TagIDs)
	return in, join(refuse("tagIds", checkCount(len(in.TagIDs), MaxTagsOfTodo, "tags")))
}

// TagNameTaken refuses a name that another tag of the list has.
func TagNameTaken() UserErrors {
	return Fail(CodeConflict, "name", "the list has a tag of this name already")
}

// TooManyTags refuses one more tag for a list.
func TooManyTags() UserErrors {
	return Fail(CodeConflict, "listId", "a list has no more than "+strconv.Itoa(MaxTagsOfList)+" tags")
}
