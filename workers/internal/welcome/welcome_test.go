package welcome

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery/deliverytest"
	"github.com/weftql/weft/workers/internal/mail"
)

// book is a Contacts of one user.
type book struct{ err error }

func (b book) Contact(_ context.Context, userID string) (users.Contact, error) {
	return users.Contact{UserID: userID, Email: "ann@example.test", DisplayName: "Ann"}, b.err
}

func job(attempt int) *river.Job[users.WelcomeArgs] {
	return &river.Job[users.WelcomeArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: attempt},
		Args:   users.WelcomeArgs{UserID: "usr_1"},
	}
}

func TestWorkGreetsOnce(t *testing.T) {
	t.Parallel()
	d, out := deliverytest.New(t)
	for attempt := range 2 {
		if err := New(book{}, d).Work(t.Context(), job(attempt+1)); err != nil {
			t.Fatal(err)
		}
	}
	sent := out.Sent()
	if len(sent) != 1 {
		t.Fatalf("sent %+v", sent)
	}
	got := sent[0]
	if got.ID != "welcome/usr_1" || got.To != "ann@example.test" || got.ToName != "Ann" || got.Unsubscribe != "" ||
		!strings.Contains(got.Text, "Ann") || !strings.Contains(got.HTML, "Ann") {
		t.Errorf("sent %+v", got)
	}
}

func TestWorkTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		contacts error
		send     error
		final    bool
	}{
		{"the user is gone", users.ErrNoContact, nil, true},
		{"the database is down", errors.New("connection refused"), nil, false},
		{"the address does not exist", nil, &mail.Error{Kind: mail.Refused, Code: 550}, true},
		{"the mail server is down", nil, &mail.Error{Kind: mail.Unreachable, Err: errors.New("connection refused")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, out := deliverytest.New(t)
			out.Fail(c.send)
			err := New(book{err: c.contacts}, d).Work(t.Context(), job(1))
			var cancel *rivertype.JobCancelError
			if err == nil || errors.As(err, &cancel) != c.final || len(out.Sent()) != 0 {
				t.Errorf("got %v, want final=%t; sent %v", err, c.final, out.Sent())
			}
		})
	}
}
