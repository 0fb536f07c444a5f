package passwordreset

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
)

// mint makes one token for one address.
type mint struct{ err error }

func (m mint) ResetToken(_ context.Context, userID string) (users.Contact, string, error) {
	return users.Contact{Email: "Ann@example.test", DisplayName: "Ann"}, "TOKEN-FOR-" + userID, m.err
}

// outbox is a Sender that keeps what it is given.
type outbox struct{ sent []mail.Message }

func (o *outbox) Send(_ context.Context, message mail.Message) error {
	o.sent = append(o.sent, message)
	return nil
}

func job() *river.Job[users.PasswordResetArgs] {
	return &river.Job[users.PasswordResetArgs]{JobRow: &rivertype.JobRow{ID: 7, Attempt: 1}, Args: users.PasswordResetArgs{UserID: "usr_1"}}
}

func TestWorkSendsTheToken(t *testing.T) {
	t.Parallel()
	out := &outbox{}
	if err := New(mint{}, out, delivery.Pages{}).Work(t.Context(), job()); err != nil || len(out.sent) != 1 {
		t.Fatalf("sent %+v, %v", out.sent, err)
	}
	got := out.sent[0]
	if got.ID != "password-reset-7" || got.To != "Ann@example.test" || !strings.Contains(got.Text, "\n    TOKEN-FOR-usr_1\n") {
		t.Errorf("sent %+v", got)
	}
}

func TestWorkWithoutAnAccountIsDone(t *testing.T) {
	t.Parallel()
	out := &outbox{}
	if err := New(mint{fmt.Errorf("x: %w", users.ErrNoContact)}, out, delivery.Pages{}).Work(t.Context(), job()); err != nil || out.sent != nil {
		t.Errorf("sent %v, %v", out.sent, err)
	}
	down := errors.New("connection refused")
	if err := New(mint{down}, out, delivery.Pages{}).Work(t.Context(), job()); !errors.Is(err, down) || out.sent != nil {
		t.Errorf("without a database: sent %v, %v", out.sent, err)
	}
}
