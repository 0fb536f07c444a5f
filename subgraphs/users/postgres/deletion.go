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
		// The password must be the one that was confirmed.
		locked, err := tx.Exec(ctx, `update users set status = 'DELETED', version = version + 1, updated_at = $3
			where id = $1 and password_hash = $2`, key, hash, s.now())
		if err != nil {
			return err
		}
		if locked.RowsAffected() == 0 {
			return wrongPassword("password")
		}
		if err := s.lockOut(ctx, tx, key, users.EndDeleted); err != nil {
			return err
		}
		_, err = s.jobs.InsertTx(ctx, tx, users.DeletionArgs{UserID: viewer.ID}, &river.InsertOpts{
			Queue: users.DeletionQueue, UniqueOpts: river.UniqueOpts{ByArgs: true},
		})
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
