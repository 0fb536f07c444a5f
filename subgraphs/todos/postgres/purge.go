package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// Purge removes for good what was deleted longer ago than todos.RestoreWindow: todos
// with their tags, assignees, history and jobs, and lists with all of that; and
// idempotency keys that have expired. It returns how much. The history of what is
// there stays for as long as it is there.
//
// It is many small transactions, which skip what somebody holds: nobody waits for it
// for long, it can be interrupted anywhere, and several may run at the same time.
func Purge(ctx context.Context, pool postgres.Pool, now time.Time) (todos.Purged, error) {
	now = now.UTC().Truncate(time.Microsecond)
	purged := todos.Purged{}
	keys := `delete from idempotency_keys where ctid = any(array(
		select ctid from idempotency_keys where expires_at <= $1 order by expires_at limit $2 for update skip locked))`
	rows, err := inBatches(ctx, pool, keys, now, purgeMost)
	purged["idempotency_keys"] = rows
	if err != nil {
		return purged, fmt.Errorf("todos: purge: %w", err)
	}
	begins := change{at: now}
	before := now.Add(-todos.RestoreWindow)
	for _, one := range []struct {
		table string
		step  func(change, context.Context, time.Time) (removed int, more bool, err error)
	}{{"todo_lists", change.purgeList}, {"todos", change.purgeTodos}} {
		for more := true; more; {
			err := begins.in(ctx, pool, func(c change) (err error) {
				var removed int
				removed, more, err = one.step(c, ctx, before)
				purged[one.table] += int64(removed)
				return err
			})
			if err != nil {
				return purged, fmt.Errorf("todos: purge %s: %w", one.table, err)
			}
		}
	}
	return purged, nil
}

// purgeMost bounds the idempotency keys that one statement removes.
const purgeMost = 1000

// purgeList takes a step towards removing the list that was deleted first. It tells
// whether there is more to do.
func (c change) purgeList(ctx context.Context, before time.Time) (removed int, more bool, err error) {
	var list id.UUID
	err = c.tx.QueryRow(ctx, `select id from todo_lists where deleted_at <= $1 order by deleted_at limit 1 for update skip locked`, before).Scan(&list)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	last, err := c.removeList(ctx, list)
	if last {
		removed = 1
	}
	return removed, true, err
}

// purgeTodos takes a step towards removing the todos that were deleted first.
func (c change) purgeTodos(ctx context.Context, before time.Time) (removed int, more bool, err error) {
	rows, err := c.tx.Query(ctx, `select id from todos where deleted_at <= $1 order by deleted_at limit $2 for update skip locked`, before, eraseMost)
	if err != nil {
		return 0, false, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err != nil || len(keys) == 0 {
		return 0, false, err
	}
	last, err := c.removeTodos(ctx, keys)
	if last {
		removed = len(keys)
	}
	return removed, !last || len(keys) == eraseMost, err
}
