package alert

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
)

// book is an Accounts of one user with one entry.
type book struct{ contactErr, entryErr error }

func (b book) Contact(context.Context, string) (users.Contact, error) {
	return users.Contact{Email: "ann@example.test", DisplayName: "Ann", TimeZone: "Europe/Berlin"}, b.contactErr
}

func (b book) Entry(context.Context, string) (*users.AuditEntry, error) {
	address := "192.0.2.1"
	return &users.AuditEntry{At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), Address: &address}, b.entryErr
}

// outbox is a Sender that keeps what it is given.
type outbox struct{ sent []mail.Message }

func (o *outbox) Send(_ context.Context, message mail.Message) error {
	o.sent = append(o.sent, message)
	return nil
}

func job(event users.SecurityEvent) *river.Job[users.SecurityAlertArgs] {
	return &river.Job[users.SecurityAlertArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: 1},
		Args:   users.SecurityAlertArgs{UserID: "usr_1", Event: event, EntryID: "aud_1"},
	}
}

func TestWorkTellsOfEveryEvent(t *testing.T) {
	t.Parallel()
	subjects := map[string]bool{}
	for _, event := range []users.SecurityEvent{users.EventPasswordChanged, users.EventPasswordReset, users.EventNewDevice, users.EventTokenReused} {
		out := &outbox{}
		if err := New(book{}, out).Work(t.Context(), job(event)); err != nil || len(out.sent) != 1 {
			t.Fatalf("%s: sent %+v, %v", event, out.sent, err)
		}
		got := out.sent[0]
		if subjects[got.Subject] || got.ID != "security-alert-7" || got.To != "ann@example.test" ||
			!strings.Contains(got.Text, "1 July 2026, 14:00:00 +02:00\n    Address: 192.0.2.1\n") || strings.Contains(got.Text, "Program") {
			t.Errorf("%s: sent %+v", event, got)
		}
		subjects[got.Subject] = true
	}
}

func TestWorkTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	for _, c := range []struct {
		name  string
		book  book
		event users.SecurityEvent
		final bool
	}{
		{"the user is gone", book{contactErr: users.ErrNoContact}, users.EventNewDevice, true},
		{"the entry is gone", book{entryErr: users.ErrNoContact}, users.EventNewDevice, true},
		{"an unknown event", book{}, "EARTHQUAKE", true},
		{"the database is down", book{contactErr: down}, users.EventNewDevice, false},
		{"the database went down", book{entryErr: down}, users.EventNewDevice, false},
	} {
		out := &outbox{}
		err := New(c.book, out).Work(t.Context(), job(c.event))
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || out.sent != nil {
			t.Errorf("%s: got %v, want final=%t; sent %v", c.name, err, c.final, out.sent)
		}
	}
}
