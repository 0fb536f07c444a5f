package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// todoColumns are those that scanTodo reads, of the todo t.
const todoColumns = `t.id, t.list_id, t.title, t.description, t.status, t.priority, t.due_at,
	coalesce(t.due_at < now() and t.status in ('OPEN', 'IN_PROGRESS'), false), t.creator_id, t.created_at, t.updated_at, t.version`

// scanTodo reads the columns of a row; before is what stands in front of them.
func scanTodo(row pgx.CollectableRow, before ...any) (*todos.Todo, error) {
	var t todos.Todo
	var key, list, creator id.UUID
	err := row.Scan(append(before, &key, &list, &t.Title, &t.Description, &t.Status, &t.Priority, &t.DueAt,
		&t.Overdue, &creator, &t.CreatedAt, &t.UpdatedAt, &t.Version)...)
	t.ID, t.ListID, t.CreatorID = id.Format(id.Todo, key), id.Format(id.TodoList, list), id.Format(id.User, creator)
	return &t, err
}

// CreateTodo implements todos.Service.
func (s *Service) CreateTodo(ctx context.Context, viewer todos.Viewer, in todos.CreateTodoInput) (*todos.Todo, error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	in, err := in.Normalize()
	if err != nil {
		return nil, err
	}
	list, err := id.Parse(id.TodoList, in.ListID)
	if err != nil {
		return nil, listNotFound()
	}
	assignees := id.ParseAll(id.User, in.AssigneeIDs)
	if len(assignees) != len(in.AssigneeIDs) {
		return nil, notMembers()
	}
	var todo *todos.Todo
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if err := mayWrite(ctx, tx, viewerKey(viewer), list); err != nil {
			return err
		}
		if err := areMembers(ctx, tx, list, assignees); err != nil {
			return err
		}
		todo, err = s.insertTodo(ctx, tx, id.New(), viewerKey(viewer), list, in, assignees)
		return err
	})
	var refused todos.UserErrors
	if errors.As(err, &refused) {
		return nil, refused
	}
	if err != nil {
		return nil, fmt.Errorf("create todo: %w", err)
	}
	return todo, nil
}

func listNotFound() todos.UserErrors {
	return todos.Fail(todos.CodeNotFound, "listId", "there is no such list")
}

func notMembers() todos.UserErrors {
	return todos.Fail(todos.CodeBadInput, "assigneeIds", "must be members of the list")
}

// mayWrite refuses who is neither owner nor editor of the list. The membership
// stays what it is until the transaction ends.
func mayWrite(ctx context.Context, tx pgx.Tx, user, list id.UUID) error {
	var role todos.ListRole
	err := tx.QueryRow(ctx, `select m.role from list_members m join todo_lists l on l.id = m.list_id and l.deleted_at is null
		where m.list_id = $1 and m.user_id = $2 for share of m, l`, list, user).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return listNotFound()
	}
	if err == nil && !role.WritesTodos() {
		return todos.Fail(todos.CodeForbidden, "listId", "you may read this list, but not write to it")
	}
	return err
}

// areMembers refuses people who are no members of the list.
func areMembers(ctx context.Context, tx pgx.Tx, list id.UUID, people []id.UUID) error {
	if len(people) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `select user_id from list_members where list_id = $1 and user_id = any($2) for share`, list, people)
	if err != nil {
		return err
	}
	members, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err == nil && slices.ContainsFunc(people, func(u id.UUID) bool { return !slices.Contains(members, u) }) {
		return notMembers()
	}
	return err
}

// insertTodo writes a todo and its assignees.
func (s *Service) insertTodo(ctx context.Context, tx pgx.Tx, key, creator, list id.UUID, in todos.CreateTodoInput, assignees []id.UUID) (*todos.Todo, error) {
	rows, err := tx.Query(ctx, `with t as (
			insert into todos (id, list_id, title, description, priority, due_at, creator_id, created_at, updated_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning *
		), a as (
			insert into todo_assignees (todo_id, user_id, position, todo_created_at)
			select t.id, k.user_id, k.n, t.created_at from t, unnest($9::uuid[]) with ordinality as k (user_id, n)
		)
		select `+todoColumns+` from t`,
		key, list, in.Title, in.Description, in.Priority, in.DueAt, creator, s.now(), assignees)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.Todo, error) { return scanTodo(row) })
}

// TodosByID implements todos.Service.
func (s *Service) TodosByID(ctx context.Context, viewer todos.Viewer, ids []string) ([]*todos.Todo, error) {
	found := make([]*todos.Todo, len(ids))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.Todo, ids)
	if len(lookup.uuids) == 0 {
		return found, nil
	}
	rows, err := s.deps.Pool.Query(ctx, `select `+todoColumns+` from todos t
		join todo_lists l on l.id = t.list_id and l.deleted_at is null
		join list_members m on m.list_id = t.list_id and m.user_id = $1
		where t.id = any($2) and t.deleted_at is null`, me, lookup.uuids)
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
		join todos t on t.id = k.todo_id and t.deleted_at is null
		join todo_lists l on l.id = t.list_id and l.deleted_at is null
		join list_members m on m.list_id = t.list_id and m.user_id = $1
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
