package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// todoColumns are those that scanTodo reads, of the todo t.
const todoColumns = `t.id, t.list_id, t.title, t.description, t.status, t.priority, t.due_at, t.remind_at, t.completed_at,
	coalesce(t.due_at < now() and t.status in ('OPEN', 'IN_PROGRESS'), false), t.creator_id, t.created_at, t.updated_at, t.version`

// scanned is a todo and what is read of it, in types that pgx knows without
// reflection.
type scanned struct {
	todos.Todo
	key, list, creator           pgtype.UUID
	description                  pgtype.Text
	status, priority             string
	dueAt, remindAt, completedAt pgtype.Timestamptz
}

// scanTodo reads the columns of a row; before is what stands in front of them.
func scanTodo(row pgx.CollectableRow, before ...any) (*todos.Todo, error) {
	var s scanned
	t := &s.Todo
	targets := [20]any{}
	err := row.Scan(append(append(targets[:0], before...), &s.key, &s.list, &t.Title, &s.description, &s.status, &s.priority, &s.dueAt, &s.remindAt,
		&s.completedAt, &t.Overdue, &s.creator, &t.CreatedAt, &t.UpdatedAt, &t.Version)...)
	t.ID, t.ListID, t.CreatorID = id.Format(id.Todo, s.key.Bytes), id.Format(id.TodoList, s.list.Bytes), id.Format(id.User, s.creator.Bytes)
	t.Status, t.Priority = todos.TodoStatus(s.status), todos.Priority(s.priority)
	if s.description.Valid {
		t.Description = &s.description.String
	}
	t.DueAt, t.RemindAt, t.CompletedAt = moment(&s.dueAt), moment(&s.remindAt), moment(&s.completedAt)
	return t, err
}

// moment is nil for none.
func moment(at *pgtype.Timestamptz) *time.Time {
	if !at.Valid {
		return nil
	}
	return &at.Time
}

// selectTodos reads the todos with the ids $2 that the viewer $1 may see.
const selectTodos = `select ` + todoColumns + ` from todos t` + visible + `where t.id = any($2) and t.deleted_at is null`

// TodosByID implements todos.Service.
func (s *Service) TodosByID(ctx context.Context, viewer todos.Viewer, ids []string) ([]*todos.Todo, error) {
	found := make([]*todos.Todo, len(ids))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.Todo, ids)
	if len(lookup.uuids) == 0 {
		return found, nil
	}
	rows, err := s.deps.Pool.Query(ctx, selectTodos, me, lookup.uuids)
	if err != nil {
		return nil, fmt.Errorf("todos by id: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*todos.Todo, error) { return scanTodo(row) })
	if err != nil {
		return nil, fmt.Errorf("todos by id: %w", err)
	}
	byID := make(map[string]*todos.Todo, len(all))
	for _, todo := range all {
		byID[todo.ID] = todo
	}
	for i, text := range ids {
		found[i] = byID[text]
	}
	return found, nil
}

// Assignees implements todos.Service.
func (s *Service) Assignees(ctx context.Context, viewer todos.Viewer, todoIDs []string) ([][]todos.User, error) {
	people := make([][]todos.User, len(todoIDs))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.Todo, todoIDs)
	if len(lookup.uuids) == 0 {
		return people, nil
	}
	rows, err := s.deps.Pool.Query(ctx, `select k.n, a.user_id
		from unnest($2::uuid[]) with ordinality as k (todo_id, n)
		join todos t on t.id = k.todo_id and t.deleted_at is null`+visible+`
		join todo_assignees a on a.todo_id = t.id
		order by k.n, a.position, a.user_id`, me, lookup.uuids)
	if err != nil {
		return nil, fmt.Errorf("assignees: %w", err)
	}
	var n int64
	var user id.UUID
	_, err = pgx.ForEachRow(rows, []any{&n, &user}, func() error {
		people[lookup.place(n)] = append(people[lookup.place(n)], todos.User{ID: id.Format(id.User, user)})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("assignees: %w", err)
	}
	return people, nil
}
