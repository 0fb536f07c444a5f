package postgres

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// CreateTodo implements todos.Service.
func (s *Service) CreateTodo(ctx context.Context, viewer todos.Viewer, in todos.CreateTodoInput) (todo *todos.Todo, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	err = s.change(ctx, "create todo", viewer, func(c change) error {
		key := id.New()
		made, err := c.claimKey(ctx, in, key)
		if err != nil {
			return err
		}
		if made != key {
			todo, err = c.madeBefore(ctx, made)
			return err
		}
		todo, err = c.createTodo(ctx, key, in)
		return err
	})
	return todo, err
}

// createTodo writes a todo with everything that belongs to it.
func (c change) createTodo(ctx context.Context, key id.UUID, in todos.CreateTodoInput) (*todos.Todo, error) {
	list, err := c.listFor(ctx, todos.WriteTodos, in.ListID, "listId", lockIntoList)
	if err != nil {
		return nil, err
	}
	assignees, err := c.mustBeMembers(ctx, list.key, in.AssigneeIDs, "assigneeIds")
	if err != nil {
		return nil, err
	}
	tags, names, err := c.mustBeTags(ctx, list.key, in.TagIDs)
	if err != nil {
		return nil, err
	}
	begins := todos.Todo{
		Title: in.Title, Description: in.Description, Status: todos.StatusOpen, Priority: in.Priority, DueAt: in.DueAt, RemindAt: in.RemindAt,
	}
	changes := begins.Changes(nil)
	changes.SetItems("assigneeIds", nil, in.AssigneeIDs)
	changes.SetItems("tags", nil, names)
	reminder, err := c.insertJobs(ctx, append(c.remind(key, begins.Reminder(), list.now),
		c.assignments(key, 1, todos.ToldOfAssignment(nil, in.AssigneeIDs, id.Format(id.User, c.me)))...))
	if err != nil {
		return nil, err
	}
	todo, err := c.insertTodo(ctx, key, list.key, begins, reminder, changes)
	if err == nil && len(assignees) > 0 {
		err = c.replaceAssignees(ctx, key, assignees)
	}
	if err == nil && len(tags) > 0 {
		err = c.replaceTags(ctx, key, tags)
	}
	return todo, err
}

// insertTodo writes a todo alone, with the job that reminds of it if there is one,
// and the event that tells of it.
func (c change) insertTodo(ctx context.Context, key, list id.UUID, t todos.Todo, reminder *int64, changes todos.Changes) (*todos.Todo, error) {
	data, err := json.Marshal(changes)
	if err != nil {
		return nil, err
	}
	rows, err := c.tx.Query(ctx, `with t as (
			insert into todos (id, list_id, title, description, status, priority, due_at, remind_at, creator_id, created_at, updated_at,
				remind_job_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $14) returning *
		), e as (
			insert into domain_events (list_id, todo_id, type, version, actor_id, at, data, request_id)
			select list_id, id, $11, version, $9, $10, $12, $13 from t
		)
		select `+todoColumns+` from t`,
		key, list, t.Title, t.Description, t.Status, t.Priority, t.DueAt, t.RemindAt, c.me, c.at, todos.TodoCreated, data, c.requestID,
		reminder)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.Todo, error) { return scanTodo(row) })
}

// replaceAssignees gives a locked todo other assignees, in their order.
func (c change) replaceAssignees(ctx context.Context, todo id.UUID, people []id.UUID) error {
	_, err := c.tx.Exec(ctx, `with gone as (delete from todo_assignees where todo_id = $1 and user_id <> all($2::uuid[]))
		insert into todo_assignees (todo_id, user_id, position, todo_created_at)
		select t.id, k.user_id, k.n, t.created_at from todos t, unnest($2::uuid[]) with ordinality as k (user_id, n) where t.id = $1
		on conflict (todo_id, user_id) do update set position = excluded.position`, todo, notNil(people))
	return err
}

// claimKey takes the input's idempotency key for the todo that is about to be made,
// and returns the todo that the key stands for: another one if the key was taken
// for the same input before. Whoever comes with a key that is being taken waits.
func (c change) claimKey(ctx context.Context, in todos.CreateTodoInput, todo id.UUID) (id.UUID, error) {
	if in.IdempotencyKey == nil {
		return todo, nil
	}
	request, err := in.Request()
	if err != nil {
		return todo, err
	}
	claimed, err := c.tx.Exec(ctx, `insert into idempotency_keys as k (user_id, key, request_hash, todo_id, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (user_id, key) do update set request_hash = excluded.request_hash, todo_id = excluded.todo_id,
			created_at = excluded.created_at, expires_at = excluded.expires_at
		where k.expires_at <= excluded.created_at`,
		c.me, *in.IdempotencyKey, request, todo, c.at, c.at.Add(todos.KeyLifetime))
	if err != nil || claimed.RowsAffected() == 1 {
		return todo, err
	}
	var before []byte
	var made id.UUID
	err = c.tx.QueryRow(ctx, `select request_hash, todo_id from idempotency_keys where user_id = $1 and key = $2`, c.me, *in.IdempotencyKey).
		Scan(&before, &made)
	if err == nil && !bytes.Equal(before, request) {
		err = todos.KeyReused()
	}
	return made, err
}

// madeBefore reads the todo that was made under an idempotency key, as the viewer
// sees it now.
func (c change) madeBefore(ctx context.Context, key id.UUID) (*todos.Todo, error) {
	rows, err := c.tx.Query(ctx, selectTodos, c.me, []id.UUID{key})
	if err != nil {
		return nil, err
	}
	todo, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.Todo, error) { return scanTodo(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, todos.NotFound("idempotencyKey", "todo any more")
	}
	return todo, err
}
