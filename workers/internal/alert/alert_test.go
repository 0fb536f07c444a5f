package alert

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/notice/noticetest"
)

// ann is the user whom the entry is about.
func ann() users.Contact {
	c := noticetest.Person("usr_1", "Ann")
	c.TimeZone = "Europe/Berlin"
	return c
}

// book is a Log of one entry.
type book struct{ err error }

func (b book) Entry(context.Context, string) (*users.AuditEntry, error) {
	address, program := "192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
	return &users.AuditEntry{At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), Address: &address, UserAgent: &program}, b.err
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
		board, accounts, out := noticetest.New(t, ann())
		if err := New(book{}, board).Work(t.Context(), job(event)); err != nil || len(out.Sent()) != 1 {
			t.Fatalf("%s: sent %+v, %v", event, out.Sent(), err)
		}
		got := out.Sent()[0]
		if subjects[got.Subject] || got.ID != "security-alert/aud_1" || got.To != "Ann@example.test" || got.Unsubscribe != "" {
			t.Errorf("%s: sent %+v", event, got)
		}
		want := []users.NewNotification{{
			Key: "security-alert/aud_1", UserID: "usr_1", Kind: users.NotifySecurity, At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC),
		}}
		if diff := cmp.Diff(want, accounts.Told()); diff != "" {
			t.Errorf("%s: told (-want +got):\n%s", event, diff)
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
		name               string
		entryErr, boardErr error
		event              users.SecurityEvent
		final              bool
	}{
		{"the user is gone", nil, users.ErrNoContact, users.EventNewDevice, true},
		{"the entry is gone", users.ErrNoContact, nil, users.EventNewDevice, true},
		{"an unknown event", nil, nil, "EARTHQUAKE", true},
		{"the database is down", down, nil, users.EventNewDevice, false},
		{"the database went down", nil, down, users.EventNewDevice, false},
	} {
		board, accounts, out := noticetest.New(t, ann())
		accounts.Fail(c.boardErr)
		err := New(book{c.entryErr}, board).Work(t.Context(), job(c.event))
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || len(out.Sent()) != 0 {
			t.Errorf("%s: got %v, want final=%t; sent %v", c.name, err, c.final, out.Sent())
		}
	}
}
