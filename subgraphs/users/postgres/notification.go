package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// NotificationSettings implements users.Service.
func (s *Service) NotificationSettings(ctx context.Context, viewer users.Viewer, ids []string) ([]*users.NotificationSettings, error) {
	found := make([]*users.NotificationSettings, len(ids))
	visible := make([]string, 0, len(ids))
	for _, text := range ids {
		if viewer.Sees(text) {
			visible = append(visible, text)
		}
	}
	keys := id.ParseAll(id.User, visible)
	if len(keys) == 0 {
		return found, nil
	}
	rows, err := s.deps.Pool.Query(ctx, settingsQuery+` where u.id = any($1) and u.deleted_at is null`, keys)
	if err != nil {
		return nil, fmt.Errorf("notification settings: %w", err)
	}
	byID := make(map[string]*users.NotificationSettings, len(keys))
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		key, settings, err := scanSettings(row)
		byID[id.Format(id.User, key)] = &settings
		return struct{}{}, err
	})
	if err != nil {
		return nil, fmt.Errorf("notification settings: %w", err)
	}
	for i, text := range ids {
		found[i] = byID[text]
	}
	return found, nil
}

// settingsQuery reads what scanSettings scans, of users u.
const settingsQuery = `select u.id, n.email_assignments, n.email_reminders, n.email_digest, n.digest_hour
	from users u left join notification_settings n on n.user_id = u.id`

// scanSettings reads the settings of a user; one without a row has the defaults.
func scanSettings(row pgx.Row) (key id.UUID, settings users.NotificationSettings, err error) {
	var in users.NotificationSettingsInput
	if err := row.Scan(&key, &in.EmailAssignments, &in.EmailReminders, &in.EmailDigest, &in.DigestHour); err != nil {
		return key, settings, err
	}
	settings, err = in.Apply(users.DefaultNotificationSettings())
	return key, settings, err
}

// UpdateNotificationSettings implements users.Service.
func (s *Service) UpdateNotificationSettings(ctx context.Context, viewer users.Viewer, in users.NotificationSettingsInput) (*users.User, error) {
	key, err := ownKey(viewer)
	if err != nil {
		return nil, err
	}
	var user *users.User
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if user, err = lockUser(ctx, tx, key, open); err != nil {
			return err
		}
		_, settings, err := scanSettings(tx.QueryRow(ctx, settingsQuery+` where u.id = $1`, key))
		if err != nil {
			return err
		}
		if settings, err = in.Apply(settings); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into notification_settings (user_id, email_assignments, email_reminders, email_digest, digest_hour)
			values ($1, $2, $3, $4, $5)
			on conflict (user_id) do update set email_assignments = excluded.email_assignments,
				email_reminders = excluded.email_reminders, email_digest = excluded.email_digest, digest_hour = excluded.digest_hour`,
			key, settings.EmailAssignments, settings.EmailReminders, settings.EmailDigest, settings.DigestHour)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update notification settings: %w", err)
	}
	viewer.Redact(user)
	return user, nil
}
