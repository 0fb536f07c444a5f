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

// ChangePassword implements users.Service.
func (s *Service) ChangePassword(ctx context.Context, viewer users.Viewer, current, password string) error {
	key, err := ownKey(viewer)
	if err != nil {
		return err
	}
	if err := users.CheckPassword(password, "newPassword"); err != nil {
		return err
	}
	old, err := s.confirm(ctx, viewer, key, users.ActionChangePassword, current, "currentPassword")
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if current == password {
		return users.FailAt(users.CodeBadInput, "must not be the current password", "newPassword")
	}
	hash, err := s.deps.Passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("change password: %w", s.unhashed(ctx, err, attempt{}, "newPassword"))
	}
	// A session that the viewer has no longer is nobody's: then all of them end.
	session, _ := id.Parse(id.Session, viewer.Session)
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		changed, err := tx.Exec(ctx, `update users set password_hash = $3, version = version + 1, updated_at = $4
			where id = $1 and password_hash = $2 and `+open, key, old, hash, s.now())
		if err != nil {
			return err
		}
		if changed.RowsAffected() == 0 { // somebody else was quicker
			return wrongPassword("currentPassword")
		}
		if _, err := tx.Exec(ctx, `delete from one_time_tokens where user_id = $1 and kind = $2`, key, resetToken); err != nil {
			return err
		}
		return s.passwordIsNew(ctx, tx, viewer, viewer.ID, session, users.ActionChangePassword, users.EventPasswordChanged)
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	s.announceSoon()
	return nil
}

// passwordIsNew does what follows on a new password: the user's sessions end, but
// for one, and the user is told. It ends with the entry in the audit log.
func (s *Service) passwordIsNew(ctx context.Context, tx pgx.Tx, viewer users.Viewer, userID string, except id.UUID,
	action users.AuditAction, event users.SecurityEvent,
) error {
	key, err := id.Parse(id.User, userID)
	if err != nil {
		return err
	}
	ended, err := s.endSessions(ctx, tx, key, except, users.EndPassword)
	if err != nil {
		return err
	}
	entry := s.entry(viewer, action, userID)
	entry.Detail = fmt.Sprintf("%d sessions ended", ended)
	if err := s.alert(ctx, tx, userID, event, entry); err != nil {
		return err
	}
	return appendEntry(ctx, tx, entry)
}

// confirm checks the viewer's password and returns its hash. What is wrong with it
// is said about the argument with that name, and written to the audit log.
func (s *Service) confirm(ctx context.Context, viewer users.Viewer, key id.UUID, action users.AuditAction, password, argument string) (string, error) {
	var hash string
	err := s.deps.Pool.QueryRow(ctx, `select password_hash from users where id = $1 and `+open, key).Scan(&hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", refusal.Unauthenticated()
	}
	if err != nil {
		return "", err
	}
	tried, err := s.confirmation(ctx, viewer, argument)
	if err != nil {
		return "", err
	}
	matches := false
	if len(password) <= users.MaxPasswordBytes { // a longer one is nobody's
		if matches, err = s.deps.Passwords.Verify(ctx, password, hash); err != nil {
			return "", s.unhashed(ctx, err, tried, argument)
		}
	}
	if matches {
		s.forget(ctx, tried)
		return hash, nil
	}
	denied := s.entry(viewer, action, viewer.ID)
	denied.Outcome, denied.Detail = users.OutcomeDenied, "wrong password"
	if err := appendEntry(ctx, s.deps.Pool, denied); err != nil {
		return "", err
	}
	return "", wrongPassword(argument)
}

// wrongPassword refuses the argument with that name.
func wrongPassword(argument string) error {
	return users.FailAt(users.CodeInvalidCredentials, "is not the password of this account", argument)
}
