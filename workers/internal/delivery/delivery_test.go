package delivery

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/mail"
)

// outbox is a Sender that keeps what it is given.
type outbox struct {
	sent []mail.Message
	err  error
}

func (o *outbox) Send(_ context.Context, message mail.Message) error {
	o.sent = append(o.sent, message)
	return o.err
}

func TestDeliverNamesTheMessageAfterTheJob(t *testing.T) {
	t.Parallel()
	out := &outbox{}
	err := Deliver(t.Context(), out, "welcome", 7, users.Contact{Email: "ann@example.test", DisplayName: "Ann"}, Mail{Subject: "S", Text: "T"})
	want := []mail.Message{{ID: "welcome-7", To: "ann@example.test", ToName: "Ann", Subject: "S", Text: "T"}}
	if diff := cmp.Diff(want, out.sent); diff != "" || err != nil {
		t.Errorf("error %v, sent (-want +got):\n%s", err, diff)
	}
}

func TestDeliverTellsWhatToDoAboutFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		err   error
		final bool
	}{
		{"the address does not exist", fmt.Errorf("%w: SMTP 550", mail.ErrRefused), true},
		{"the mail server is down", errors.New("connection refused"), false},
	} {
		err := Deliver(t.Context(), &outbox{err: c.err}, "welcome", 7, users.Contact{}, Mail{})
		var cancel *rivertype.JobCancelError
		if !errors.Is(err, c.err) || errors.As(err, &cancel) != c.final {
			t.Errorf("%s: got %v, want final=%t", c.name, err, c.final)
		}
	}
}

func TestNextRetryWaitsLongerEachTimeAndNeverTooLong(t *testing.T) {
	t.Parallel()
	last := time.Duration(0)
	for attempt := 1; attempt <= 10; attempt++ {
		job := &river.Job[users.WelcomeArgs]{JobRow: &rivertype.JobRow{Attempt: attempt}}
		wait := time.Until(Policy[users.WelcomeArgs]{}.NextRetry(job)).Round(time.Second)
		if wait < last || wait < 10*time.Second || wait > 3*time.Hour {
			t.Errorf("attempt %d waits %s after %s", attempt, wait, last)
		}
		last = wait
	}
}
