package todos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// TodoEvent is an Event of a todo as its history shows it.
type TodoEvent struct {
	Type    TodoEventType
	At      time.Time
	ActorID string // usr_…
	// Version is the one that the change led to.
	Version int32
	Changes []TodoFieldChange
}

// Actor is who made the change.
func (e TodoEvent) Actor() *User { return &User{ID: e.ActorID} }

// TodoEventType is the kind of a change of a todo: an EventType without its prefix.
type TodoEventType string

// historyType returns the type of an event as the history of its todo has it.
func historyType(event EventType) TodoEventType {
	return TodoEventType(strings.TrimPrefix(string(event), "TODO_"))
}

// TodoFieldChange is a field of a todo before and after a change, or what came to
// and left it if it is a set.
type TodoFieldChange struct {
	Field          string
	From, To       *string
	Added, Removed []string
}

// History returns an event as the history of its todo has it.
func (e Event) History() (TodoEvent, error) {
	shown := TodoEvent{Type: historyType(e.Type), At: e.At, ActorID: e.ActorID, Version: e.Version, Changes: []TodoFieldChange{}}
	var fields map[string]struct {
		From, To       json.RawMessage
		Added, Removed []string
	}
	if err := json.Unmarshal(e.Data, &fields); err != nil {
		return shown, fmt.Errorf("event %d: %w", e.Cursor.ID, err)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field := fields[name]
		shown.Changes = append(shown.Changes, TodoFieldChange{
			Field: name, From: plain(field.From), To: plain(field.To),
			Added: slices.Concat([]string{}, field.Added), Removed: slices.Concat([]string{}, field.Removed),
		})
	}
	return shown, nil
}

// plain returns a JSON value as text, nil for null and for none.
func plain(value json.RawMessage) *string {
	if len(value) == 0 || bytes.Equal(value, []byte("null")) {
		return nil
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		text = string(value)
	}
	return &text
}

// TodoEventConnection is one page of the history of a todo.
type TodoEventConnection struct {
	Edges    []TodoEventEdge
	PageInfo page.Info
	TodoID   string
}

// TodoEventEdge is an event's place in a connection.
type TodoEventEdge struct {
	Cursor string
	Node   *TodoEvent
}
