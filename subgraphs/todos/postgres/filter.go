package postgres

import (
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// What the indexes of the migrations are made of, written as they have it: only
// then are they used.
const (
	createdKey  = `t.created_at`
	dueKey      = `coalesce(t.due_at, 'infinity')`
	priorityKey = `array_position('{LOW,NORMAL,HIGH,URGENT}'::text[], t.priority)`
	titleKey    = `(lower(t.title) collate "C")`

	notArchived = ` and t.status <> 'ARCHIVED'`
	active      = `t.status in ('OPEN', 'IN_PROGRESS')`
)

// filter adds the conditions of a query on the todo t. An id that is none belongs
// to nothing, as the zero UUID does.
func (s *statement) filter(q todos.TodoQuery) {
	if !q.Archived {
		s.add(notArchived)
	}
	if statuses := q.Statuses.Words(); statuses != nil {
		s.add(` and t.status = any(`, s.arg(statuses), `)`)
	}
	if priorities := q.Priorities.Words(); priorities != nil {
		s.add(` and t.priority = any(`, s.arg(priorities), `)`)
	}
	if q.Search != "" {
		s.add(` and t.search @@ todo_search(`, s.arg(q.Search), `)`)
	}
	if q.AssigneeID != "" {
		person, _ := id.Parse(id.User, q.AssigneeID)
		s.add(` and exists (select from todo_assignees x where x.todo_id = t.id and x.user_id = `, s.arg(person), `)`)
	}
	for _, text := range q.TagIDs.Words() {
		tag, _ := id.Parse(id.Tag, text)
		s.add(` and exists (select from todo_tags x where x.todo_id = t.id and x.tag_id = `, s.arg(tag), `)`)
	}
	s.filterDue(q)
}

// filterDue adds the conditions on the due date. A todo without one is before and
// after nothing.
func (s *statement) filterDue(q todos.TodoQuery) {
	if q.DueBefore != (time.Time{}) {
		s.add(` and `, dueKey, ` < `, s.arg(q.DueBefore))
	}
	if q.DueAfter != (time.Time{}) {
		s.add(` and `, dueKey, ` >= `, s.arg(q.DueAfter), ` and t.due_at is not null`)
	}
	switch q.Overdue {
	case todos.Yes:
		s.add(` and `, dueKey, ` < now() and `, active)
	case todos.No:
		s.add(` and not (`, dueKey, ` < now() and `, active, `)`)
	}
}
