package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// administratorsLock is the advisory lock under which somebody stops being an
// administrator, so that two cannot be the last but one at the same time. It is
// the first lock of its transactions.
const administratorsLock = 0x61646d696e // "admin"

// SetUserRoles implements users.Service.
func (s *Service) SetUserRoles(ctx context.Context, viewer users.Viewer, userID string, roles []users.Role) (*users.User, error) {
	wanted := []users.Role{users.RoleUser}
	if slices.Contains(roles, users.RoleAdmin) {
		wanted = append(wanted, users.RoleAdmin)
	}
	user, err := s.administer(ctx, viewer, userID, func(tx pgx.Tx, key id.UUID, user *users.User) (*users.User, error) {
		if slices.Equal(user.Roles, wanted) {
			return user, nil
		}
		if !slices.Contains(wanted, users.RoleAdmin) {
			if err := s.keepAdministrator(ctx, tx, user, key, "roles"); err != nil {
				return nil, err
			}
			if _, err := s.endSessions(ctx, tx, key, id.UUID{}, users.EndRevoked); err != nil {
				return nil, err
			}
		}
		entry := s.entry(viewer, users.ActionSetRoles, userID)
		entry.Detail = joinRoles(user.Roles) + " → " + joinRoles(wanted)
		return s.change(ctx, tx, key, entry, `roles = $3`, wanted)
	})
	if err != nil {
		return nil, fmt.Errorf("set roles: %w", err)
	}
	return user, nil
}

// joinRoles lists roles for people.
func joinRoles(roles []users.Role) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = string(role)
	}
	return strings.Join(names, ", ")
}

// SetUserStatus implements users.Service.
func (s *Service) SetUserStatus(ctx context.Context, viewer users.Viewer, userID string, status users.UserStatus) (*users.User, error) {
	if err := viewer.RequireAdmin(); err != nil {
		return nil, err
	}
	if status != users.StatusActive && status != users.StatusSuspended {
		return nil, users.FailAt(users.CodeBadInput, "must be ACTIVE or SUSPENDED", "status")
	}
	user, err := s.administer(ctx, viewer, userID, func(tx pgx.Tx, key id.UUID, user *users.User) (*users.User, error) {
		if *user.Status == status {
			return user, nil
		}
		if status == users.StatusSuspended {
			if err := s.keepAdministrator(ctx, tx, user, key, "status"); err != nil {
				return nil, err
			}
			if err := s.lockOut(ctx, tx, key, users.EndLocked); err != nil {
				return nil, err
			}
		}
		entry := s.entry(viewer, users.ActionSetStatus, userID)
		entry.Detail = string(*user.Status) + " → " + string(status)
		return s.change(ctx, tx, key, entry, `status = $3`, status)
	})
	if err != nil {
		return nil, fmt.Errorf("set status: %w", err)
	}
	return user, nil
}

// administer lets an administrator work on a user's account, which is locked.
func (s *Service) administer(ctx context.Context, viewer users.Viewer, userID string,
	work func(tx pgx.Tx, key id.UUID, user *users.User) (*users.User, error),
) (*users.User, error) {
	if err := viewer.RequireAdmin(); err != nil {
		return nil, err
	}
	notFound := users.FailAt(users.CodeNotFound, "is not the id of a user", "userId")
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return nil, notFound
	}
	var user *users.User
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		if err := stillAdministrator(ctx, tx, viewer); err != nil {
			return err
		}
		found, err := lockUser(ctx, tx, key, `deleted_at is null and status <> 'DELETED'`)
		if errors.Is(err, refusal.Unauthenticated()) {
			return notFound
		}
		if err != nil {
			return err
		}
		user, err = work(tx, key, found)
		return err
	})
	s.announceSoon()
	return user, err
}

// lockAdministrators waits for whoever else may remove an administrator.
func lockAdministrators(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, int64(administratorsLock))
	return err
}

// stillAdministrator refuses who was an administrator when the access token was
// made, but is none any more.
func stillAdministrator(ctx context.Context, tx pgx.Tx, viewer users.Viewer) error {
	key, err := ownKey(viewer)
	if err != nil {
		return err
	}
	var still bool
	err = tx.QueryRow(ctx, `select exists (select from users where id = $1 and roles @> '{ADMIN}' and `+open+`)`, key).Scan(&still)
	if err != nil {
		return err
	}
	if !still {
		return refusal.Forbidden()
	}
	return nil
}

// keepAdministrator refuses, about the argument with that name, to go on without
// the user if there is no other administrator.
func (s *Service) keepAdministrator(ctx context.Context, tx pgx.Tx, user *users.User, key id.UUID, argument string) error {
	if !slices.Contains(user.Roles, users.RoleAdmin) || !mayLogIn(user) {
		return nil
	}
	var others bool
	err := tx.QueryRow(ctx, `select exists (select from users where id <> $1 and roles @> '{ADMIN}' and `+open+`)`, key).Scan(&others)
	if err != nil {
		return err
	}
	if !others {
		return users.FailAt(users.CodeConflict, "this is the last administrator: make somebody else one before", argument)
	}
	return nil
}

// lockOut ends a user's sessions and whatever else lets somebody in.
func (s *Service) lockOut(ctx context.Context, tx pgx.Tx, key id.UUID, reason users.EndReason) error {
	if _, err := tx.Exec(ctx, `delete from one_time_tokens where user_id = $1`, key); err != nil {
		return err
	}
	_, err := s.endSessions(ctx, tx, key, id.UUID{}, reason)
	return err
}

// change sets one column ($3) of an account, and writes the entry.
func (s *Service) change(ctx context.Context, tx pgx.Tx, key id.UUID, entry users.AuditEntry, assignment string, value any) (*users.User, error) {
	rows, err := tx.Query(ctx, `update users set `+assignment+`, version = version + 1, updated_at = $2 where id = $1 returning `+columns,
		key, entry.At, value)
	if err != nil {
		return nil, err
	}
	user, err := pgx.CollectExactlyOneRow(rows, scanUser)
	if err != nil {
		return nil, err
	}
	return user, appendEntry(ctx, tx, entry)
}
