// Package noticetest has a notice.Board without databases and without a mail server,
// for the tests of jobs that tell people of something.
//
//	New ─▶ *notice.Board ─▶ Accounts: who was told; Outbox: what was sent
package noticetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery/deliverytest"
	"github.com/weftql/weft/workers/internal/notice"
)

// Noon is the time of the Board's clock.
var Noon = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)

// Accounts are users in memory. They are safe for concurrent use.
type Accounts struct {
	mu    sync.Mutex
	err   error
	known map[string]users.Contact
	told  []users.NewNotification
}

// Links are the pages of nobody.
type Links struct{}

// Unsubscribe implements notice.Links.
func (Links) Unsubscribe(userID string, topic users.Topic) string {
	return "https://weft.test/" + string(topic) + "/" + userID
}

// New returns a Board, the users who can be told of something, and what they are sent.
func New(tb testing.TB, contacts ...users.Contact) (*notice.Board, *Accounts, *deliverytest.Outbox) {
	tb.Helper()
	a := &Accounts{known: map[string]users.Contact{}}
	for _, contact := range contacts {
		a.known[contact.UserID] = contact
	}
	d, out := deliverytest.New(tb)
	board, err := notice.New(notice.Deps{Accounts: a, Delivery: d, Links: Links{}, Now: func() time.Time { return Noon }})
	if err != nil {
		tb.Fatal(err)
	}
	return board, a, out
}

// Person is a user who has changed no setting.
func Person(userID, name string) users.Contact {
	return users.Contact{
		UserID: userID, Email: name + "@example.test", DisplayName: name, TimeZone: "UTC", Locale: "en", Settings: users.DefaultNotificationSettings(),
	}
}

// Fail makes everything fail with err, nil for nothing.
func (a *Accounts) Fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

// Told returns what people were told within the application, in order.
func (a *Accounts) Told() []users.NewNotification {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.told)
}

// Contact implements notice.Accounts.
func (a *Accounts) Contact(_ context.Context, userID string) (users.Contact, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	contact, known := a.known[userID]
	if a.err == nil && !known {
		return contact, users.ErrNoContact
	}
	return contact, a.err
}

// AddNotification implements notice.Accounts.
func (a *Accounts) AddNotification(_ context.Context, n users.NewNotification) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if slices.ContainsFunc(a.told, func(other users.NewNotification) bool { return other.Key == n.Key }) {
		return false, a.err
	}
	a.told = append(a.told, n)
	return true, a.err
}
