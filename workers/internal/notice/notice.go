package notice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
)

// Accounts knows users, and what they were told.
type Accounts interface {
	// Contact returns the user's contact, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
	// AddNotification tells a user of something within the application, unless it did
	// before, or returns users.ErrNoContact.
	AddNotification(ctx context.Context, n users.NewNotification) (added bool, err error)
}

// Links are those of mails that lead to public pages.
type Links interface {
	// Unsubscribe returns the link that ends a user's mails of a topic, "" if there is
	// no such page.
	Unsubscribe(userID string, topic users.Topic) string
}

// Notice is something that one person is told of.
type Notice struct {
	// NewNotification is what they are told within the application. Its key is the
	// mail's as well.
	users.NewNotification
	// Topic is that of the mail, "" for one that has to be sent.
	Topic users.Topic
	// Letter is what the mail says; nil if there is none.
	Letter letter.Letter
}

// Deps are what a Board works with.
type Deps struct {
	// Accounts, Delivery and Links are required.
	Accounts Accounts
	Delivery *delivery.Delivery
	Links    Links
	// Now is the clock that says whose hours are quiet. Defaults to time.Now.
	Now func() time.Time
}

// Board is where jobs post what people are told of. It is safe for concurrent use.
type Board struct{ deps Deps }

// New returns a Board.
func New(deps Deps) (*Board, error) {
	if deps.Accounts == nil || deps.Delivery == nil || deps.Links == nil {
		return nil, errors.New("notice: Deps.Accounts, Delivery and Links are required")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	return &Board{deps}, nil
}

// PolicyOf is how the jobs are tried that post on b.
func PolicyOf[T river.JobArgs](b *Board) delivery.Policy[T] {
	return delivery.PolicyOf[T](b.deps.Delivery)
}

// Post tells a person of a notice, as far as that was not done before. What it returns
// is what the job has to return: nil, river.JobSnooze while it is quiet or as
// delivery.Delivery says, river.JobCancel if there is nobody to tell
// (users.ErrNoContact) or the mail is refused for good, and any other error to be
// tried again.
func (b *Board) Post(ctx context.Context, job *rivertype.JobRow, n Notice) error {
	contact, err := b.deps.Accounts.Contact(ctx, n.UserID)
	if err == nil {
		_, err = b.deps.Accounts.AddNotification(ctx, n.NewNotification)
	}
	if errors.Is(err, users.ErrNoContact) {
		return river.JobCancel(fmt.Errorf("notice: %w", err))
	}
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	if n.Letter == nil || !wanted(contact.Settings, n.Topic) {
		return nil
	}
	if wait := b.quiet(contact, n.Topic); wait > 0 {
		return river.JobSnooze(wait)
	}
	mail := delivery.Mail{Key: n.Key, Contact: contact}
	if n.Topic != "" {
		mail.Unsubscribe = b.deps.Links.Unsubscribe(contact.UserID, n.Topic)
	}
	return b.deps.Delivery.Letter(ctx, job, mail, n.Letter)
}

// Name returns what a person is called, "" if there is no such account any more.
func (b *Board) Name(ctx context.Context, userID string) (string, error) {
	contact, err := b.deps.Accounts.Contact(ctx, userID)
	if errors.Is(err, users.ErrNoContact) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("notice: %w", err)
	}
	return contact.DisplayName, nil
}

// wanted tells whether somebody with the settings gets mails of the topic.
func wanted(settings users.NotificationSettings, topic users.Topic) bool {
	switch topic {
	case users.TopicAssignments:
		return settings.EmailAssignments
	case users.TopicShares:
		return settings.EmailShares
	case users.TopicReminders:
		return settings.EmailReminders
	}
	return topic == ""
}

// quiet returns for how long mails of the topic wait for the end of the reader's quiet
// hours. Reminders come when they were asked for, and what has to be sent comes at
// once.
func (b *Board) quiet(contact users.Contact, topic users.Topic) time.Duration {
	if topic == "" || topic == users.TopicReminders {
		return 0
	}
	zone, err := time.LoadLocation(contact.TimeZone)
	if err != nil || contact.TimeZone == "Local" {
		zone = time.UTC
	}
	now := b.deps.Now()
	until, quiet := contact.Settings.QuietUntil(now, zone)
	if !quiet {
		return 0
	}
	return until.Sub(now)
}
