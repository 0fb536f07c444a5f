package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
)

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Contact returns how to write to a user, or users.ErrNoContact if the user gets
// no mail. It is for the worker, which acts for the service itself: it asks
// nobody's leave.
func Contact(ctx context.Context, db querier, userID string) (users.Contact, error) {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return users.Contact{}, users.ErrNoContact
	}
	contact, err := readContact(ctx, db, `u.id = $1 and u.deleted_at is null and u.status in ('PENDING', 'ACTIVE')`, key)
	if err != nil {
		return users.Contact{}, fmt.Errorf("users: contact: %w", err)
	}
	return contact, nil
}

// readContact returns how to write to the user u for whom the condition holds, or
// users.ErrNoContact if there is none.
func readContact(ctx context.Context, db querier, condition string, args ...any) (c users.Contact, err error) {
	var key id.UUID
	var settings scannedSettings
	err = db.QueryRow(ctx, `select u.id, u.email, u.display_name, u.time_zone, u.locale, `+settingsColumns+settingsTables+` where `+condition, args...).
		Scan(append([]any{&key, &c.Email, &c.DisplayName, &c.TimeZone, &c.Locale}, settings.targets()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return users.Contact{}, users.ErrNoContact
	}
	c.UserID, c.Settings = id.Format(id.User, key), settings.settings()
	return c, err
}
