package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// MarkNotificationsRead implements users.Service.
func (s *Service) MarkNotificationsRead(ctx context.Context, viewer users.Viewer, ids []string) ([]*users.Notification, *users.User, error) {
	key, err := ownKey(viewer)
	if err != nil {
		return nil, nil, err
	}
	if err := users.CheckMarked(ids); err != nil {
		return nil, nil, err
	}
	var found []*users.Notification
	user, err := s.mark(ctx, viewer, key, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update notifications set read_at = $3 where id = any($1) and user_id = $2 and read_at is null`,
			id.ParseAll(id.Notification, ids), key, s.now())
		if err != nil {
			return err
		}
		found, err = notificationsByID(ctx, tx, key, ids)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("mark notifications: %w", err)
	}
	marked, refused := users.Marked(found)
	if refused != nil {
		return marked, user, refused
	}
	return marked, user, nil
}

// MarkAllNotificationsRead implements users.Service.
func (s *Service) MarkAllNotificationsRead(ctx context.Context, viewer users.Viewer, newestID string) (marked int32, user *users.User, err error) {
	key, err := ownKey(viewer)
	if err != nil {
		return 0, nil, err
	}
	user, err = s.mark(ctx, viewer, key, func(tx pgx.Tx) error {
		if newestID == "" {
			tag, err := tx.Exec(ctx, `update notifications set read_at = $2 where user_id = $1 and read_at is null`, key, s.now())
			marked = int32(tag.RowsAffected())
			return err
		}
		newest, err := id.Parse(id.Notification, newestID)
		if err != nil {
			return errNoNotification
		}
		var known bool
		err = tx.QueryRow(ctx, `
			with newest as (select created_at, id from notifications where id = $3 and user_id = $1),
				marked as (update notifications n set read_at = $2 from newest
					where n.user_id = $1 and n.read_at is null and (n.created_at, n.id) <= (newest.created_at, newest.id) returning 1)
			select exists (select from newest), (select count(*) from marked)`, key, s.now(), newest).Scan(&known, &marked)
		if err == nil && !known {
			return errNoNotification
		}
		return err
	})
	if errors.Is(err, errNoNotification) {
		return 0, nil, users.Fail(users.CodeNotFound, "before", "there is no such notification")
	}
	if err != nil {
		return 0, nil, fmt.Errorf("mark all notifications: %w", err)
	}
	return marked, user, nil
}

// errNoNotification says that the viewer has no notification with an id.
var errNoNotification = errors.New("no such notification")

// mark changes notifications of the viewer, whom it returns as they see themselves.
func (s *Service) mark(ctx context.Context, viewer users.Viewer, key id.UUID, change func(pgx.Tx) error) (user *users.User, err error) {
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+columns+` from users where id = $1 and `+open, key)
		if err != nil {
			return err
		}
		if user, err = pgx.CollectExactlyOneRow(rows, scanUser); errors.Is(err, pgx.ErrNoRows) {
			return refusal.Unauthenticated()
		}
		if err != nil {
			return err
		}
		return change(tx)
	})
	if err != nil {
		return nil, err
	}
	viewer.Redact(user)
	return user, nil
}
