package users

import (
	"fmt"
	"strconv"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

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

// Notification is something that a user was told of.
type Notification struct {
	ID   string // ntf_…
	Kind NotificationKind
	// TodoID, ListID and ActorID are what it is about and who did it, nil for
	// nothing and nobody. None of them need exist any more.
	TodoID, ListID, ActorID *string
	CreatedAt               time.Time  // UTC
	ReadAt                  *time.Time // UTC; nil until the user marks it
}

// IsEntity marks Notification as an entity of the federated graph.
func (Notification) IsEntity() {}

// IsNode marks Notification as a Node.
func (Notification) IsNode() {}

// NotificationArgs ask for a page of notifications. They are comparable.
type NotificationArgs struct {
	Page page.Args
	// UnreadOnly leaves out those that the user has marked.
	UnreadOnly bool
}

// NotificationConnection is a page of a user's notifications, newest first.
type NotificationConnection struct {
	Edges      []NotificationEdge
	PageInfo   page.Info
	UserID     string
	UnreadOnly bool
}

// NotificationEdge is a notification's place in a connection.
type NotificationEdge struct {
	Cursor string
	Node   *Notification
}

// MaxMarked bounds the notifications that are marked by their ids.
const MaxMarked = 100

// CheckMarked returns why so many notifications cannot be marked, as UserErrors.
func CheckMarked(ids []string) error {
	if n := len(ids); n < 1 || n > MaxMarked {
		return Fail(CodeBadInput, "ids", fmt.Sprintf("must have from 1 to %d ids", MaxMarked))
	}
	return nil
}

// Marked returns those of the notifications that were found, and what to say of the
// others, which are nil; nil if there are none.
func Marked(found []*Notification) (marked []*Notification, refused UserErrors) {
	marked = make([]*Notification, 0, len(found))
	for i, one := range found {
		if one == nil {
			refused = append(refused, FailAt(CodeNotFound, "there is no such notification", "input", "ids", strconv.Itoa(i))...)
			continue
		}
		marked = append(marked, one)
	}
	return marked, refused
}
