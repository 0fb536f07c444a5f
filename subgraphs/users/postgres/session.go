package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// sessionColumns are those that scanSession reads.
const sessionColumns = `id, host(address), user_agent, created_at, last_used_at, expires_at`

// scanSession reads what precedes the columns and then these.
func scanSession(row pgx.CollectableRow, viewer users.Viewer, before ...any) (*users.Session, error) {
	var s users.Session
	var key id.UUID
	var userAgent string
	err := row.Scan(append(before, &key, &s.Address, &userAgent, &s.CreatedAt, &s.LastUsedAt, &s.ExpiresAt)...)
	s.ID = id.Format(id.Session, key)
	s.Current = s.ID == viewer.Session
	if userAgent != "" {
		s.UserAgent = &userAgent
	}
	return &s, err
}

// endSessions ends every session of a user but except, whose zero value is no
// session's, and returns how many there were. It belongs into the transaction of
// whatever is the reason, behind the change to the account itself: refresh tokens
// are worthless when that is committed, and routers hear of it within two
// seconds.
func (s *Service) endSessions(ctx context.Context, tx pgx.Tx, userID, except id.UUID, reason users.EndReason) (int32, error) {
	ended, err := tx.Exec(ctx, `update sessions set ended_at = $3, end_reason = $4
		where user_id = $1 and id <> $2 and ended_at is null`, userID, except, s.now(), reason)
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return int32(ended.RowsAffected()), nil
}

// Logout implements users.Service.
func (s *Service) Logout(ctx context.Context, viewer users.Viewer, refreshToken string) error {
	var hash []byte
	if token, err := users.ParseRefreshToken(refreshToken); err == nil {
		sum := token.Hash()
		hash = sum[:]
	}
	session, _ := id.Parse(id.Session, viewer.Session) // zero is nobody's
	user, _ := id.Parse(id.User, viewer.ID)
	if hash == nil && viewer.Session == "" {
		return nil
	}
	err := postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `update sessions set ended_at = $4, end_reason = $5
			where ended_at is null and (id = $1 and user_id = $2 or id = (select session_id from refresh_tokens where hash = $3))
			returning id, user_id`, session, user, hash, s.now(), users.EndLogout)
		if err != nil {
			return err
		}
		ended, err := pgx.CollectRows(rows, pgx.RowToStructByPos[endedSession])
		if err != nil {
			return err
		}
		for _, one := range ended {
			if err := s.loggedOut(ctx, tx, viewer, one); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("logout: %w", err)
	}
	s.announceSoon()
	return nil
}

// endedSession is a session and who was logged in.
type endedSession struct{ ID, Owner id.UUID }

// loggedOut appends that a session was ended by who had its tokens.
func (s *Service) loggedOut(ctx context.Context, tx pgx.Tx, viewer users.Viewer, ended endedSession) error {
	viewer.ID = id.Format(id.User, ended.Owner)
	entry := s.entry(viewer, users.ActionEndSession, viewer.ID)
	entry.Detail = id.Format(id.Session, ended.ID)
	return appendEntry(ctx, tx, entry)
}

// RevokeSession implements users.Service.
func (s *Service) RevokeSession(ctx context.Context, viewer users.Viewer, in users.RevokeSessionInput) (*users.Session, error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	missing := users.Fail(users.CodeNotFound, "sessionId", "is not the id of one of your sessions")
	key, err := id.Parse(id.Session, in.SessionID)
	if err != nil {
		return nil, missing
	}
	user, _ := id.Parse(id.User, viewer.ID) // zero is nobody's
	var session *users.Session
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `update sessions set ended_at = $4, end_reason = $5
			where id = $1 and (user_id = $2 or $3) and ended_at is null and expires_at > $4 returning user_id, `+sessionColumns,
			key, user, viewer.Admin, s.now(), users.EndRevoked)
		if err != nil {
			return err
		}
		var owner id.UUID
		session, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*users.Session, error) {
			return scanSession(row, viewer, &owner)
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return missing
		}
		if err != nil {
			return err
		}
		entry := s.entry(viewer, users.ActionRevokeSession, id.Format(id.User, owner))
		entry.Detail = in.SessionID
		return appendEntry(ctx, tx, entry)
	})
	if err != nil {
		return nil, fmt.Errorf("revoke a session: %w", err)
	}
	s.announceSoon()
	return session, nil
}

// RevokeAllSessions implements users.Service.
func (s *Service) RevokeAllSessions(ctx context.Context, viewer users.Viewer, in users.RevokeAllSessionsInput) (n int32, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return 0, err
	}
	user, err := id.Parse(id.User, viewer.ID)
	if err != nil {
		return 0, nil // no account of ours has sessions
	}
	var except id.UUID
	if in.ExceptCurrent {
		except, _ = id.Parse(id.Session, viewer.Session)
	}
	err = postgres.InTx(ctx, s.deps.Pool, func(tx pgx.Tx) error {
		if n, err = s.endSessions(ctx, tx, user, except, users.EndRevoked); err != nil || n == 0 {
			return err
		}
		entry := s.entry(viewer, users.ActionRevokeSession, viewer.ID)
		entry.Detail = fmt.Sprintf("%d sessions", n)
		return appendEntry(ctx, tx, entry)
	})
	if err != nil {
		return 0, fmt.Errorf("revoke all sessions: %w", err)
	}
	s.announceSoon()
	return n, nil
}

// sessionsScope binds a cursor to the viewer and the person whose sessions these
// are.
func sessionsScope(viewer users.Viewer, userID string) string {
	return viewer.ID + "\nsessions of " + userID
}

// Sessions implements users.Service.
func (s *Service) Sessions(ctx context.Context, viewer users.Viewer, userIDs []string, args page.Args) ([]*users.SessionConnection, error) {
	connections := make([]*users.SessionConnection, len(userIDs))
	owners := visible(viewer, userIDs)
	keys := id.ParseAll(id.User, owners)
	if len(keys) == 0 {
		return connections, nil
	}
	var window page.Window
	var err error
	for _, owner := range owners { // a cursor fits one of them at most
		if window, err = s.deps.Cursors.Window(sessionsScope(viewer, owner), args); err != nil {
			return nil, err
		}
	}
	newest, newestID := postgres.Below(window.After)
	rows, err := s.deps.Pool.Query(ctx, `select owner.id, page.* from unnest($1::uuid[]) as owner (id) cross join lateral (
			select `+sessionColumns+` from sessions
			where user_id = owner.id and ended_at is null and expires_at > $2 and (created_at, id) < ($3, $4)
			order by created_at desc, id desc limit $5) as page`,
		keys, s.now(), newest, newestID, window.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	found := map[string][]*users.Session{}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*users.Session, error) {
		var owner id.UUID
		session, err := scanSession(row, viewer, &owner)
		userID := id.Format(id.User, owner)
		found[userID] = append(found[userID], session)
		return session, err
	})
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	for i, userID := range userIDs {
		if viewer.Sees(userID) {
			if connections[i], err = s.sessionPage(viewer, userID, window, found[userID]); err != nil {
				return nil, err
			}
		}
	}
	return connections, nil
}

// visible returns those of the users whose sessions the viewer may see.
func visible(viewer users.Viewer, userIDs []string) []string {
	var seen []string
	for _, userID := range userIDs {
		if viewer.Sees(userID) {
			seen = append(seen, userID)
		}
	}
	return seen
}

// sessionPage makes a connection of what the database returned for a user.
func (s *Service) sessionPage(viewer users.Viewer, userID string, window page.Window, rows []*users.Session) (*users.SessionConnection, error) {
	rows, info := page.Slice(window, rows)
	scope := sessionsScope(viewer, userID)
	connection := &users.SessionConnection{UserID: userID, Edges: make([]users.SessionEdge, len(rows)), PageInfo: info}
	for i, session := range rows {
		key, err := id.Parse(id.Session, session.ID)
		if err != nil {
			return nil, err
		}
		connection.Edges[i] = users.SessionEdge{
			Cursor: s.deps.Cursors.Cursor(scope, page.Position{At: session.CreatedAt, ID: key}), Node: session,
		}
	}
	if len(rows) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(rows)-1].Cursor
	}
	return connection, nil
}

// CountSessions implements users.Service.
func (s *Service) CountSessions(ctx context.Context, viewer users.Viewer, userIDs []string) ([]int32, error) {
	counts := make([]int32, len(userIDs))
	keys := id.ParseAll(id.User, visible(viewer, userIDs))
	if len(keys) == 0 {
		return counts, nil
	}
	rows, err := s.deps.Pool.Query(ctx, `select user_id, count(*) from sessions
		where user_id = any($1) and ended_at is null and expires_at > $2 group by user_id`, keys, s.now())
	if err != nil {
		return nil, fmt.Errorf("count sessions: %w", err)
	}
	byUser := map[string]int32{}
	var owner id.UUID
	var n int32
	_, err = pgx.ForEachRow(rows, []any{&owner, &n}, func() error {
		byUser[id.Format(id.User, owner)] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count sessions: %w", err)
	}
	for i, userID := range userIDs {
		counts[i] = byUser[userID]
	}
	return counts, nil
}

// sessionOrigin is where a session is used from, as its columns hold it.
func sessionOrigin(viewer users.Viewer) (address *netip.Addr, userAgent string) {
	if parsed, err := netip.ParseAddr(viewer.Address); err == nil {
		parsed = parsed.Unmap().WithZone("")
		address = &parsed
	}
	return address, users.ClipUserAgent(viewer.UserAgent)
}

// sessionLife is how long a session lasts after it was refreshed last.
const sessionLife = 30 * 24 * time.Hour
