package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

const (
	// digestsAtOnce bounds the users that one transaction of InsertDigests sees to: few
	// enough that they are looked up by their keys, whatever else is in the table.
	digestsAtOnce = 200
	// digestsFarthest is more than there is between two digests of anybody.
	digestsFarthest = 9 * 24 * time.Hour
	// digestAttempts bounds the attempts to send a digest: with the workers' delays,
	// the last one is some hours after the first.
	digestAttempts = 8
)

// digestRow is a user whose digests have to be seen to.
type digestRow struct {
	key      id.UUID
	timeZone string
	settings users.NotificationSettings
	from     time.Time
	open     bool
}

// InsertDigests inserts the jobs of digests that are due, of some users: of those whose
// digests have not been seen to for longest. It returns how many jobs there are more
// and whether there may be further users to see to. Several may call it at the same
// time: each sees to other users. The zero time is now by the clock of the database: that
// of one worker, if it is wrong, must not put off everybody's. It is for the worker,
// which acts for the service itself.
func InsertDigests(ctx context.Context, pool postgres.Pool, jobs *river.Client[pgx.Tx], now time.Time) (inserted int, more bool, err error) {
	err = postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		rows, now, err := lockDigests(ctx, tx, now)
		if err != nil {
			return err
		}
		more = len(rows) == digestsAtOnce
		inserted, err = seeToDigests(ctx, tx, jobs, rows, now)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("users: digests: %w", err)
	}
	return inserted, more, nil
}

// lockDigests reads users whose digests have to be seen to, and the time, if that is
// zero. Whoever is seen to for longer than a digest can be away is so by a clock that
// was wrong, and begins anew.
func lockDigests(ctx context.Context, tx pgx.Tx, now time.Time) ([]digestRow, time.Time, error) {
	if now.IsZero() {
		if err := tx.QueryRow(ctx, `select now()`).Scan(&now); err != nil {
			return nil, now, err
		}
	}
	_, err := tx.Exec(ctx, `update notification_settings set digest_from = $1
		where email_digest <> 'NEVER' and digest_from > $2`, now, now.Add(digestsFarthest))
	if err != nil {
		return nil, now, err
	}
	rows, err := tx.Query(ctx, `select n.user_id, u.time_zone, n.email_digest, n.digest_hour, n.digest_from, u.`+open+`
		from notification_settings n join users u on u.id = n.user_id
		where n.email_digest <> 'NEVER' and n.digest_from <= $1
		order by n.digest_from, n.user_id limit $2 for update of n skip locked`, now, digestsAtOnce)
	if err != nil {
		return nil, now, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r digestRow, err error) {
		err = row.Scan(&r.key, &r.timeZone, &r.settings.EmailDigest, &r.settings.DigestHour, &r.from, &r.open)
		return r, err
	})
	return all, now, err
}

// seeToDigests inserts the jobs of locked users whose digest is due, and notes until
// when all of them are seen to.
func seeToDigests(ctx context.Context, tx pgx.Tx, jobs *river.Client[pgx.Tx], rows []digestRow, now time.Time) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	var insert []river.InsertManyParams
	keys, nexts := make([]id.UUID, len(rows)), make([]time.Time, len(rows))
	zones := map[string]*time.Location{}
	for i, r := range rows {
		zone, ok := zones[r.timeZone]
		if !ok {
			zone = users.Zone(r.timeZone)
			zones[r.timeZone] = zone
		}
		period, due, next := r.settings.DueDigest(r.from, now, zone)
		keys[i], nexts[i] = r.key, next
		if due && r.open {
			insert = append(insert, digestJob(r.key, period))
		}
	}
	_, err := tx.Exec(ctx, `update notification_settings n set digest_from = seen.until
		from unnest($1::uuid[], $2::timestamptz[]) as seen (user_id, until) where n.user_id = seen.user_id`, keys, nexts)
	if err != nil || len(insert) == 0 {
		return 0, err
	}
	results, err := jobs.InsertManyTx(ctx, tx, insert)
	if err != nil {
		return 0, err
	}
	added := 0
	for _, result := range results {
		if !result.UniqueSkippedAsDuplicate {
			added++
		}
	}
	return added, nil
}

// digestJob is the job of a user's digest. There is one of a period, also if the first
// has been finished: whoever changes the hour gets no second one.
func digestJob(key id.UUID, period users.DigestPeriod) river.InsertManyParams {
	return river.InsertManyParams{
		Args: users.DigestArgs{UserID: id.Format(id.User, key), Period: period.String()},
		InsertOpts: &river.InsertOpts{
			Queue: users.BulkQueue, MaxAttempts: digestAttempts, Priority: 4, UniqueOpts: river.UniqueOpts{ByArgs: true},
		},
	}
}

// unreadMost bounds how far unread notifications are counted.
const unreadMost = 1000

// UnreadNotifications returns the newest notifications that a user has not read, most
// at most, and how many there are, unreadMost at most. It is for the worker.
func UnreadNotifications(ctx context.Context, pool postgres.Pool, userID string, most int) (newest []users.NewNotification, total int, err error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return nil, 0, nil
	}
	rows, err := pool.Query(ctx, `
		select n.kind, n.todo_id, n.list_id, n.actor_id, n.created_at, (select count(*) from (
			select from notifications where user_id = $1 and read_at is null limit $3) counted)
		from notifications n where n.user_id = $1 and n.read_at is null
		order by n.created_at desc, n.id desc limit $2`, key, most, unreadMost)
	if err != nil {
		return nil, 0, fmt.Errorf("users: unread notifications: %w", err)
	}
	newest, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n users.NewNotification, err error) {
		var todo, list, actor *id.UUID
		err = row.Scan(&n.Kind, &todo, &list, &actor, &n.At, &total)
		n.UserID, n.TodoID, n.ListID, n.ActorID = userID, text(id.Todo, todo), text(id.TodoList, list), text(id.User, actor)
		return n, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("users: unread notifications: %w", err)
	}
	return newest, total, nil
}

// text returns the id of a key, "" for none.
func text(kind id.Kind, key *id.UUID) string {
	if key == nil {
		return ""
	}
	return id.Format(kind, *key)
}
