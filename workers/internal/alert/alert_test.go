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
	"github.com/weftql/weft/workers/internal/delivery/deliverytest"
)

// book is an Accounts of one user with one entry.
type book struct{ contactErr, entryErr error }

func (b book) Contact(context.Context, string) (users.Contact, error) {
	return users.Contact{UserID: "usr_1", Email: "ann@example.test", DisplayName: "Ann", TimeZone: "Europe/Berlin"}, b.contactErr
}

func (b book) Entry(context.Context, string) (*users.AuditEntry, error) {
	address, program := "192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
	return &users.AuditEntry{At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), Address: &address, UserAgent: &program}, b.entryErr
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
		d, out := deliverytest.New(t)
		if err := New(book{}, d).Work(t.Context(), job(event)); err != nil || len(out.Sent()) != 1 {
			t.Fatalf("%s: sent %+v, %v", event, out.Sent(), err)
		}
		got := out.Sent()[0]
		if subjects[got.Subject] || got.ID != "security-alert/aud_1" || got.To != "ann@example.test" {
			t.Errorf("%s: sent %+v", event, got)
		}
		for _, want := range []string{"14:00", "192.0.2.1", "Firefox on Linux"} {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%s: %q is missing in:\n%s", event, want, got.Text)
			}
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
		d, out := deliverytest.New(t)
		err := New(c.book, d).Work(t.Context(), job(c.event))
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || len(out.Sent()) != 0 {
			t.Errorf("%s: got %v, want final=%t; sent %v", c.name, err, c.final, out.Sent())
		}
	}
}
