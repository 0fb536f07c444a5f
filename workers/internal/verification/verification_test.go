package verification

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/link"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
)

// mint makes one token for one user.
type mint struct{ err error }

func (m mint) VerificationToken(_ context.Context, userID string) (users.Contact, string, error) {
	return users.Contact{Email: "ann@example.test", DisplayName: "Ann"}, "TOKEN-OF-" + userID, m.err
}

// outbox is a Sender that keeps what it is given.
type outbox struct{ sent []mail.Message }

func (o *outbox) Send(_ context.Context, message mail.Message) error {
	o.sent = append(o.sent, message)
	return nil
}

func job() *river.Job[users.VerificationArgs] {
	return &river.Job[users.VerificationArgs]{JobRow: &rivertype.JobRow{ID: 7, Attempt: 1}, Args: users.VerificationArgs{UserID: "usr_1"}}
}

func TestWorkSendsTheToken(t *testing.T) {
	t.Parallel()
	pages, err := delivery.ParsePages("https://example.com", link.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	out := &outbox{}
	if err := New(mint{}, out, pages).Work(t.Context(), job()); err != nil || len(out.sent) != 1 {
		t.Fatalf("sent %+v, %v", out.sent, err)
	}
	got := out.sent[0]
	if got.ID != "verification-7" || got.To != "ann@example.test" || !strings.Contains(got.Text, "https://example.com/verify?token=TOKEN-OF-usr_1\n") {
		t.Errorf("sent %+v", got)
	}
}

func TestWorkTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		err   error
		final bool
	}{
		{"the user is verified or gone", fmt.Errorf("x: %w", users.ErrNoContact), true},
		{"the database is down", errors.New("connection refused"), false},
	} {
		out := &outbox{}
		err := New(mint{c.err}, out, delivery.Pages{}).Work(t.Context(), job())
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || out.sent != nil {
			t.Errorf("%s: got %v, want final=%t; sent %v", c.name, err, c.final, out.sent)
		}
	}
}
