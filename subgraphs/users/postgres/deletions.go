package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// Deletions are the accounts that are being erased, for the worker that does it. What
// a step does in this database and that it is done are one transaction, so that a
// worker which dies leaves either both or neither. It is safe for concurrent use.
type Deletions struct {
	pool postgres.Pool
	jobs *river.Client[pgx.Tx]
	now  func() time.Time
}

// NewDeletions returns the Deletions of a migrated database. now defaults to
// time.Now.
func NewDeletions(pool postgres.Pool, now func() time.Time, logger *slog.Logger) (*Deletions, error) {
	// It only inserts, in transactions that others begin: no pool, no queues.
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: postgres.JobSchema, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	if now == nil {
		now = time.Now
	}
	return &Deletions{pool: pool, jobs: jobs, now: func() time.Time { return now().UTC().Truncate(time.Microsecond) }}, nil
}

// Deletion returns how far the deletion of an account has come, or
// users.ErrNoDeletion.
func (d *Deletions) Deletion(ctx context.Context, userID string) (users.Deletion, error) {
	deletion := users.Deletion{UserID: userID}
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return deletion, users.ErrNoDeletion
	}
	err = d.pool.QueryRow(ctx, `select step, asked_at, updated_at, failures from account_deletions where user_id = $1`, key).
		Scan(&deletion.Step, &deletion.Asked, &deletion.Updated, &deletion.Failures)
	if errors.Is(err, pgx.ErrNoRows) {
		return deletion, users.ErrNoDeletion
	}
	if err != nil {
		return deletion, fmt.Errorf("users: deletion: %w", err)
	}
	return deletion, nil
}

// Failed notes that a step has failed, and returns how often it has.
func (d *Deletions) Failed(ctx context.Context, userID string) (failures int, err error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return 0, users.ErrNoDeletion
	}
	err = d.pool.QueryRow(ctx, `update account_deletions set failures = failures + 1, failed_at = $2 where user_id = $1 returning failures`,
		key, d.now()).Scan(&failures)
	if err != nil {
		return 0, fmt.Errorf("users: deletion: %w", err)
	}
	return failures, nil
}

// reviveMost bounds the deletions that Revive looks at.
const reviveMost = 1000

// Revive gives another job to each deletion that is not at its end and whose job is
// gone, because somebody has cancelled or removed it, and returns how many there
// were. Who began to erase a person has to end it.
func (d *Deletions) Revive(ctx context.Context) (revived int, err error) {
	err = postgres.InTx(ctx, d.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select user_id, asked_at from account_deletions where step not in ('DONE', 'UNDONE') order by asked_at limit $1`, reviveMost)
		if err != nil {
			return err
		}
		running, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (args users.DeletionArgs, err error) {
			var key id.UUID
			err = row.Scan(&key, &args.Asked)
			args.UserID, args.Asked = id.Format(id.User, key), args.Asked.UTC()
			return args, err
		})
		if err != nil {
			return err
		}
		for _, args := range running {
			inserted, err := d.jobs.InsertTx(ctx, tx, args, deletionJob())
			if err != nil {
				return err
			}
			if !inserted.UniqueSkippedAsDuplicate {
				revived++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("users: revive deletions: %w", err)
	}
	return revived, nil
}

// Reach notes that a deletion is one step further. It returns
// users.ErrDeletionPassed if it is not at the step before.
func (d *Deletions) Reach(ctx context.Context, userID string, from, to users.DeletionStep) error {
	return d.step(ctx, userID, from, to, func(pgx.Tx, id.UUID) error { return nil })
}

// EndSessions checks that the account is locked and ends whatever lets somebody in.
func (d *Deletions) EndSessions(ctx context.Context, userID string) error {
	return d.step(ctx, userID, users.DeletionAsked, users.DeletionSessionsEnded, func(tx pgx.Tx, key id.UUID) error {
		return d.endSessions(ctx, tx, key)
	})
}

func (d *Deletions) endSessions(ctx context.Context, tx pgx.Tx, key id.UUID) error {
	var locked bool
	if err := tx.QueryRow(ctx, `select status = 'DELETED' from users where id = $1 and deleted_at is null`, key).Scan(&locked); err != nil {
		return err
	}
	if !locked {
		return errors.New("the account is not locked")
	}
	batch := &pgx.Batch{}
	batch.Queue(`delete from one_time_tokens where user_id = $1`, key)
	batch.Queue(`update sessions set ended_at = $2, end_reason = $3 where user_id = $1 and ended_at is null`, key, d.now(), users.EndDeleted)
	return tx.SendBatch(ctx, batch).Close()
}

// Contact returns how to say farewell to the owner of an account that is being
// erased, or users.ErrNoContact if nobody knows any more.
func (d *Deletions) Contact(ctx context.Context, userID string) (users.Contact, error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return users.Contact{}, users.ErrNoContact
	}
	contact, err := readContact(ctx, d.pool, `u.id = $1 and u.deleted_at is null`, key)
	if err != nil {
		return users.Contact{}, fmt.Errorf("users: contact: %w", err)
	}
	return contact, nil
}

// Undo opens the account again, as it was before, and tells its owner: all or
// nothing. It returns users.ErrDeletionPassed past the point of no return.
func (d *Deletions) Undo(ctx context.Context, userID string) error {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return users.ErrNoDeletion
	}
	err = postgres.InTx(ctx, d.pool, func(tx pgx.Tx) error {
		var before users.UserStatus
		err := tx.QueryRow(ctx, `update account_deletions set step = 'UNDONE', updated_at = $2
			where user_id = $1 and step in ('ASKED', 'SESSIONS_ENDED') returning status_before`, key, d.now()).Scan(&before)
		if errors.Is(err, pgx.ErrNoRows) {
			return users.ErrDeletionPassed
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update users set status = $2, version = version + 1, updated_at = $3 where id = $1 and status = 'DELETED'`,
			key, before, d.now()); err != nil {
			return err
		}
		entry := newEntry(d.now(), users.Viewer{}, users.ActionUndoDeletion, userID)
		if _, err := d.jobs.InsertTx(ctx, tx, users.SecurityAlertArgs{
			UserID: userID, Event: users.EventDeletionFailed, EntryID: entry.ID,
		}, securityMail()); err != nil {
			return err
		}
		return appendEntry(ctx, tx, entry)
	})
	if err != nil {
		return fmt.Errorf("users: undo deletion: %w", err)
	}
	return nil
}

// eraseMost bounds the rows of a sort that one transaction of Erase removes.
const eraseMost = 1000

// Erase removes everything of a person from the database but the row that what
// refers to it finds, which is that of nobody, and the audit log, which nobody can
// change: its entries hold the addresses and programs from which something was done
// to the account until their partition is dropped.
//
// Mails that are known by the user's id alone (email_deliveries) stay until Purge
// removes them, as does the deletion. Counts of attempts (login_attempts) cannot be
// told to be the person's, and are gone within the hour.
func (d *Deletions) Erase(ctx context.Context, userID string) error {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return users.ErrNoDeletion
	}
	args, err := json.Marshal(map[string]string{"userId": userID})
	if err != nil {
		return err
	}
	for _, one := range []struct {
		statement string
		key       any
	}{
		{`delete from refresh_tokens where hash in (
			select hash from refresh_tokens r join sessions s on s.id = r.session_id where s.user_id = $1 limit $2)`, key},
		{`delete from notifications where id in (select id from notifications where user_id = $1 limit $2)`, key},
		{`delete from sessions where id in (select id from sessions where user_id = $1 limit $2)`, key},
		{`delete from ` + postgres.JobSchema + `.river_job where id in (select id from ` + postgres.JobSchema + `.river_job
			where args @> $1 and state <> 'running' and kind <> '` + (users.DeletionArgs{}).Kind() + `' limit $2)`, args},
	} {
		if _, err := inBatches(ctx, d.pool, one.statement, one.key, eraseMost); err != nil {
			return fmt.Errorf("users: erase: %w", err)
		}
	}
	return d.step(ctx, userID, users.DeletionFarewellSent, users.DeletionDone, func(tx pgx.Tx, key id.UUID) error {
		batch := &pgx.Batch{}
		batch.Queue(`delete from one_time_tokens where user_id = $1`, key)
		batch.Queue(`delete from notification_settings where user_id = $1`, key)
		batch.Queue(`update users set email = null, email_key = null, email_verified_at = null, password_hash = null,
			display_name = $2, time_zone = 'UTC', locale = default, avatar_url = null, roles = '{USER}', status = 'DELETED',
			version = version + 1, updated_at = $3, deleted_at = $3 where id = $1`, key, users.DeletedName, d.now())
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		return appendEntry(ctx, tx, newEntry(d.now(), users.Viewer{}, users.ActionEraseAccount, userID))
	})
}

// step does work in the transaction that takes a deletion from one step to another.
func (d *Deletions) step(ctx context.Context, userID string, from, to users.DeletionStep, work func(pgx.Tx, id.UUID) error) error {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return users.ErrNoDeletion
	}
	err = postgres.InTx(ctx, d.pool, func(tx pgx.Tx) error {
		reached, err := tx.Exec(ctx, `update account_deletions set step = $3, updated_at = $4, failures = 0, failed_at = null
			where user_id = $1 and step = $2`, key, from, to, d.now())
		if err != nil {
			return err
		}
		if reached.RowsAffected() == 0 {
			return users.ErrDeletionPassed
		}
		return work(tx, key)
	})
	if err != nil {
		return fmt.Errorf("users: deletion of %s: %s: %w", userID, to, err)
	}
	return nil
}
