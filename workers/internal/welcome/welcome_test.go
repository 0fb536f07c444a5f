package welcome

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
)

// book is a Contacts of one user.
type book struct {
	contact users.Contact
	err     error
}

func (b book) Contact(context.Context, string) (users.Contact, error) { return b.contact, b.err }

// outbox is a Sender that keeps what it is given.
type outbox struct {
	sent []mail.Message
	err  error
}

func (o *outbox) Send(_ context.Context, message mail.Message) error {
	if o.err == nil {
		o.sent = append(o.sent, message)
	}
	return o.err
}

func job(attempt int) *river.Job[users.WelcomeArgs] {
	return &river.Job[users.WelcomeArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: attempt},
		Args:   users.WelcomeArgs{UserID: "usr_1"},
	}
}

func TestWorkSendsTheSameMessageEachTime(t *testing.T) {
	t.Parallel()
	out := &outbox{}
	worker := New(book{contact: users.Contact{Email: "ann@example.test", DisplayName: "Ann"}}, out)
	for attempt := range 2 {
		if err := worker.Work(t.Context(), job(attempt+1)); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(out.sent[0], out.sent[1]); diff != "" {
		t.Errorf("second attempt (-first +second):\n%s", diff)
	}
	got := out.sent[0]
	if got.ID != "welcome-7" || got.To != "ann@example.test" || got.ToName != "Ann" || !strings.Contains(got.Text, "Hi Ann,") {
		t.Errorf("sent %+v", got)
	}
}

func TestWorkTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	down := errors.New("connection refused")
	for _, c := range []struct {
		name     string
		contacts error
		send     error
		final    bool
	}{
		{"the user is gone", users.ErrNoContact, nil, true},
		{"the database is down", down, nil, false},
		{"the address does not exist", nil, fmt.Errorf("%w: SMTP 550", mail.ErrRefused), true},
		{"the mail server is down", nil, down, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out := &outbox{err: c.send}
			err := New(book{err: c.contacts}, out).Work(t.Context(), job(1))
			var cancel *rivertype.JobCancelError
			if err == nil || errors.As(err, &cancel) != c.final {
				t.Errorf("got %v, want final=%t", err, c.final)
			}
		})
	}
}
