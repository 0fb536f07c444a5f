package digest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/delivery/deliverytest"
	"github.com/weftql/weft/workers/internal/mail"
)

// monday is eight o'clock on a Monday in Berlin.
var monday = time.Date(2026, time.November, 23, 7, 0, 0, 0, time.UTC)

// world is what is known of one user.
type world struct {
	contact users.Contact
	unread  []users.NewNotification
	total   int
	agenda  todos.Agenda
	titles  map[string]string
	asked   []todos.AgendaQuery
	errs    map[string]error // by method
}

func (w *world) Contact(_ context.Context, userID string) (users.Contact, error) {
	w.contact.UserID = userID
	return w.contact, w.errs["Contact"]
}

func (w *world) UnreadNotifications(context.Context, string, int) ([]users.NewNotification, int, error) {
	return w.unread, w.total, w.errs["UnreadNotifications"]
}

func (w *world) Agenda(_ context.Context, query todos.AgendaQuery) (todos.Agenda, error) {
	w.asked = append(w.asked, query)
	return w.agenda, w.errs["Agenda"]
}

func (w *world) Titles(context.Context, string, []string, []string) (map[string]string, error) {
	return w.titles, w.errs["Titles"]
}

// busy is a world in which there is something to say of everything.
func busy(frequency users.DigestFrequency) *world {
	return &world{
		contact: users.Contact{
			Email: "ann@example.test", DisplayName: "Ann", TimeZone: "Europe/Berlin", Locale: "en",
			Settings: users.NotificationSettings{EmailDigest: frequency, DigestHour: 8},
		},
		unread: []users.NewNotification{
			{Kind: users.NotifyAssigned, TodoID: "tdo_1", ListID: "tdl_1", At: monday.Add(-time.Hour)},
			{Kind: users.NotifyShared, ListID: "tdl_1", At: monday.Add(-2 * time.Hour)},
			{Kind: users.NotifyAssigned, TodoID: "tdo_2", ListID: "tdl_1", At: monday.Add(-3 * time.Hour)},
			{Kind: users.NotifySecurity, At: monday.Add(-4 * time.Hour)},
		},
		total: 9,
		agenda: todos.Agenda{
			Overdue: []todos.AgendaTodo{{Title: "Call Bob", ListName: "Work", DueAt: monday.Add(-48 * time.Hour)}}, MoreOverdue: 2,
			Due: []todos.AgendaTodo{{Title: "Buy milk", ListName: "Home", DueAt: monday.Add(4 * time.Hour)}}, MoreDue: 1,
		},
		titles: map[string]string{"tdo_1": "Buy bread", "tdl_1": "Home"},
		errs:   map[string]error{},
	}
}

func run(t *testing.T, w *world, now time.Time, period string) (*deliverytest.Outbox, error) {
	t.Helper()
	d, out := deliverytest.New(t)
	worker := New(w, w, d, delivery.Pages{})
	worker.now = func() time.Time { return now }
	return out, worker.Work(t.Context(), job(period))
}

func job(period string) *river.Job[users.DigestArgs] {
	return &river.Job[users.DigestArgs]{JobRow: &rivertype.JobRow{ID: 7, Attempt: 1}, Args: users.DigestArgs{UserID: "usr_1", Period: period}}
}

func TestWorkTellsOfTheDay(t *testing.T) {
	t.Parallel()
	w := busy(users.DigestDaily)
	out, err := run(t, w, monday, "2026-11-23")
	sent := out.Sent()
	if err != nil || len(sent) != 1 {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	want := `Hi Ann,

this is what the day brings.

Overdue
-------

- Call Bob (Work), 21 November 2026

and 2 more

Due today
---------

- Buy milk (Home), 12:00

and 1 more

Not read yet
------------

- A todo was assigned to you: Buy bread
- A list was shared with you: Home
- A todo was assigned to you, 23 November 2026
- Something happened to your account, 23 November 2026

and 5 more
`
	if diff := cmp.Diff(want, sent[0].Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if got := sent[0]; got.ID != "digest/usr_1/2026-11-23" || got.Subject != "Your day: Monday, 23 November 2026" || got.To != "ann@example.test" {
		t.Errorf("sent %+v", got)
	}
	query := todos.AgendaQuery{UserID: "usr_1", From: monday.Add(-8 * time.Hour), Before: monday.Add(16 * time.Hour), Most: shown}
	if diff := cmp.Diff([]todos.AgendaQuery{query}, w.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestWorkTellsOfTheWeek(t *testing.T) {
	t.Parallel()
	w := busy(users.DigestWeekly)
	out, err := run(t, w, monday.Add(50*time.Hour), "2026-W48")
	sent := out.Sent()
	if err != nil || len(sent) != 1 {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	if got := sent[0]; got.ID != "digest/usr_1/2026-W48" || got.Subject != "Your week from Monday, 23 November 2026" || !strings.Contains(got.Text, "Buy milk (Home), Monday, 12:00") {
		t.Errorf("sent %+v", got)
	}
	if before := monday.Add(-8*time.Hour).AddDate(0, 0, 7); !w.asked[0].Before.Equal(before) {
		t.Errorf("asked %+v", w.asked)
	}
}

func TestWorkSendsNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*world)
		now    time.Time
		period string
	}{
		{"when there is nothing to say", func(w *world) { w.unread, w.total, w.agenda = nil, 0, todos.Agenda{} }, monday, "2026-11-23"},
		{"when the day is over", func(*world) {}, monday.Add(16 * time.Hour), "2026-11-23"},
		{"to whom wants none any more", func(w *world) { w.contact.Settings.EmailDigest = users.DigestNever }, monday, "2026-11-23"},
		{"to whom wants those of weeks by now", func(w *world) { w.contact.Settings.EmailDigest = users.DigestWeekly }, monday, "2026-11-23"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := busy(users.DigestDaily)
			c.change(w)
			if out, err := run(t, w, c.now, c.period); err != nil || len(out.Sent()) != 0 {
				t.Errorf("sent %+v, %v", out.Sent(), err)
			}
		})
	}
}

func TestWorkTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	for _, c := range []struct {
		method string
		err    error
		period string
		final  bool
	}{
		{"Contact", fmt.Errorf("x: %w", users.ErrNoContact), "2026-11-23", true},
		{"Contact", down, "2026-11-23", false},
		{"UnreadNotifications", down, "2026-11-23", false},
		{"Agenda", down, "2026-11-23", false},
		{"Titles", down, "2026-11-23", false},
		{"", nil, "some day", true},
	} {
		w := busy(users.DigestDaily)
		w.errs[c.method] = c.err
		out, err := run(t, w, monday, c.period)
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || len(out.Sent()) != 0 {
			t.Errorf("%s, %s: got %v, want final=%t; sent %v", c.method, c.period, err, c.final, out.Sent())
		}
	}
}

// TestWorkSendsAtMostOnce breaks the connection when the server has the whole mail.
func TestWorkSendsAtMostOnce(t *testing.T) {
	t.Parallel()
	d, out := deliverytest.New(t)
	w := busy(users.DigestDaily)
	worker := New(w, w, d, delivery.Pages{})
	worker.now = func() time.Time { return monday }
	out.Fail(&mail.Error{Kind: mail.Lost})
	var cancel *rivertype.JobCancelError
	for range 2 {
		if err := worker.Work(t.Context(), job("2026-11-23")); !errors.As(err, &cancel) || !errors.Is(err, delivery.ErrUnknown) {
			t.Errorf("got %v", err)
		}
		out.Fail(nil)
	}
	if sent := out.Sent(); len(sent) != 0 {
		t.Errorf("sent %+v", sent)
	}
}

// TestAnOperatorResendsTheDigestOfADayThatIsOver runs a job again that had ended with
// nobody knowing whether its mail was sent.
func TestAnOperatorResendsTheDigestOfADayThatIsOver(t *testing.T) {
	t.Parallel()
	d, out := deliverytest.New(t)
	w := busy(users.DigestDaily)
	worker := New(w, w, d, delivery.Pages{})
	worker.now = func() time.Time { return monday.Add(16 * time.Hour) }
	again := job("2026-11-23")
	again.Errors = []rivertype.AttemptError{{Attempt: 1, Error: "connection refused"}}
	if err := worker.Work(t.Context(), again); err != nil || len(out.Sent()) != 0 {
		t.Fatalf("tried again by itself: sent %+v, %v", out.Sent(), err)
	}
	again.Errors = append(again.Errors, rivertype.AttemptError{Attempt: 2, Error: "JobCancelError: digest: " + delivery.ErrUnknown.Error()})
	if err := worker.Work(t.Context(), again); err != nil || len(out.Sent()) != 1 {
		t.Errorf("resent: sent %+v, %v", out.Sent(), err)
	}
}
