package users

import "time"

// NotificationKind is what a notification tells of.
type NotificationKind string

// The kinds.
const (
	// NotifyAssigned is that of a todo which the user was assigned to.
	NotifyAssigned NotificationKind = "ASSIGNED"
	// NotifyShared is that of a list which was shared with the user.
	NotifyShared NotificationKind = "SHARED"
	// NotifyReminder is that of a todo whose reminder is due.
	NotifyReminder NotificationKind = "REMINDER"
	// NotifySecurity is that of something that happened to the user's account, of
	// which a mail tells more.
	NotifySecurity NotificationKind = "SECURITY"
)

// MaxNotificationKeyBytes bounds a notification's key.
const MaxNotificationKeyBytes = 200

// NewNotification is something that a user is told of within the application. Names
// and titles are read when it is shown, and none of them is stored.
type NewNotification struct {
	// Key names what happened, such as assignment/tdo_…/usr_…/<version>: of a key
	// there is one notification at most. It holds ids alone.
	Key    string
	UserID string // usr_…, who is told
	Kind   NotificationKind
	// TodoID, ListID and ActorID are what it is about and who did it, "" for nothing
	// and nobody.
	TodoID, ListID, ActorID string // tdo_…, tdl_…, usr_…
	At                      time.Time
}
