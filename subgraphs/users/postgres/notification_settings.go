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

// What scannedSettings reads, of users u.
const (
	settingsColumns = `n.user_id is not null, n.email_assignments, n.email_reminders, n.email_shares, n.email_digest, n.digest_hour, n.quiet_from, n.quiet_to`
	settingsTables  = ` from users u left join notification_settings n on n.user_id = u.id`
	settingsQuery   = `select u.id, ` + settingsColumns + settingsTables
)

// scannedSettings are the settings of a user as a row has them, all null if the
// user has none.
type scannedSettings struct {
	present                        bool
	assignments, reminders, shares *bool
	digest                         *users.DigestFrequency
	hour, from, to                 *int32
}

// targets are where the columns go.
func (s *scannedSettings) targets() []any {
	return []any{&s.present, &s.assignments, &s.reminders, &s.shares, &s.digest, &s.hour, &s.from, &s.to}
}

// settings returns what was read, or the defaults.
func (s *scannedSettings) settings() users.NotificationSettings {
	if !s.present {
		return users.DefaultNotificationSettings()
	}
	return users.NotificationSettings{
		EmailAssignments: *s.assignments, EmailReminders: *s.reminders, EmailShares: *s.shares,
		EmailDigest: *s.digest, DigestHour: *s.hour, QuietFrom: s.from, QuietTo: s.to,
	}
}

// scanSettings reads the settings of a user.
func scanSettings(row pgx.Row) (key id.UUID, settings users.NotificationSettings, err error) {
	var scanned scannedSettings
	if err := row.Scan(append([]any{&key}, scanned.targets()...)...); err != nil {
		return key, settings, err
	}
	return key, scanned.settings(), nil
}

// UpdateNotificationSettings implements users.Service.
func (s *Service) UpdateNotificationSettings(ctx context.Context, viewer users.Viewer, change users.NotificationSettingsChange) (*users.User, error) {
	key, err := ownKey(viewer)
	if err != nil {
		return nil, err
	}
	var user *users.User
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if user, err = lockUser(ctx, tx, key, open); err != nil {
			return err
		}
		return changeSettings(ctx, tx, key, change)
	})
	if err != nil {
		return nil, fmt.Errorf("update notification settings: %w", err)
	}
	viewer.Redact(user)
	return user, nil
}

// changeSettings changes the settings of a user, whose row is locked.
func changeSettings(ctx context.Context, tx pgx.Tx, key id.UUID, change users.NotificationSettingsChange) error {
	_, settings, err := scanSettings(tx.QueryRow(ctx, settingsQuery+` where u.id = $1`, key))
	if err != nil {
		return err
	}
	if settings, err = change.Apply(settings); err != nil {
		return err
	}
	return writeSettings(ctx, tx, key, settings)
}

// writeSettings makes these the settings of a user.
func writeSettings(ctx context.Context, tx pgx.Tx, key id.UUID, settings users.NotificationSettings) error {
	_, err := tx.Exec(ctx, `insert into notification_settings
			(user_id, email_assignments, email_reminders, email_shares, email_digest, digest_hour, quiet_from, quiet_to)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (user_id) do update set email_assignments = excluded.email_assignments, email_reminders = excluded.email_reminders,
			email_shares = excluded.email_shares, email_digest = excluded.email_digest, digest_hour = excluded.digest_hour,
			quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to`,
		key, settings.EmailAssignments, settings.EmailReminders, settings.EmailShares, settings.EmailDigest, settings.DigestHour,
		settings.QuietFrom, settings.QuietTo)
	return err
}
