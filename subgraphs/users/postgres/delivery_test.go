package postgres_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/id"
	servicepostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// post is a database with what is known of mails, and one user.
type post struct {
	postgres.Deliveries
	pool *pgxpool.Pool
	user string
}

func setupPost(t *testing.T) post {
	t.Helper()
	pool, err := servicepostgres.Open(t.Context(), servicepostgres.Config{URL: databases.Database(t), Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return post{postgres.NewDeliveries(pool), pool, id.Format(id.User, id.New())}
}

// claim asks for the right to send the mail "m".
func (p post) claim(t *testing.T, once bool) users.DeliveryLease {
	t.Helper()
	lease, err := p.Claim(t.Context(), users.DeliveryClaim{
		Key: "m", Template: "digest", UserID: p.user, JobID: 7, JobKind: "users.digest", Lease: time.Minute, Once: once,
	})
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

// expire ends the lease of the mail "m".
func (p post) expire(t *testing.T) {
	t.Helper()
	if tag, err := p.pool.Exec(t.Context(), `update email_deliveries set lease_until = now() where key = 'm' and state = 'SENDING'`); err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("there is no lease to end: %s, %v", tag, err)
	}
}

func (p post) want(t *testing.T, state users.DeliveryState, attempts, code int) {
	t.Helper()
	all, err := postgres.ListDeliveries(t.Context(), p.pool, state, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := []users.Delivery{{Key: "m", Template: "digest", UserID: p.user, State: state, Attempts: attempts, SMTPCode: code, JobID: 7, JobKind: "users.digest"}}
	if diff := cmp.Diff(want, all, cmpopts.IgnoreFields(users.Delivery{}, "CreatedAt", "UpdatedAt", "SentAt")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if state == users.DeliverySent && all[0].SentAt == nil {
		t.Error("nobody knows when it was sent")
	}
}

func (p post) do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMailIsClaimedByOne(t *testing.T) {
	t.Parallel()
	p := setupPost(t)
	if lease := p.claim(t, false); !lease.Claimed || lease.Attempts != 1 {
		t.Fatalf("%+v", lease)
	}
	lease := p.claim(t, false)
	if lease.Claimed || lease.State != users.DeliverySending || lease.Wait < 50*time.Second || lease.Wait > time.Minute {
		t.Errorf("%+v", lease)
	}
	p.want(t, users.DeliverySending, 1, 0)
}

func TestAMailThatWasSentStaysSent(t *testing.T) {
	t.Parallel()
	p := setupPost(t)
	p.claim(t, false)
	p.do(t, p.Sent(t.Context(), "m"))
	p.do(t, p.Release(t.Context(), "m", 1, 451, true))
	p.do(t, p.Refused(t.Context(), "m", 1, 550))
	p.do(t, p.Unknown(t.Context(), "m", 1))
	if lease := p.claim(t, false); lease.Claimed || lease.State != users.DeliverySent || lease.Wait != 0 {
		t.Errorf("%+v", lease)
	}
	if _, err := postgres.Resend(t.Context(), p.pool, "m"); !errors.Is(err, users.ErrDelivered) {
		t.Errorf("resend: %v", err)
	}
	p.want(t, users.DeliverySent, 1, 0)
}

func TestAMailThatWasNotTakenIsClaimedAgain(t *testing.T) {
	t.Parallel()
	p := setupPost(t)
	p.claim(t, true)
	p.do(t, p.Release(t.Context(), "m", 1, 451, true))
	p.want(t, users.DeliveryWaiting, 1, 451)
	p.claim(t, true)
	p.do(t, p.Release(t.Context(), "m", 2, 0, false)) // the server was not asked
	p.want(t, users.DeliveryWaiting, 1, 0)
	p.claim(t, true)
	p.do(t, p.Refused(t.Context(), "m", 2, 550))
	p.want(t, users.DeliveryRefused, 2, 550)
	if lease := p.claim(t, true); !lease.Claimed || lease.Attempts != 3 {
		t.Errorf("%+v", lease)
	}
}

func TestALeaseThatEndedIsTakenOver(t *testing.T) {
	t.Parallel()
	p := setupPost(t)
	p.claim(t, false)
	p.expire(t)
	if lease := p.claim(t, false); !lease.Claimed || lease.Attempts != 2 {
		t.Fatalf("%+v", lease)
	}
	// Whoever had it before has nothing to say any more.
	p.do(t, p.Release(t.Context(), "m", 1, 451, true))
	p.do(t, p.Refused(t.Context(), "m", 1, 550))
	p.want(t, users.DeliverySending, 2, 0)
	// But that it was sent.
	p.do(t, p.Sent(t.Context(), "m"))
	p.want(t, users.DeliverySent, 2, 0)
}

func TestAMailThatMayNotComeTwiceIsUnknown(t *testing.T) {
	t.Parallel()
	p := setupPost(t)
	p.claim(t, true)
	p.expire(t)
	for range 2 {
		if lease := p.claim(t, true); lease.Claimed || lease.State != users.DeliveryUnknown {
			t.Fatalf("%+v", lease)
		}
	}
	p.want(t, users.DeliveryUnknown, 1, 0)
	resent, err := postgres.Resend(t.Context(), p.pool, "m")
	if err != nil || resent.State != users.DeliveryWaiting || resent.JobID != 7 || resent.JobKind != "users.digest" {
		t.Fatalf("%+v, %v", resent, err)
	}
	if lease := p.claim(t, true); !lease.Claimed || lease.Attempts != 2 {
		t.Errorf("%+v", lease)
	}
	p.do(t, p.Unknown(t.Context(), "m", 2))
	p.want(t, users.DeliveryUnknown, 2, 0)
}

// TestAMailThatNobodyTakesOverIsUnknown has a job that has nothing to say any more:
// what became of the mail is not known, and an operator sees it.
func TestAMailThatNobodyTakesOverIsUnknown(t *testing.T) {
	t.Parallel()
	b := setup(t, func(*postgres.Deps) {})
	p := post{postgres.NewDeliveries(b.pool), b.pool, id.Format(id.User, id.New())}
	p.claim(t, false)
	p.expire(t)
	b.advance(24 * time.Hour) // that is not the clock of leases
	p.do(t, b.Sweep(t.Context()))
	p.want(t, users.DeliverySending, 1, 0)
	if _, err := p.pool.Exec(t.Context(), `update email_deliveries set updated_at = now() - interval '2 hours', lease_until = now() - interval '61 minutes'`); err != nil {
		t.Fatal(err)
	}
	p.do(t, b.Sweep(t.Context()))
	p.want(t, users.DeliveryUnknown, 1, 0)
	// But a job that was only late, and has to send it at least once, does.
	if lease := p.claim(t, false); !lease.Claimed || lease.Attempts != 2 {
		t.Errorf("%+v", lease)
	}
}

func TestResendRefuses(t *testing.T) {
	t.Parallel()
	p := setupPost(t)
	if _, err := postgres.Resend(t.Context(), p.pool, "m"); !errors.Is(err, users.ErrNoDelivery) {
		t.Errorf("a mail that is not there: %v", err)
	}
	p.claim(t, false)
	if _, err := postgres.Resend(t.Context(), p.pool, "m"); !errors.Is(err, users.ErrDelivered) {
		t.Errorf("a mail that is being sent: %v", err)
	}
	p.expire(t)
	if _, err := postgres.Resend(t.Context(), p.pool, "m"); err != nil {
		t.Errorf("a mail whose worker died: %v", err)
	}
}
