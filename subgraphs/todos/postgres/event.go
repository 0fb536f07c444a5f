package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// Events returns at most limit events behind a cursor, in their order. It stops at
// the horizon: where a transaction is still running, whose events may come before
// others that are committed already. Nobody who goes on from the last event's
// cursor misses one, or sees one twice. It reads everybody's events, for programs
// that follow them; what of it a viewer may see is not its concern.
func Events(ctx context.Context, pool postgres.Pool, after todos.EventCursor, limit int) ([]todos.Event, error) {
	rows, err := pool.Query(ctx, `select txid, id, type, list_id, todo_id, version, actor_id, at, data, request_id
		from domain_events
		where (txid, id) > ($1::xid8, $2) and txid < pg_snapshot_xmin(pg_current_snapshot())
		order by txid, id limit $3`, after.Transaction, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return events, nil
}

func scanEvent(row pgx.CollectableRow) (e todos.Event, err error) {
	var list, actor id.UUID
	var todo *id.UUID
	err = row.Scan(&e.Cursor.Transaction, &e.Cursor.ID, &e.Type, &list, &todo, &e.Version, &actor, &e.At, &e.Data, &e.RequestID)
	e.ListID, e.ActorID = id.Format(id.TodoList, list), id.Format(id.User, actor)
	if todo != nil {
		e.TodoID = id.Format(id.Todo, *todo)
	}
	return e, err
}
