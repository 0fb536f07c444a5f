package users

import (
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// Session is a login on one device, as its user and administrators see it.
type Session struct {
	ID         string  // ses_…
	Address    *string // where it was used last; nil if the router did not tell
	UserAgent  *string // of the program that used it last; nil if it did not tell
	CreatedAt  time.Time
	LastUsedAt time.Time // when it was begun or refreshed last
	ExpiresAt  time.Time // unless it is refreshed before
	// Current says that the viewer's own access token belongs to it.
	Current bool
}

// Device returns in a few words what the user agent says of itself.
func (s Session) Device() string {
	if s.UserAgent == nil {
		return Device("")
	}
	return Device(*s.UserAgent)
}

// RefreshSessionInput is a refresh token as the client presents it, nil for the
// one of its cookie.
type RefreshSessionInput struct {
	RefreshToken *string
}

// LogoutInput is the refresh token of the session to end, nil for the one of the
// cookie.
type LogoutInput struct {
	RefreshToken *string
}

// RevokeSessionInput names a session.
type RevokeSessionInput struct {
	SessionID string // ses_…
}

// RevokeAllSessionsInput says which of the caller's sessions to end.
type RevokeAllSessionsInput struct {
	ExceptCurrent bool
}

// EndReason says why a session ended before its time.
type EndReason string

// The reasons. All but EndLogout and EndDisplaced are somebody's decision or a
// suspicion.
const (
	EndLogout    EndReason = "LOGOUT"    // by its own program
	EndRevoked   EndReason = "REVOKED"   // by its user from another session, or by an administrator
	EndReused    EndReason = "REUSED"    // a refresh token came a second time: somebody has a copy
	EndPassword  EndReason = "PASSWORD"  // the password was changed or reset
	EndLocked    EndReason = "LOCKED"    // the account was suspended
	EndDeleted   EndReason = "DELETED"   // the account was deleted
	EndDisplaced EndReason = "DISPLACED" // the user has too many newer ones
)

// SessionConnection is one page of a user's sessions.
type SessionConnection struct {
	UserID   string // usr_…
	Edges    []SessionEdge
	PageInfo page.Info
}

// SessionEdge is a session's place in a connection.
type SessionEdge struct {
	Cursor string
	Node   *Session
}

// MaxSessions bounds the sessions of a user: beyond it, the oldest login ends.
const MaxSessions = 100
