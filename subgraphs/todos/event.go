package todos

import (
	"slices"
	"time"
)

// EventType is the kind of a change.
type EventType string

// The types of events, of lists and of todos.
const (
	ListCreated   EventType = "LIST_CREATED"
	ListRenamed   EventType = "LIST_RENAMED"
	ListDeleted   EventType = "LIST_DELETED"
	MemberSet     EventType = "MEMBER_SET"
	MemberRemoved EventType = "MEMBER_REMOVED"
	TagCreated    EventType = "TAG_CREATED"
	TagRenamed    EventType = "TAG_RENAMED"
	TagDeleted    EventType = "TAG_DELETED"

	TodoCreated       EventType = "TODO_CREATED"
	TodoUpdated       EventType = "TODO_UPDATED"
	TodoStatusChanged EventType = "TODO_STATUS_CHANGED"
	TodoAssigned      EventType = "TODO_ASSIGNED"
	TodoTagged        EventType = "TODO_TAGGED"
	TodoDeleted       EventType = "TODO_DELETED"
	TodoRestored      EventType = "TODO_RESTORED"
)

// Event is a change of a list or todo that has been committed.
type Event struct {
	Cursor EventCursor
	Type   EventType
	ListID string
	TodoID string // "" for what happened to the list itself
	// Version is the todo's or list's after the change.
	Version int32
	ActorID string
	At      time.Time
	// Data is a JSON object, made from Changes.
	Data      []byte
	RequestID string
}

// EventCursor is a place in the order of events. The zero value is before all.
type EventCursor struct {
	Transaction uint64
	ID          int64
}

// Changes says what a change did, by the names of fields in the GraphQL schema:
// a FieldChange, a SetChange, or an id that says what it is about.
type Changes map[string]any

// FieldChange is a value in the place of another; nil is none.
type FieldChange struct {
	From any `json:"from"`
	To   any `json:"to"`
}

// SetChange is what came to a set and what left it.
type SetChange struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
}

// setField notes that a field was changed, if it was. Values are comparable.
func setField[T comparable](c Changes, field string, from, to *T) {
	if from == to || from != nil && to != nil && *from == *to {
		return
	}
	change := FieldChange{}
	if from != nil {
		change.From = *from
	}
	if to != nil {
		change.To = *to
	}
	c[field] = change
}

// SetItems notes which items came and left, if any did.
func (c Changes) SetItems(field string, from, to []string) {
	change := SetChange{Added: without(to, from), Removed: without(from, to)}
	if len(change.Added)+len(change.Removed) > 0 {
		c[field] = change
	}
}

// without returns those of all that are not among others.
func without(all, others []string) []string {
	rest := []string{}
	for _, one := range all {
		if !slices.Contains(others, one) {
			rest = append(rest, one)
		}
	}
	return rest
}

// Changes returns what tells a todo from another version of it, or, from nil, what
// a new one begins with.
func (t Todo) Changes(before *Todo) Changes {
	c := Changes{}
	var title *string
	var status *TodoStatus
	var priority *Priority
	if before == nil {
		before = &Todo{}
	} else {
		title, status, priority = &before.Title, &before.Status, &before.Priority
	}
	setField(c, "title", title, &t.Title)
	setField(c, "description", before.Description, t.Description)
	setField(c, "status", status, &t.Status)
	setField(c, "priority", priority, &t.Priority)
	setField(c, "dueAt", instant(before.DueAt), instant(t.DueAt))
	setField(c, "remindAt", instant(before.RemindAt), instant(t.RemindAt))
	return c
}

// instant makes moments comparable, and writes them alike, whatever their zone:
// to the microsecond, as the database keeps them.
func instant(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano)
	return &text
}
