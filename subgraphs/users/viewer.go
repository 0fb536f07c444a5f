package users

import "github.com/weftql/weft/subgraphs/internal/refusal"

// AdminScope is the scope that the access tokens of administrators carry.
const AdminScope = "admin"

// Viewer is the caller on whose behalf something is read or done. The zero value
// is an anonymous caller.
type Viewer struct {
	// ID is the caller's user id, "" for an anonymous caller.
	ID string
	// Admin says that the access token carries the scope admin.
	Admin bool
	// Session is the id of the session that the access token belongs to, "" for an
	// anonymous caller.
	Session string // ses_…
	// Address and UserAgent are where a mutation comes from, as far as the router
	// can know it. Queries have neither.
	Address, UserAgent string
	// RequestID names the request in logs.
	RequestID string
}

// RequireLogin refuses an anonymous viewer.
func (v Viewer) RequireLogin() error {
	if v.ID == "" {
		return refusal.Unauthenticated()
	}
	return nil
}

// RequireAdmin refuses everybody but administrators.
func (v Viewer) RequireAdmin() error {
	if err := v.RequireLogin(); err != nil {
		return err
	}
	if !v.Admin {
		return refusal.Forbidden()
	}
	return nil
}

// Sees tells whether v may see what is private to the user with that id: only the
// user may, and administrators. It is the one place where that is decided.
func (v Viewer) Sees(userID string) bool { return v.ID != "" && (v.Admin || v.ID == userID) }

// Is tells whether v is the user with that id: what that user is told of, nobody else
// sees, administrators included.
func (v Viewer) Is(userID string) bool { return v.ID != "" && v.ID == userID }

// DeletedName stands in the place of a deleted account's name, so that what refers
// to the account still has somebody to show.
const DeletedName = "Deleted user"

// Redact removes from u what v may not see: what is private unless v Sees it, and
// nearly everything of a deleted account unless v is an administrator.
func (v Viewer) Redact(u *User) {
	if u.Status != nil && *u.Status == StatusDeleted && (v.ID == "" || !v.Admin) {
		u.DisplayName, u.AvatarURL, u.TimeZone = DeletedName, nil, "UTC"
		u.Email, u.EmailVerified, u.Roles, u.Status, u.Locale = nil, nil, nil, nil, nil
		return
	}
	if v.Sees(u.ID) {
		return
	}
	u.Email, u.EmailVerified, u.Roles, u.Status, u.Locale = nil, nil, nil, nil, nil
}
