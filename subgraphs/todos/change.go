package todos

import (
	"strings"
	"time"
)

// MaxBulk bounds the todos that one mutation changes.
const MaxBulk = 100

// Given is a field of a patch: what the client gave, or nothing at all.
type Given[T any] struct {
	Is    bool
	Value T
}

// or returns what was given, or else what there was.
func (g Given[T]) or(was T) T {
	if g.Is {
		return g.Value
	}
	return was
}

// TodoPatch changes what a todo says: the fields that are given. Nil takes a value
// away, where a todo can be without it.
type TodoPatch struct {
	ID              string
	Title           Given[*string]
	Description     Given[*string]
	Priority        Given[*Priority]
	DueAt           Given[*time.Time]
	RemindAt        Given[*time.Time]
	ExpectedVersion *int32
}

// Normalize returns the patch without surrounding white space in the title, or
// the reasons for which it cannot be accepted.
func (p TodoPatch) Normalize() (TodoPatch, error) {
	var title, priority string
	switch {
	case p.Title.Is && p.Title.Value == nil:
		title = "must not be empty"
	case p.Title.Is:
		trimmed := strings.TrimSpace(*p.Title.Value)
		p.Title.Value = &trimmed
		title = checkLine(trimmed, MaxTitleChars)
	}
	if p.Priority.Is && p.Priority.Value == nil {
		priority = "must not be empty"
	}
	return p, join(
		refuse("title", title),
		refuse("description", checkDescription(p.Description.Value)),
		refuse("priority", priority),
		refuse("dueAt", checkMoment(p.DueAt.Value)),
		refuse("remindAt", checkMoment(p.RemindAt.Value)),
	)
}

// Apply returns the todo with what a normalized patch changes of it.
func (p TodoPatch) Apply(t Todo) Todo {
	t.Title = *p.Title.or(&t.Title)
	t.Description = p.Description.or(t.Description)
	t.Priority = *p.Priority.or(&t.Priority)
	t.DueAt = p.DueAt.or(t.DueAt)
	t.RemindAt = p.RemindAt.or(t.RemindAt)
	return t
}

// SetTodoStatusInput says how far a todo is.
type SetTodoStatusInput struct {
	ID              string
	Status          TodoStatus
	ExpectedVersion *int32
}

// WithStatus returns the todo with another status. When it was done is kept as
// long as it is done or archived.
func (t Todo) WithStatus(status TodoStatus, now time.Time) Todo {
	t.Status = status
	switch {
	case status != StatusDone && status != StatusArchived:
		t.CompletedAt = nil
	case status == StatusDone && t.CompletedAt == nil:
		t.CompletedAt = &now
	}
	return t
}

// AssignTodoInput says who a todo is assigned to afterwards.
type AssignTodoInput struct {
	ID              string
	AssigneeIDs     []string
	ExpectedVersion *int32
}

// Normalize returns the input with each assignee once, or the reasons for which
// it cannot be accepted.
func (in AssignTodoInput) Normalize() (AssignTodoInput, error) {
	in.AssigneeIDs = unique(in.AssigneeIDs)
	return in, join(refuse("assigneeIds", checkCount(len(in.AssigneeIDs), MaxAssignees, "people")))
}

// CompleteTodosInput says which todos are done.
type CompleteTodosInput struct {
	IDs []string
	// ExpectedVersions is nil, or has one for each id.
	ExpectedVersions []int32
}

// Normalize returns the input, or the reasons for which it cannot be accepted.
func (in CompleteTodosInput) Normalize() (CompleteTodosInput, error) {
	var ids, versions string
	switch {
	case len(in.IDs) == 0:
		ids = "must not be empty"
	case len(unique(in.IDs)) < len(in.IDs):
		ids = "must not name a todo twice"
	default:
		ids = checkCount(len(in.IDs), MaxBulk, "todos")
	}
	if in.ExpectedVersions != nil && len(in.ExpectedVersions) != len(in.IDs) {
		versions = "must be as many as ids"
	}
	return in, join(refuse("ids", ids), refuse("expectedVersions", versions))
}

// Completed is what became of one id of CompleteTodos.
type Completed struct {
	// Role is the viewer's in the todo's list, "" if there is no such todo for them.
	Role ListRole
	// Version is the todo's before.
	Version int32
	// Todo is the todo afterwards, changed or not.
	Todo *Todo
}

// Results returns the todos that are done, and the errors of the others; all has
// one for each id.
func (in CompleteTodosInput) Results(all []Completed) ([]*Todo, UserErrors) {
	done := make([]*Todo, 0, len(all))
	var errs UserErrors
	for i, one := range all {
		switch {
		case one.Role == "":
			errs = append(errs, FailItem(CodeNotFound, "ids", i, "there is no such todo")...)
		case !one.Role.May(WriteTodos):
			errs = append(errs, FailItem(CodeForbidden, "ids", i, Forbidden(WriteTodos, "")[0].Message)...)
		case in.ExpectedVersions != nil && in.ExpectedVersions[i] != one.Version:
			errs = append(errs, FailItem(CodeStaleVersion, "ids", i, staleMessage(one.Version))...)
		default:
			done = append(done, one.Todo)
		}
	}
	return done, errs
}
