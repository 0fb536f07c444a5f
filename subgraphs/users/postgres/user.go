package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
)

// columns are those that scanUser reads.
const columns = `id, display_name, avatar_url, time_zone, email, email_verified_at is not null, roles, status, locale, created_at, updated_at, version`

// scanUser reads the columns of a row, with everything filled in.
func scanUser(row pgx.CollectableRow) (*users.User, error) { return scanUserAnd(row) }

// scanned is a user and what is read of it, in types that pgx knows without
// reflection.
type scanned struct {
	users.User
	key              pgtype.UUID
	avatarURL, email pgtype.Text // an account that was erased has no address
	status, locale   string
	emailVerified    bool
	roles            pgtype.FlatArray[string]
}

// scanUserAnd reads the columns of a row and what follows them.
func scanUserAnd(row pgx.CollectableRow, more ...any) (*users.User, error) {
	var s scanned
	u := &s.User
	err := row.Scan(append([]any{
		&s.key, &u.DisplayName, &s.avatarURL, &u.TimeZone, &s.email, &s.emailVerified, &s.roles, &s.status, &s.locale, &u.CreatedAt, &u.UpdatedAt, &u.Version,
	}, more...)...)
	u.ID = id.Format(id.User, s.key.Bytes)
	if s.avatarURL.Valid {
		u.AvatarURL = &s.avatarURL.String
	}
	if s.email.Valid {
		u.Email = &s.email.String
	}
	u.EmailVerified, u.Status, u.Locale = &s.emailVerified, (*users.UserStatus)(&s.status), &s.locale
	u.Roles = make([]users.Role, len(s.roles))
	for i, role := range s.roles {
		u.Roles[i] = users.Role(role)
	}
	return u, err
}

// UsersByID implements users.Service.
func (s *Service) UsersByID(ctx context.Context, viewer users.Viewer, ids []string) ([]*users.User, error) {
	found := make([]*users.User, len(ids))
	keys := id.ParseAll(id.User, ids)
	if viewer.RequireLogin() != nil || len(keys) == 0 {
		return found, nil
	}
	rows, err := s.deps.Pool.Query(ctx, `select `+columns+` from users where id = any($1)`, keys)
	if err != nil {
		return nil, fmt.Errorf("users by id: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanUser)
	if err != nil {
		return nil, fmt.Errorf("users by id: %w", err)
	}
	byID := make(map[string]*users.User, len(all))
	for _, user := range all {
		viewer.Redact(user)
		byID[user.ID] = user
	}
	for i, text := range ids {
		found[i] = byID[text]
	}
	return found, nil
}
