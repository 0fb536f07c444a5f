package verification

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
	"github.com/weftql/weft/subgraphs/users/link"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/delivery/deliverytest"
)

// mint makes one token for one user.
type mint struct{ err error }

func (m mint) VerificationToken(_ context.Context, userID string) (users.Contact, string, error) {
	return users.Contact{UserID: userID, Email: "ann@example.test", DisplayName: "Ann"}, "TOKEN-OF-" + userID, m.err
}

func job() *river.Job[users.VerificationArgs] {
	return &river.Job[users.VerificationArgs]{
		JobRow: &rivertype.JobRow{ID: 7, Attempt: 1},
		Args:   users.VerificationArgs{UserID: "usr_1", Asked: time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC)},
	}
}

func TestWorkSendsTheToken(t *testing.T) {
	t.Parallel()
	pages, err := delivery.ParsePages("https://example.com", link.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	d, out := deliverytest.New(t)
	if err := New(mint{}, d, pages).Work(t.Context(), job()); err != nil || len(out.Sent()) != 1 {
		t.Fatalf("sent %+v, %v", out.Sent(), err)
	}
	got := out.Sent()[0]
	const page = "https://example.com/verify?token=TOKEN-OF-usr_1"
	if got.ID != "verification/usr_1/2026-01-02T03:05:00Z" || got.To != "ann@example.test" || !strings.Contains(got.Text, page) || !strings.Contains(got.HTML, page) {
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
		d, out := deliverytest.New(t)
		err := New(mint{c.err}, d, delivery.Pages{}).Work(t.Context(), job())
		var cancel *rivertype.JobCancelError
		if err == nil || errors.As(err, &cancel) != c.final || len(out.Sent()) != 0 {
			t.Errorf("%s: got %v, want final=%t; sent %v", c.name, err, c.final, out.Sent())
		}
	}
}
