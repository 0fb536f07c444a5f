package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/todos"
)

// statsColumns counts the todos t by state.
const statsColumns = `count(*) filter (where t.status = 'OPEN'), count(*) filter (where t.status = 'IN_PROGRESS'),
	count(*) filter (where t.status = 'DONE'), count(*) filter (where t.status = 'ARCHIVED'),
	count(*) filter (where ` + active + ` and t.due_at < now())`

// ListStats implements todos.Service. It reads an index alone, todos_list_status,
// as far as the table has been vacuumed.
func (s *Service) ListStats(ctx context.Context, viewer todos.Viewer, listIDs []string) ([]todos.TodoStats, error) {
	return s.stats(ctx, viewer, id.TodoList, listIDs, `select k.n, t.* from unnest($2::uuid[]) with ordinality as k (list_id, n)`+memberOf(`k.list_id`)+`
		cross join lateral (select `+statsColumns+` from todos t where t.list_id = k.list_id and t.deleted_at is null) t`)
}

// UserStats implements todos.Service.
func (s *Service) UserStats(ctx context.Context, viewer todos.Viewer, userIDs []string) ([]todos.TodoStats, error) {
	return s.stats(ctx, viewer, id.User, userIDs, `select k.n, t.* from unnest($2::uuid[]) with ordinality as k (user_id, n)
		cross join lateral (select `+statsColumns+` from todo_assignees a `+assignedTodo+`
			where a.user_id = k.user_id and `+inViewersLists+`) t`)
}

// stats runs a statement that counts by state for each key; those without a row
// have nothing.
func (s *Service) stats(ctx context.Context, viewer todos.Viewer, kind id.Kind, ids []string, statement string) ([]todos.TodoStats, error) {
	all := make([]todos.TodoStats, len(ids))
	me := viewerKey(viewer)
	lookup := readKeys(me, kind, ids)
	if len(lookup.uuids) == 0 {
		return all, nil
	}
	rows, err := s.deps.Pool.Query(ctx, statement, me, lookup.uuids)
	if err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	var n int64
	var one todos.TodoStats
	_, err = pgx.ForEachRow(rows, []any{&n, &one.Open, &one.InProgress, &one.Done, &one.Archived, &one.Overdue}, func() error {
		all[lookup.place(n)] = one
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("stats: %w", err)
	}
	return all, nil
}
