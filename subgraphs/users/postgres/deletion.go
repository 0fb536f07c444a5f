package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// DeleteAccount implements users.Service.
func (s *Service) DeleteAccount(ctx context.Context, viewer users.Viewer, password string) error {
	key, err := ownKey(viewer)
	if err != nil {
		return err
	}
	hash, err := s.confirm(ctx, viewer, key, users.ActionDeleteAccount, password, "password")
	if err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		user, err := lockUser(ctx, tx, key, open)
		if err != nil {
			return err
		}
		if err := s.keepAdministrator(ctx, tx, user, key, "password"); err != nil {
			return err
		}
		now := s.now()
		// The password must be the one that was confirmed.
		locked, err := tx.Exec(ctx, `update users set status = 'DELETED', version = version + 1, updated_at = $3
			where id = $1 and password_hash = $2`, key, hash, now)
		if err != nil {
			return err
		}
		if locked.RowsAffected() == 0 {
			return wrongPassword("password")
		}
		// An earlier deletion was undone.
		if _, err := tx.Exec(ctx, `insert into account_deletions (user_id, step, status_before, asked_at, updated_at) values ($1, 'ASKED', $2, $3, $3)
			on conflict (user_id) do update set step = excluded.step, status_before = excluded.status_before,
				asked_at = excluded.asked_at, updated_at = excluded.updated_at, failures = 0, failed_at = null`, key, *user.Status, now); err != nil {
			return err
		}
		if err := s.lockOut(ctx, tx, key, users.EndDeleted); err != nil {
			return err
		}
		_, err = s.jobs.InsertTx(ctx, tx, users.DeletionArgs{UserID: viewer.ID, Asked: now}, deletionJob())
		if err != nil {
			return err
		}
		return appendEntry(ctx, tx, s.entry(viewer, users.ActionDeleteAccount, viewer.ID))
	})
	if err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	s.announceSoon()
	return nil
}

// deletionJob is how deletions are inserted.
func deletionJob() *river.InsertOpts {
	return &river.InsertOpts{
		Queue: users.DeletionQueue, MaxAttempts: users.DeletionAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true},
	}
}
