package passwordreset

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/delivery/deliverytest"
)

// mint makes one token for one user.
type mint struct{ err error }

func (m mint) ResetToken(_ context.Context, userID string) (users.Contact, string, error) {
	return users.Contact{UserID: userID, Email: "Ann@example.test", DisplayName: "Ann"}, "TOKEN-FOR-" + userID, m.err
}

func job() *river.Job[users.PasswordResetArgs] {
	return &river.Job[users.PasswordResetArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: 1},
		Args:   users.PasswordResetArgs{UserID: "usr_1", Asked: time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)},
	}
}

func TestWorkSendsTheToken(t *testing.T) {
	t.Parallel()
	d, out := deliverytest.New(t)
	if err := New(mint{}, d, delivery.Pages{}).Work(t.Context(), job()); err != nil || len(out.Sent()) != 1 {
		t.Fatalf("sent %+v, %v", out.Sent(), err)
	}
	got := out.Sent()[0]
	if got.ID != "password-reset/usr_1/2026-01-02T03:05:00Z" || got.To != "Ann@example.test" || !strings.Contains(got.Text, "TOKEN-FOR-usr_1") {
		t.Errorf("sent %+v", got)
	}
}

func TestWorkWithoutAnAccountIsDone(t *testing.T) {
	t.Parallel()
	d, out := deliverytest.New(t)
	if err := New(mint{fmt.Errorf("x: %w", users.ErrNoContact)}, d, delivery.Pages{}).Work(t.Context(), job()); err != nil || len(out.Sent()) != 0 {
		t.Errorf("sent %v, %v", out.Sent(), err)
	}
	down := errors.New("connection refused")
	if err := New(mint{down}, d, delivery.Pages{}).Work(t.Context(), job()); !errors.Is(err, down) || len(out.Sent()) != 0 {
		t.Errorf("without a database: sent %v, %v", out.Sent(), err)
	}
}
