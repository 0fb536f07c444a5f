package postgres

import (
	"encoding/json"
	"fmt"
	"iter"

	"github.com/weftql/weft/subgraphs/internal/seed"
	"github.com/weftql/weft/subgraphs/todos"
)

// todoLists are the rows of todo_lists.
func (s seeded) todoLists() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.lists {
			at := seed.At(n, s.lists)
			name := fmt.Sprintf("%s %d", seed.Words(seed.Dice(seed.Lists, n), 1), n)
			if !yield([]any{s.list(n), name, seed.Person(s.membersOf(n)[0]), at, at}) {
				return
			}
		}
	}
}

// members are the rows of list_members.
func (s seeded) members() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.lists {
			for i, person := range s.membersOf(n) {
				role := []todos.ListRole{todos.RoleEditor, todos.RoleViewer}[i%2]
				if i == 0 {
					role = todos.RoleOwner
				}
				if !yield([]any{s.list(n), seed.Person(person), string(role), seed.At(n, s.lists)}) {
					return
				}
			}
		}
	}
}

// tags are the rows of tags.
func (s seeded) tags() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for list := range s.lists {
			for n, name := range [tagsOfList]string{"Home", "Work", "Errand", "Later", "Wichtig"} {
				at := seed.At(list, s.lists)
				if !yield([]any{s.tag(list, n), s.list(list), name, at, at}) {
					return
				}
			}
		}
	}
}

// todoSeedColumns are those of the rows that seeded.todos returns.
var todoSeedColumns = []string{
	"id", "list_id", "title", "description", "status", "priority", "due_at", "completed_at", "creator_id", "version",
	"created_at", "updated_at", "deleted_at",
}

// todos are the rows of todos.
func (s seeded) todos() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.size {
			t := s.todo(n)
			if !yield([]any{
				t.id, t.list, t.title, t.description, t.status, t.priority, t.due, t.completed, t.creator, t.version(),
				t.at, t.updated, t.deleted,
			}) {
				return
			}
		}
	}
}

// assignees are the rows of todo_assignees.
func (s seeded) assignees() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.size {
			t := s.todo(n)
			for i, person := range t.assignees {
				if !yield([]any{t.id, person, i + 1, t.at}) {
					return
				}
			}
		}
	}
}

// tagged are the rows of todo_tags.
func (s seeded) tagged() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.size {
			t := s.todo(n)
			for _, tag := range t.tags {
				if !yield([]any{t.id, tag}) {
					return
				}
			}
		}
	}
}

// eventSeedColumns are those of the rows that seeded.events returns.
var eventSeedColumns = []string{"list_id", "todo_id", "type", "version", "actor_id", "at", "data"}

// events are the rows of domain_events: what happened to each todo, and the
// creation of each list.
func (s seeded) events() iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for n := range s.lists {
			if !yield([]any{s.list(n), nil, "LIST_CREATED", 1, seed.Person(s.membersOf(n)[0]), seed.At(n, s.lists), json.RawMessage(`{}`)}) {
				return
			}
		}
		for n := range s.size {
			for _, row := range s.todo(n).events() {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// events are what happened to a todo.
func (t seededTodo) events() [][]any {
	made, _ := json.Marshal(map[string]any{"title": map[string]any{"from": nil, "to": t.title}}) // texts can be encoded
	rows := [][]any{{t.list, t.id, "TODO_CREATED", 1, t.creator, t.at, json.RawMessage(made)}}
	if t.status != "OPEN" {
		change := json.RawMessage(`{"status": {"from": "OPEN", "to": "` + t.status + `"}}`)
		rows = append(rows, []any{t.list, t.id, "TODO_STATUS_CHANGED", 2, t.creator, t.updated, change})
	}
	if t.deleted != nil {
		rows = append(rows, []any{t.list, t.id, "TODO_DELETED", len(rows) + 1, t.creator, t.updated, json.RawMessage(`{}`)})
	}
	return rows
}
