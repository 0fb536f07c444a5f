package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// RedisCursor names the relay to Redis among those who follow events.
const RedisCursor = "redis"

// relayLock is the first half of the advisory locks of relays; the second is their
// name.
const relayLock = 0x72656c61 // "rela"

// Relay tells the next events, at most limit, that the follower of that name has not
// told yet. tell gets them in their order, outside of their transactions; when it has
// returned nil they are told, and the next call goes on behind them. If it fails, or
// the process dies, they come again.
//
// Of several processes that relay under one name only one is active at a time: active
// is false where another is. The lock is one of the transaction, which a pool of
// connections in transaction mode keeps.
func Relay(ctx context.Context, pool postgres.Pool, name string, limit int, tell func(context.Context, []todos.Event) error) (told int, active bool, err error) {
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var cursor todos.EventCursor
		err := tx.QueryRow(ctx, `select txid, id from event_cursors where name = $1 and pg_try_advisory_xact_lock($2, hashtext($1))`,
			name, relayLock).Scan(&cursor.Transaction, &cursor.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		active = true
		events, err := Events(ctx, tx, cursor, limit)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := tell(ctx, events); err != nil {
			return err
		}
		last := events[len(events)-1].Cursor
		_, err = tx.Exec(ctx, `update event_cursors set txid = $2::xid8, id = $3, updated_at = now() where name = $1`, name, last.Transaction, last.ID)
		told = len(events)
		return err
	})
	if err != nil {
		return 0, active, fmt.Errorf("relay events: %w", err)
	}
	return told, active, nil
}

// RelayLag returns how long ago the oldest event was that the follower has not told
// yet, 0 if it has told all.
func RelayLag(ctx context.Context, pool postgres.Pool, name string) (time.Duration, error) {
	var seconds float64
	err := pool.QueryRow(ctx, `select coalesce(greatest(0, extract(epoch from now() - (select e.at from domain_events e
		where (e.txid, e.id) > (c.txid, c.id) order by e.txid, e.id limit 1))), 0)::float8
		from event_cursors c where c.name = $1`, name).Scan(&seconds)
	if err != nil {
		return 0, fmt.Errorf("lag of the relay: %w", err)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
