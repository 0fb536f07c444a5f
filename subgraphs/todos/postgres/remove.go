package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
)

// removeList takes a step towards removing a deleted list for good, which is locked.
// It tells whether it was the last: then there is no list any more.
func (c change) removeList(ctx context.Context, list id.UUID) (removed bool, err error) {
	rows, err := c.tx.Query(ctx, `select id from todos where list_id = $1 limit $2`, list, eraseMost)
	if err != nil {
		return false, err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err != nil {
		return false, err
	}
	if len(keys) > 0 {
		_, err := c.removeTodos(ctx, keys)
		return false, err
	}
	for _, statement := range []string{
		`delete from tags where id in (select id from tags where list_id = $1 limit $2)`,
		`delete from domain_events where id in (select id from domain_events where list_id = $1 and todo_id is null limit $2)`,
	} {
		if gone, err := c.tx.Exec(ctx, statement, list, eraseMost); err != nil || gone.RowsAffected() == eraseMost {
			return false, err // there may be more
		}
	}
	if err := c.removeJobs(ctx, "listId", id.TodoList, []id.UUID{list}); err != nil {
		return false, err
	}
	batch := &pgx.Batch{}
	batch.Queue(`delete from list_members where list_id = $1`, list)
	batch.Queue(`delete from todo_lists where id = $1`, list)
	return true, c.tx.SendBatch(ctx, batch).Close()
}

// removeTodos takes a step towards removing todos for good, at most eraseMost of
// them: first their history, as much as one transaction takes, then the rest. It
// tells whether it was the last.
func (c change) removeTodos(ctx context.Context, keys []id.UUID) (removed bool, err error) {
	gone, err := c.tx.Exec(ctx, `delete from domain_events where id in (select id from domain_events where todo_id = any($1) limit $2)`,
		keys, 10*eraseMost)
	if err != nil || gone.RowsAffected() == 10*eraseMost {
		return false, err // there may be more
	}
	if err := c.removeJobs(ctx, "todoId", id.Todo, keys); err != nil {
		return false, err
	}
	batch := &pgx.Batch{}
	batch.Queue(`delete from todo_tags where todo_id = any($1)`, keys)
	batch.Queue(`delete from todo_assignees where todo_id = any($1)`, keys)
	batch.Queue(`delete from todos where id = any($1)`, keys)
	return true, c.tx.SendBatch(ctx, batch).Close()
}

// removeJobs removes the jobs in which an argument with a name is the id of one of
// the keys: those that wait are cancelled by it. One that is running finds nothing
// to work with and is left to end.
func (c change) removeJobs(ctx context.Context, argument string, kind id.Kind, keys []id.UUID) error {
	wanted := make([]json.RawMessage, len(keys))
	for i, key := range keys {
		text, err := json.Marshal(map[string]string{argument: id.Format(kind, key)})
		if err != nil {
			return err
		}
		wanted[i] = text
	}
	_, err := c.tx.Exec(ctx, `delete from `+postgres.JobSchema+`.river_job where args @> any($1::jsonb[]) and state <> 'running'`, wanted)
	return err
}
