package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// The join of the list l, unless it is deleted, and of the membership m of the
// viewer, who is $1, around the list's id. Without that row there is no list, and
// nothing in it, for the viewer. What the role m.role then allows is
// todos.ListRole's to say.
const (
	joinList   = ` join todo_lists l on l.id = `
	joinMember = ` and l.deleted_at is null join list_members m on m.list_id = l.id and m.user_id = $1 `
)

// memberOf is the join for the list with the id that an expression gives.
func memberOf(listID string) string { return joinList + listID + joinMember }

// visible is the join for the list of the todo t.
const visible = joinList + `t.list_id` + joinMember

// Rows are locked in the order in which they are named here, lists before what
// lies in them, so that changes wait for each other in one direction.
const (
	// lockTodo leaves the list and the viewer's membership as they are, and the todo
	// to this change.
	lockTodo = ` for share of l, m for update of t`
	// lockIntoList leaves the list and the viewer's membership as they are.
	lockIntoList = ` for share of l, m`
	// lockList leaves the list, its members and tags to this change.
	lockList = ` for update of l for share of m`
)

// heldTodo is a todo that is locked for a change.
type heldTodo struct {
	todos.Todo
	key       id.UUID
	deletedAt *time.Time
	was       *time.Time // when people were to be reminded before the change
	jobID     *int64     // of the job that was to do it
	now       time.Time  // by the clock of the database
}

// heldList is a list that is locked.
type heldList struct {
	*todos.TodoList
	key id.UUID
	now time.Time // by the clock of the database
}

// heldTag is a tag that is locked, with its list.
type heldTag struct {
	todos.Tag
	key, listKey id.UUID
}

// todo locks a todo that the viewer may change. One that was deleted before since
// is gone for everybody, a deleted one for who may not restore it.
func (c change) todo(ctx context.Context, text string, expected *int32, since time.Time) (heldTodo, error) {
	var held heldTodo
	key, err := id.Parse(id.Todo, text)
	if err != nil {
		return held, todos.NotFound("id", "todo")
	}
	rows, err := c.tx.Query(ctx, `select m.role, t.deleted_at, t.remind_job_id, now(), `+todoColumns+` from todos t`+visible+`
		where t.id = $2 and (t.deleted_at is null or t.deleted_at > $3)`+lockTodo, c.me, key, since)
	if err != nil {
		return held, err
	}
	var role todos.ListRole
	todo, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.Todo, error) {
		return scanTodo(row, &role, &held.deletedAt, &held.jobID, &held.now)
	})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return held, todos.NotFound("id", "todo")
	case err != nil:
		return held, err
	case !role.May(todos.WriteTodos) && held.deletedAt != nil:
		return held, todos.NotFound("id", "todo")
	case !role.May(todos.WriteTodos):
		return held, todos.Forbidden(todos.WriteTodos, "id")
	}
	held.Todo, held.key = *todo, key
	held.was = held.reminder()
	return held, todos.CheckVersion(todo.Version, expected)
}

// existing is the time since when a todo must have been deleted for changes that
// need one that is not.
var existing = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// list locks a list, named by a field of the input, with what its viewer may do
// not yet looked at.
func (c change) list(ctx context.Context, text, field, lock string) (heldList, error) {
	var held heldList
	key, err := id.Parse(id.TodoList, text)
	if err != nil {
		return held, todos.NotFound(field, "list")
	}
	rows, err := c.tx.Query(ctx, `select now(), `+listColumns+` from (select $2::uuid as id) k`+memberOf("k.id")+lock, c.me, key)
	if err != nil {
		return held, err
	}
	list, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.TodoList, error) { return scanList(row, &held.now) })
	if errors.Is(err, pgx.ErrNoRows) {
		return held, todos.NotFound(field, "list")
	}
	held.TodoList, held.key = list, key
	return held, err
}

// listFor is list for a viewer who may do something to it.
func (c change) listFor(ctx context.Context, action todos.Action, text, field, lock string) (heldList, error) {
	held, err := c.list(ctx, text, field, lock)
	if err == nil && !held.MyRole.May(action) {
		err = todos.Forbidden(action, field)
	}
	return held, err
}

// tag locks a tag that the viewer may change, with its list.
func (c change) tag(ctx context.Context, text string, expected *int32) (heldTag, error) {
	var held heldTag
	key, err := id.Parse(id.Tag, text)
	if err != nil {
		return held, todos.NotFound("id", "tag")
	}
	rows, err := c.tx.Query(ctx, `select m.role, `+tagColumns+` from tags g`+memberOf("g.list_id")+`
		where g.id = $2`+lockList+` for update of g`, c.me, key)
	if err != nil {
		return held, err
	}
	var role todos.ListRole
	held.Tag, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (todos.Tag, error) { return scanTag(row, &role) })
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return held, todos.NotFound("id", "tag")
	case err != nil:
		return held, err
	case !role.May(todos.WriteTodos):
		return held, todos.Forbidden(todos.WriteTodos, "id")
	}
	if held.listKey, err = id.Parse(id.TodoList, held.ListID); err != nil {
		return held, err
	}
	held.key = key
	return held, todos.CheckVersion(held.Version, expected)
}
