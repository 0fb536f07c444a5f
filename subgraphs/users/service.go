package users

import (
	"context"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// Service is what can be done with accounts. Implementations are safe for
// concurrent use. Expected failures of mutations are UserErrors, refused callers
// and arguments are refusals; every other error is the service's own trouble.
type Service interface {
	// Register creates an account and the job that sends its welcome mail, both
	// or neither, and logs it in. UserErrors: CodeBadInput, CodeConflict,
	// CodeRateLimited.
	Register(ctx context.Context, viewer Viewer, in RegisterInput) (*Login, error)

	// Login checks a password and begins a session. UserErrors:
	// CodeInvalidCredentials, written to the audit log a moment later if it is about
	// an account, and after the same work whether or not the address is known, except that a hash of bcrypt, which an account from another system has
	// until its first login, takes bcrypt's time; CodeRateLimited, whether or not the
	// password is right.
	Login(ctx context.Context, viewer Viewer, in LoginInput) (*Login, error)

	// RefreshSession exchanges a refresh token for the next tokens of its session.
	// A token that was exchanged less than ten seconds ago gives the same refresh
	// token again; one that was exchanged before ends the session. UserErrors:
	// CodeTokenInvalid.
	RefreshSession(ctx context.Context, viewer Viewer, refreshToken string) (*Login, error)

	// Logout ends the viewer's session and that of the refresh token, as far as
	// there are any.
	Logout(ctx context.Context, viewer Viewer, refreshToken string) error

	// RevokeSession ends one of the viewer's sessions, or anybody's if the viewer
	// is an administrator, and returns it. UserErrors: CodeNotFound.
	RevokeSession(ctx context.Context, viewer Viewer, in RevokeSessionInput) (*Session, error)

	// RevokeAllSessions ends the viewer's sessions and returns how many.
	RevokeAllSessions(ctx context.Context, viewer Viewer, in RevokeAllSessionsInput) (int32, error)

	// Sessions returns for each user a page of the sessions that have not ended,
	// the newest login first, and nil for users whose sessions the viewer may not
	// see. It needs one statement however many users there are.
	Sessions(ctx context.Context, viewer Viewer, userIDs []string, args page.Args) ([]*SessionConnection, error)

	// CountSessions returns for each user how many sessions Sessions would return
	// in all. It needs one statement.
	CountSessions(ctx context.Context, viewer Viewer, userIDs []string) ([]int32, error)

	// UsersByID returns the users with the given ids, in their order and nil where
	// there is none; an id may be malformed or there twice. Anonymous viewers see
	// nobody. It needs one statement however many ids there are.
	UsersByID(ctx context.Context, viewer Viewer, ids []string) ([]*User, error)

	Accounts
	Notifications
	Administration
}

// Notifications is what people are told of within the application. Everybody sees
// the own ones alone, administrators included.
type Notifications interface {
	// Notifications returns for each user a page of what the user was told of, newest
	// first, and nil for everybody but the viewer. It needs one statement at most.
	Notifications(ctx context.Context, viewer Viewer, userIDs []string, args NotificationArgs) ([]*NotificationConnection, error)

	// CountNotifications returns for each user how many Notifications would return in
	// all. It needs one statement at most.
	CountNotifications(ctx context.Context, viewer Viewer, userIDs []string, unreadOnly bool) ([]int32, error)

	// NotificationsByID returns the viewer's notifications with the given ids, in
	// their order and nil where there is none. It needs one statement at most.
	NotificationsByID(ctx context.Context, viewer Viewer, ids []string) ([]*Notification, error)

	// MarkNotificationsRead marks those of the viewer's notifications that have the
	// ids, and returns them in their order, also with UserErrors, and the viewer.
	// UserErrors: CodeBadInput, CodeNotFound for each id that is none of them.
	MarkNotificationsRead(ctx context.Context, viewer Viewer, ids []string) ([]*Notification, *User, error)

	// MarkAllNotificationsRead marks the viewer's notifications up to the one with the
	// id, or all of them for "", and returns how many it was, and the viewer.
	// UserErrors: CodeNotFound.
	MarkAllNotificationsRead(ctx context.Context, viewer Viewer, newestID string) (int32, *User, error)
}

// Accounts is what people do with their own account. Whoever is logged in to an
// account that is suspended or deleted is refused like an anonymous caller.
type Accounts interface {
	// VerifyEmail makes a pending account active, with the token from its mail, and
	// returns it as its owner sees it. UserErrors: CodeTokenInvalid.
	VerifyEmail(ctx context.Context, viewer Viewer, token string) (*User, error)

	// ResendVerification has another such mail sent, at most one in each MailInterval,
	// if the viewer's account is pending still.
	ResendVerification(ctx context.Context, viewer Viewer) error

	// RequestPasswordReset has a mail with a token sent to the address, at most one
	// in MailInterval, if it is that of an account: that is looked up later, by the
	// job. UserErrors: CodeBadInput for what is no address, CodeRateLimited.
	RequestPasswordReset(ctx context.Context, viewer Viewer, email string) error

	// ResetPassword gives the account a new password, with the token from its mail,
	// ends its sessions, and makes it active if it was pending: whoever has the
	// token reads the account's mail. UserErrors: CodeTokenInvalid, CodeBadInput.
	ResetPassword(ctx context.Context, viewer Viewer, token, password string) error

	// ChangePassword gives the viewer a new password and ends the viewer's other
	// sessions. UserErrors: CodeInvalidCredentials, CodeBadInput, CodeRateLimited.
	ChangePassword(ctx context.Context, viewer Viewer, current, password string) error

	// UpdateProfile changes the viewer's profile. UserErrors: CodeBadInput,
	// CodeStaleVersion.
	UpdateProfile(ctx context.Context, viewer Viewer, change ProfileChange) (*User, error)

	// NotificationSettings returns the settings of the users with the given ids, in
	// their order and nil where the viewer may not see them: users see their own,
	// administrators everybody's. It needs one statement at most.
	NotificationSettings(ctx context.Context, viewer Viewer, ids []string) ([]*NotificationSettings, error)

	// UpdateNotificationSettings changes the viewer's settings. UserErrors:
	// CodeBadInput.
	UpdateNotificationSettings(ctx context.Context, viewer Viewer, change NotificationSettingsChange) (*User, error)

	// DeleteAccount locks the viewer's account, ends its sessions and inserts the
	// job that erases it: all or nothing. UserErrors: CodeInvalidCredentials,
	// CodeRateLimited, CodeConflict for the last administrator.
	DeleteAccount(ctx context.Context, viewer Viewer, password string) error
}

// Administration is what administrators do with all accounts; everybody else is
// refused.
type Administration interface {
	// Users returns a page of the users that the filter finds.
	Users(ctx context.Context, viewer Viewer, filter UserFilter, order UserOrder, args page.Args) (*UserConnection, error)

	// CountUsers returns how many users the filter finds in all.
	CountUsers(ctx context.Context, viewer Viewer, filter UserFilter) (int32, error)

	// SetUserRoles gives a user the roles, and RoleUser in any case. If one is taken
	// away, the user's sessions end. UserErrors: CodeNotFound, CodeConflict if no
	// administrator would be left.
	SetUserRoles(ctx context.Context, viewer Viewer, userID string, roles []Role) (*User, error)

	// SetUserStatus suspends a user, whose sessions end, or makes one active.
	// UserErrors: CodeBadInput for other statuses, CodeNotFound, CodeConflict if no
	// administrator would be left.
	SetUserStatus(ctx context.Context, viewer Viewer, userID string, status UserStatus) (*User, error)

	// AuditLog returns a page of what was done to accounts, newest first.
	AuditLog(ctx context.Context, viewer Viewer, filter AuditFilter, args page.Args) (*AuditConnection, error)
}
