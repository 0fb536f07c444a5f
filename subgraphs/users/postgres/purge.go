package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// How long what is over is kept.
const (
	// keptFor is for ended sessions and used refresh tokens: a token that comes back
	// later is refused like one that never was.
	keptFor = 30 * 24 * time.Hour
	// notificationLife is for notifications, read or not.
	notificationLife = 90 * 24 * time.Hour
	// deletionLife is for what is known of an account that was erased or opened again.
	deletionLife = 90 * 24 * time.Hour
)

// purgeMost bounds the rows that one statement of Purge removes.
const purgeMost = 1000

// Purge removes what nobody needs any more, and returns how many rows of which table:
// tokens from mails that have expired, sessions that are long over and refresh tokens
// that were used long ago, old notifications, and what is known of mails and
// deletions that ended long ago. Each statement is a transaction of its own with at
// most purgeMost rows, which skips rows that somebody holds: nobody waits for it, it
// can be interrupted anywhere, and several may run at the same time. On an error the
// rows are those that were removed before.
func Purge(ctx context.Context, pool postgres.Pool, now time.Time) (users.Purged, error) {
	now = now.UTC().Truncate(time.Microsecond)
	purged := users.Purged{}
	// An array of keys is looked up one by one, however many there are; with IN, the
	// planner would rather read the table as a whole.
	for _, one := range []struct {
		table, statement string
		before           time.Time
	}{
		{"one_time_tokens", `delete from one_time_tokens where hash = any(array(
			select hash from one_time_tokens where expires_at < $1 order by expires_at limit $2 for update skip locked))`, now},
		{"refresh_tokens", `delete from refresh_tokens where hash = any(array(
			select hash from refresh_tokens where used_at < $1 order by used_at limit $2 for update skip locked))`, now.Add(-keptFor)},
		{"sessions", `delete from sessions where id = any(array(
			select id from sessions where ended_at < $1 order by ended_at limit $2 for update skip locked))`, now.Add(-keptFor)},
		{"sessions", `delete from sessions where id = any(array(
			select id from sessions where expires_at < $1 order by expires_at limit $2 for update skip locked))`, now.Add(-keptFor)},
		{"notifications", `delete from notifications where id = any(array(
			select id from notifications where created_at < $1 order by created_at limit $2 for update skip locked))`, now.Add(-notificationLife)},
		{"email_deliveries", `delete from email_deliveries where key = any(array(
			select key from email_deliveries where updated_at < $1 order by updated_at limit $2 for update skip locked))`, now.Add(-deliveryLife)},
		{"account_deletions", `delete from account_deletions where user_id = any(array(
			select user_id from account_deletions where step in ('DONE', 'UNDONE') and updated_at < $1 order by updated_at limit $2
			for update skip locked))`, now.Add(-deletionLife)},
	} {
		rows, err := inBatches(ctx, pool, one.statement, one.before, purgeMost)
		purged[one.table] += rows
		if err != nil {
			return purged, fmt.Errorf("users: purge %s: %w", one.table, err)
		}
	}
	return purged, nil
}

// inBatches runs a statement that removes at most as many rows as its last argument
// says, until it removes fewer, and returns how many that were.
func inBatches(ctx context.Context, pool postgres.Pool, statement string, argument any, most int64) (rows int64, err error) {
	for {
		removed, err := pool.Exec(ctx, statement, argument, most)
		rows += removed.RowsAffected()
		if err != nil || removed.RowsAffected() < most {
			return rows, err
		}
	}
}
