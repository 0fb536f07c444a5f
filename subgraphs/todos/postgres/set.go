package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// setKind is one of the three ways to name todos, each with statements of its
// own.
type setKind int

const (
	ofList setKind = iota
	assigned
	dueToday
	setKinds
)

func kindOf(set todos.TodoSet) setKind {
	switch {
	case set.ListID != "":
		return ofList
	case set.TimeZone != "":
		return dueToday
	default:
		return assigned
	}
}

// batch is the sets of one kind among those asked for.
type batch struct {
	keys
	// The bounds of each key's day, for dueToday.
	from, before []time.Time
}

// batches sorts the sets by kind. Sets that cannot have members are left out.
func (s *Service) batches(me id.UUID, sets []todos.TodoSet) ([setKinds]batch, error) {
	var all [setKinds]batch
	if me == (id.UUID{}) {
		return all, nil
	}
	for i, set := range sets {
		kind := kindOf(set)
		b := &all[kind]
		text, prefix := set.Assignee, id.User
		if kind == ofList {
			text, prefix = set.ListID, id.TodoList
		}
		key, err := id.Parse(prefix, text)
		if err != nil {
			continue
		}
		if kind == dueToday {
			from, before, err := todos.Day(s.deps.Now(), set.TimeZone)
			if err != nil {
				return all, err
			}
			b.from, b.before = append(b.from, from), append(b.before, before)
		}
		b.uuids, b.places = append(b.uuids, key), append(b.places, i)
	}
	return all, nil
}

// Todos implements todos.Service: a statement for each kind of set that is asked
// for.
func (s *Service) Todos(ctx context.Context, viewer todos.Viewer, sets []todos.TodoSet, args page.Args) ([]*todos.TodoConnection, error) {
	var window page.Window
	var err error
	for _, set := range sets { // a cursor fits one of them at most
		if window, err = s.deps.Cursors.Window(set.String(), args); err != nil {
			return nil, err
		}
	}
	me := viewerKey(viewer)
	all, err := s.batches(me, sets)
	if err != nil {
		return nil, err
	}
	found := make([][]*todos.Todo, len(sets))
	for kind, b := range all {
		if len(b.uuids) == 0 {
			continue
		}
		if err := s.readTodos(ctx, me, setKind(kind), b, window, found); err != nil {
			return nil, fmt.Errorf("todos: %w", err)
		}
	}
	connections := make([]*todos.TodoConnection, len(sets))
	for i, set := range sets {
		if connections[i], err = s.todoConnection(set, window, found[i]); err != nil {
			return nil, fmt.Errorf("todos: %w", err)
		}
	}
	return connections, nil
}

// readTodos adds to found the todos of each set of a batch within the window.
func (s *Service) readTodos(ctx context.Context, me id.UUID, kind setKind, b batch, window page.Window, found [][]*todos.Todo) error {
	// Bounds of the order: newest first, but what is due is read earliest first.
	lower, upper := window.Before, window.After
	if kind == dueToday {
		lower, upper = window.After, window.Before
	}
	below, belowID := postgres.Below(upper)
	above, aboveID := postgres.Above(lower)
	arguments := []any{me, b.uuids, window.Limit + 1, below, belowID, above, aboveID}
	if kind == dueToday {
		arguments = append(arguments, b.from, b.before)
	}
	rows, err := s.deps.Pool.Query(ctx, todosPage(kind, window.Backward), arguments...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		todo, err := scanTodo(rows, &n)
		if err != nil {
			return err
		}
		found[b.place(n)] = append(found[b.place(n)], todo)
	}
	return rows.Err()
}

// todosPage is the statement for a page of each set of a kind: $1 the viewer, $2
// the keys, $3 the limit, $4 to $7 the bounds, $8 and $9 the days.
func todosPage(kind setKind, backward bool) string {
	const list = `select k.n, ` + todoColumns + ` from unnest($2::uuid[]) with ordinality as k (list_id, n)
		join todo_lists l on l.id = k.list_id and l.deleted_at is null
		join list_members m on m.list_id = l.id and m.user_id = $1
		cross join lateral (select * from todos
			where list_id = k.list_id and deleted_at is null and (created_at, id) < ($4, $5) and (created_at, id) > ($6, $7)
			order by `
	const assignee = `select k.n, ` + todoColumns + ` from unnest($2::uuid[]) with ordinality as k (user_id, n)
		cross join lateral (select t.* from todo_assignees a
			join todos t on t.id = a.todo_id and t.deleted_at is null
			join todo_lists l on l.id = t.list_id and l.deleted_at is null
			join list_members m on m.list_id = t.list_id and m.user_id = $1
			where a.user_id = k.user_id and (a.todo_created_at, a.todo_id) < ($4, $5) and (a.todo_created_at, a.todo_id) > ($6, $7)
			order by `
	// "offset 0" has PostgreSQL begin with the person's own todos. It would rather
	// begin with all that are due that day, of which it expects too few.
	const due = `select k.n, ` + todoColumns + `
		from unnest($2::uuid[], $8::timestamptz[], $9::timestamptz[]) with ordinality as k (user_id, day_begins, day_ends, n)
		cross join lateral (select t.* from todo_assignees a
			cross join lateral (select * from todos where id = a.todo_id and deleted_at is null and status in ('OPEN', 'IN_PROGRESS')
				and due_at >= k.day_begins and due_at < k.day_ends offset 0) t
			join todo_lists l on l.id = t.list_id and l.deleted_at is null
			join list_members m on m.list_id = t.list_id and m.user_id = $1
			where a.user_id = k.user_id and (t.due_at, t.id) < ($4, $5) and (t.due_at, t.id) > ($6, $7)
			order by `
	const newestFirst, oldestFirst = ` limit $3) t order by k.n, t.created_at desc, t.id desc`, ` limit $3) t order by k.n, t.created_at, t.id`
	switch {
	case kind == ofList && backward:
		return list + `created_at, id` + oldestFirst
	case kind == ofList:
		return list + `created_at desc, id desc` + newestFirst
	case kind == assigned && backward:
		return assignee + `a.todo_created_at, a.todo_id` + oldestFirst
	case kind == assigned:
		return assignee + `a.todo_created_at desc, a.todo_id desc` + newestFirst
	case backward:
		return due + `t.due_at desc, t.id desc limit $3) t order by k.n, t.due_at desc, t.id desc`
	default:
		return due + `t.due_at, t.id limit $3) t order by k.n, t.due_at, t.id`
	}
}

// todoConnection makes the page that the client sees.
func (s *Service) todoConnection(set todos.TodoSet, window page.Window, rows []*todos.Todo) (*todos.TodoConnection, error) {
	rows, info := page.Slice(window, rows)
	connection := &todos.TodoConnection{Edges: make([]todos.TodoEdge, len(rows)), PageInfo: info, Of: set}
	for i, todo := range rows {
		key, err := id.Parse(id.Todo, todo.ID)
		if err != nil {
			return nil, err
		}
		position := page.Position{At: todo.CreatedAt, ID: key}
		if kindOf(set) == dueToday {
			position.At = *todo.DueAt
		}
		connection.Edges[i] = todos.TodoEdge{Cursor: s.deps.Cursors.Cursor(set.String(), position), Node: todo}
	}
	if len(rows) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(rows)-1].Cursor
	}
	return connection, nil
}

// CountTodos implements todos.Service.
func (s *Service) CountTodos(ctx context.Context, viewer todos.Viewer, sets []todos.TodoSet) ([]int32, error) {
	me := viewerKey(viewer)
	all, err := s.batches(me, sets)
	if err != nil {
		return nil, err
	}
	counts := make([]int32, len(sets))
	for kind, b := range all {
		var more []any
		if setKind(kind) == dueToday {
			more = []any{b.from, b.before}
		}
		some, err := s.count(ctx, b.keys, len(sets), todosCount(setKind(kind)), me, more...)
		if err != nil {
			return nil, err
		}
		for _, place := range b.places {
			counts[place] = some[place]
		}
	}
	return counts, nil
}

// todosCount is the statement that counts each set of a kind: $1 the viewer, $2
// the keys, $3 and $4 the days.
func todosCount(kind setKind) string {
	const visible = `
		join todo_lists l on l.id = t.list_id and l.deleted_at is null
		join list_members m on m.list_id = t.list_id and m.user_id = $1
		group by k.n`
	switch kind {
	case ofList:
		return `select k.n, count(*) from unnest($2::uuid[]) with ordinality as k (list_id, n)
			join todos t on t.list_id = k.list_id and t.deleted_at is null` + visible
	case assigned:
		return `select k.n, count(*) from unnest($2::uuid[]) with ordinality as k (user_id, n)
			join todo_assignees a on a.user_id = k.user_id
			join todos t on t.id = a.todo_id and t.deleted_at is null` + visible
	default:
		return `select k.n, count(*)
			from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) with ordinality as k (user_id, day_begins, day_ends, n)
			join todo_assignees a on a.user_id = k.user_id
			join todos t on t.id = a.todo_id and t.deleted_at is null and t.status in ('OPEN', 'IN_PROGRESS')
				and t.due_at >= k.day_begins and t.due_at < k.day_ends` + visible
	}
}
