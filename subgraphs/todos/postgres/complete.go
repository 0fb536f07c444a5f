package postgres

import (
	"context"
	"errors"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// completeTodos finds, locks, changes and returns todos, with the jobs that would have
// reminded of them, and writes the events, in one statement: $1 the viewer, $2 the todos, $3 the expected versions, each
// possibly null, $4 the roles that may, $5 the moment, $6 the event, $7 the
// request. What it makes of a todo is what todos.Todo.WithStatus does.
const completeTodos = `with k as (
		select * from unnest($2::uuid[], $3::integer[]) with ordinality as k (todo_id, expected, n)
	), held as materialized (
		select k.n, m.role, t as todo,
			m.role = any($4) and coalesce(k.expected = t.version, true) and t.status <> 'DONE' as changes
		from k join todos t on t.id = k.todo_id and t.deleted_at is null` + visible + `
		order by t.id` + lockTodo + `
	), done as (
		update todos t set status = 'DONE', completed_at = coalesce(t.completed_at, $5), version = t.version + 1, updated_at = $5,
			remind_job_id = null
		from held where t.id = (held.todo).id and held.changes returning t.*
	), events as (
		insert into domain_events (list_id, todo_id, type, version, actor_id, at, data, request_id)
		select done.list_id, done.id, $6, done.version, $1, $5,
			jsonb_build_object('status', jsonb_build_object('from', (held.todo).status, 'to', done.status)), $7
		from done join held on (held.todo).id = done.id
	)
	select held.n, held.role, (held.todo).version, case when held.changes then (held.todo).remind_job_id end, ` + todoColumns + `
	from held cross join lateral (
		select * from done where done.id = (held.todo).id
		union all
		select (held.todo).* where not held.changes
	) t
	order by held.n`

// CompleteTodos implements todos.Service.
func (s *Service) CompleteTodos(ctx context.Context, viewer todos.Viewer, in todos.CompleteTodosInput) ([]*todos.Todo, error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	in, err := in.Normalize()
	if err != nil {
		return nil, err
	}
	all := make([]todos.Completed, len(in.IDs))
	me := viewerKey(viewer)
	if lookup := readKeys(me, id.Todo, in.IDs); len(lookup.uuids) > 0 {
		err := s.change(ctx, "complete todos", viewer, func(c change) error { return c.complete(ctx, lookup, in.ExpectedVersions, all) })
		if err != nil {
			return nil, err
		}
	}
	done, refused := in.Results(all)
	if refused != nil {
		return done, refused
	}
	return done, nil
}

// complete runs completeTodos, and notes what became of each. Jobs are cancelled by a
// statement of its own: completeTodos sees todos as they are when it has locked them,
// and everything else as it was when it began to wait.
func (c change) complete(ctx context.Context, lookup keys, expected []int32, all []todos.Completed) error {
	versions := make([]*int32, len(lookup.uuids))
	for i, place := range lookup.places {
		if expected != nil {
			versions[i] = &expected[place]
		}
	}
	rows, err := c.tx.Query(ctx, completeTodos, c.me, lookup.uuids, versions, todos.RolesThatMay(todos.WriteTodos), c.at, todos.TodoStatusChanged, c.requestID)
	if err != nil {
		return err
	}
	var n int64
	var one todos.Completed
	var job *int64
	var obsolete []int64
	for rows.Next() {
		if one.Todo, err = scanTodo(rows, &n, &one.Role, &one.Version, &job); err != nil {
			break
		}
		if job != nil {
			obsolete = append(obsolete, *job)
		}
		all[lookup.place(n)] = one
	}
	rows.Close()
	if err := errors.Join(err, rows.Err()); err != nil || obsolete == nil {
		return err
	}
	_, err = c.tx.Exec(ctx, cancelJobs+`select unnest($1::bigint[])`+cancelJobsEnd, obsolete)
	return err
}
