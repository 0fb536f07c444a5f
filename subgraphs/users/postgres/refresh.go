package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// refreshGrace is how long a refresh token that was exchanged gives the same
// successor again: for tabs that ask at once, and for answers that got lost.
const refreshGrace = 10 * time.Second

// statement is what executes one, in a transaction or by itself.
type statement interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// beginSession logs a user in whose password hash is still the given one, or
// returns nil: whoever changes the password or the status of an account ends its
// sessions afterwards, and one that begins meanwhile must not escape.
func (s *Service) beginSession(ctx context.Context, db statement, viewer users.Viewer, user *users.User, passwordHash string) (*users.Login, error) {
	owner, err := id.Parse(id.User, user.ID)
	if err != nil {
		return nil, err
	}
	var token users.RefreshToken
	if _, err := rand.Read(token[:]); err != nil {
		return nil, err
	}
	session, hash, at := id.New(), token.Hash(), s.now()
	address, userAgent := sessionOrigin(viewer)
	rows, err := db.Query(ctx, `
		with account as (
			select id from users where id = $1 and password_hash = $2 and deleted_at is null and status in ('PENDING', 'ACTIVE') for share
		), displaced as (
			update sessions set ended_at = $3, end_reason = $4 where id in (
				select id from sessions where user_id = $1 and ended_at is null and expires_at > $3
				order by created_at desc, id desc offset $5)
		), begun as (
			insert into sessions (id, user_id, address, user_agent, created_at, last_used_at, expires_at)
			select $6, id, $7, $8, $3, $3, $9 from account returning id
		)
		insert into refresh_tokens (hash, session_id, issued_at) select $10, id, $3 from begun returning session_id`,
		owner, passwordHash, at, users.EndDisplaced, users.MaxSessions-1, session, address, userAgent, at.Add(sessionLife), hash[:])
	if err != nil {
		return nil, err
	}
	_, err = pgx.CollectExactlyOneRow(rows, pgx.RowTo[id.UUID])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.login(user, session, token)
}

// login issues the tokens of a session.
func (s *Service) login(user *users.User, session id.UUID, refresh users.RefreshToken) (*users.Login, error) {
	var scopes []string
	if slices.Contains(user.Roles, users.RoleAdmin) {
		scopes = append(scopes, users.AdminScope)
	}
	access, seconds, err := s.deps.Tokens.Issue(user.ID, id.Format(id.Session, session), scopes)
	if err != nil {
		return nil, err
	}
	text := refresh.String()
	return &users.Login{User: user, Tokens: &users.AuthTokens{
		AccessToken: access, ExpiresIn: seconds, TokenType: "Bearer", RefreshToken: &text,
	}}, nil
}

// presented is a refresh token that a client presents, as it is stored.
type presented struct {
	token   users.RefreshToken
	session id.UUID
	owner   id.UUID
	over    bool // the session has ended or expired

	usedAt        *time.Time // nil if it was not used yet
	successorHash []byte
	successorSalt []byte
}

// RefreshSession implements users.Service.
func (s *Service) RefreshSession(ctx context.Context, viewer users.Viewer, refreshToken string) (*users.Login, error) {
	refused := users.Fail(users.CodeTokenInvalid, "refreshToken", "is not valid: log in again")
	token, err := users.ParseRefreshToken(refreshToken)
	if err != nil {
		return nil, refused
	}
	var login *users.Login
	var copied bool
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		login, copied = nil, false
		found, err := s.lockRefreshToken(ctx, tx, token)
		if found == nil || err != nil || found.over {
			return err
		}
		user, err := activeUser(ctx, tx, found.owner)
		if user == nil || err != nil {
			return err
		}
		at := s.now()
		var next users.RefreshToken
		switch {
		case found.usedAt == nil:
			next, err = s.exchange(ctx, tx, viewer, found, at)
		case at.Sub(*found.usedAt) <= refreshGrace:
			var known bool
			if next, known = s.again(found); !known {
				return nil
			}
		default:
			copied = true
			return s.endCopied(ctx, tx, viewer, found, at)
		}
		if err != nil {
			return err
		}
		login, err = s.login(user, found.session, next)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("refresh a session: %w", err)
	}
	if copied {
		s.announceSoon()
	}
	if login == nil {
		return nil, refused
	}
	return login, nil
}

// lockRefreshToken reads a token and its session, nil if there is no such token.
// Whoever presents a token of the same session waits.
func (s *Service) lockRefreshToken(ctx context.Context, tx pgx.Tx, token users.RefreshToken) (*presented, error) {
	found, hash := presented{token: token}, token.Hash()
	err := tx.QueryRow(ctx, `select s.id, s.user_id, s.ended_at is not null or s.expires_at <= $2, t.used_at, t.successor_hash, t.successor_salt
		from refresh_tokens t join sessions s on s.id = t.session_id where t.hash = $1 for update of t, s`, hash[:], s.now()).
		Scan(&found.session, &found.owner, &found.over, &found.usedAt, &found.successorHash, &found.successorSalt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &found, err
}

// activeUser returns the account of a session, nil if it may not log in.
func activeUser(ctx context.Context, tx pgx.Tx, key id.UUID) (*users.User, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from users where id = $1 and deleted_at is null`, key)
	if err != nil {
		return nil, err
	}
	user, err := pgx.CollectExactlyOneRow(rows, scanUser)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !mayLogIn(user) {
		return nil, nil
	}
	return user, err
}

// exchange uses a token up and stores its successor. Salts of the session that
// the grace no longer needs are erased.
func (s *Service) exchange(ctx context.Context, tx pgx.Tx, viewer users.Viewer, found *presented, at time.Time) (users.RefreshToken, error) {
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return users.RefreshToken{}, err
	}
	next := found.token.Successor(s.deps.RefreshKeys[0], salt)
	hash, nextHash := found.token.Hash(), next.Hash()
	address, userAgent := sessionOrigin(viewer)
	_, err := tx.Exec(ctx, `
		with used as (
			update refresh_tokens set used_at = $2, successor_hash = $3, successor_salt = $4 where hash = $1
		), erased as (
			update refresh_tokens set successor_salt = null where session_id = $5 and successor_salt is not null and used_at < $6
		), extended as (
			update sessions set last_used_at = $2, expires_at = $7, address = coalesce($8, address),
				user_agent = case when $9 = '' then user_agent else $9 end where id = $5
		)
		insert into refresh_tokens (hash, session_id, issued_at) values ($3, $5, $2)`,
		hash[:], at, nextHash[:], salt[:], found.session, at.Add(-refreshGrace), at.Add(sessionLife), address, userAgent)
	return next, err
}

// again derives the successor that a token was exchanged for, with the key under
// which that was done.
func (s *Service) again(found *presented) (users.RefreshToken, bool) {
	if len(found.successorSalt) != 16 {
		return users.RefreshToken{}, false
	}
	for _, key := range s.deps.RefreshKeys {
		next := found.token.Successor(key, [16]byte(found.successorSalt))
		if hash := next.Hash(); bytes.Equal(hash[:], found.successorHash) {
			return next, true
		}
	}
	return users.RefreshToken{}, false
}

// endCopied ends the session of a token that came a second time: it or its
// successors are in two hands, and nobody can tell which are the right ones.
func (s *Service) endCopied(ctx context.Context, tx pgx.Tx, viewer users.Viewer, found *presented, at time.Time) error {
	_, err := tx.Exec(ctx, `update sessions set ended_at = $2, end_reason = $3 where id = $1`, found.session, at, users.EndReused)
	if err != nil {
		return err
	}
	s.deps.Logger.WarnContext(ctx, "a refresh token came a second time: its session has been ended",
		slog.String("user", id.Format(id.User, found.owner)), slog.String("session", id.Format(id.Session, found.session)),
		slog.String("address", viewer.Address), slog.String("requestId", viewer.RequestID))
	owner := id.Format(id.User, found.owner)
	entry := s.entry(viewer, users.ActionReuseToken, owner)
	entry.Outcome, entry.Detail = users.OutcomeDenied, id.Format(id.Session, found.session)+" ended"
	if err := s.alert(ctx, tx, owner, users.EventTokenReused, entry); err != nil {
		return err
	}
	return appendEntry(ctx, tx, entry)
}
