package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/workers/internal/breaker"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/mail"
	"github.com/weftql/weft/workers/internal/mail/mailtest"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// office is a Delivery between a real database and a real mail server.
type office struct {
	*delivery.Delivery
	delivery.Store // the database's; tests may put something before it
	pool           *pgxpool.Pool
	server         *mailtest.Server
	counted        *tally
}

// tally is Metrics that remembers. It is safe for concurrent use.
type tally struct {
	mu    sync.Mutex
	lines []string
}

func (c *tally) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

func (c *tally) Delivered(template string, _ time.Duration) { c.add("%s delivered", template) }
func (c *tally) Refused(template string, code int)          { c.add("%s refused %d", template, code) }

func (c *tally) Deferred(template string, code int) { c.add("%s deferred %d", template, code) }
func (c *tally) Unknown(template string)            { c.add("%s unknown", template) }
func (c *tally) Snoozed(template string)            { c.add("%s snoozed", template) }
func (c *tally) BreakerChanged(open bool)           { c.add("open %t", open) }

// take returns what was counted since the last time.
func (c *tally) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := strings.Join(c.lines, ", ")
	c.lines = nil
	return lines
}

// open returns an office; change may change what it is made of.
func open(t *testing.T, change func(*delivery.Config, *delivery.Deps, *mail.Config)) *office {
	t.Helper()
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: databases.Database(t), Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	o := &office{Store: userspostgres.NewDeliveries(pool), pool: pool, server: mailtest.Start(t, nil), counted: &tally{}}
	config := delivery.Config{Breaker: breaker.Config{Failures: 1000}}
	deps := delivery.Deps{Store: o.Store, Metrics: o.counted, Logger: slog.New(slog.DiscardHandler)}
	smtp := mail.Config{URL: "smtp://" + o.server.Address, From: "Weft <no-reply@weft.test>", Timeout: 300 * time.Millisecond}
	if change != nil {
		change(&config, &deps, &smtp)
	}
	sender, err := mail.NewSender(smtp)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sender.Close)
	deps.Sender = sender
	if o.Delivery, err = delivery.New(config, deps); err != nil {
		t.Fatal(err)
	}
	return o
}

var job = &rivertype.JobRow{ID: 7, Kind: "users.digest"}

// reader is somebody; digests to them are written by mailTo.
const reader = "usr_068sthz3kxq7v5c2m9r4t8w0eg"

// mailTo is a mail to somebody at the mail server.
func mailTo(name string, guarantee delivery.Guarantee) delivery.Mail {
	return delivery.Mail{
		Key: "digest/" + name, Template: "digest", UserID: reader, Contact: users.Contact{Email: name + "@example.test"},
		Content: letter.Content{Subject: "s", Text: "t"}, Guarantee: guarantee,
	}
}

// row is what the database knows of a mail, as "STATE attempts code".
func (o *office) row(t *testing.T, key string) string {
	t.Helper()
	var text string
	err := o.pool.QueryRow(t.Context(), `select state || ' ' || attempts || coalesce(' ' || smtp_code, '') from email_deliveries where key = $1`, key).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// verdict is what River makes of a job's error.
func verdict(err error) string {
	var cancelled *rivertype.JobCancelError
	var snoozed *rivertype.JobSnoozeError
	switch {
	case err == nil:
		return "done"
	case errors.As(err, &cancelled):
		return "cancelled"
	case errors.As(err, &snoozed):
		return "snoozed"
	}
	return "again"
}

// TestEveryFailureOfAServerHasItsState sends each mail twice: what is known of it
// after the first attempt, and after the next.
func TestEveryFailureOfAServerHasItsState(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	type outcome struct{ Verdict, Row, Counted string }
	for _, c := range []struct {
		to        string
		guarantee delivery.Guarantee
		want      [2]outcome
	}{
		{"ann", delivery.AtLeastOnce, [2]outcome{{"done", "SENT 1", "digest delivered"}, {"done", "SENT 1", ""}}},
		{"ann", delivery.AtMostOnce, [2]outcome{{"done", "SENT 1", "digest delivered"}, {"done", "SENT 1", ""}}},
		{"busy", delivery.AtLeastOnce, [2]outcome{{"again", "WAITING 1 451", "digest deferred 451"}, {"again", "WAITING 2 451", "digest deferred 451"}}},
		{"busy", delivery.AtMostOnce, [2]outcome{{"again", "WAITING 1 451", "digest deferred 451"}, {"again", "WAITING 2 451", "digest deferred 451"}}},
		{"later", delivery.AtMostOnce, [2]outcome{{"again", "WAITING 1 451", "digest deferred 451"}, {"again", "WAITING 2 451", "digest deferred 451"}}},
		{"leaving", delivery.AtMostOnce, [2]outcome{{"again", "WAITING 1 421", "digest deferred 421"}, {"again", "WAITING 2 421", "digest deferred 421"}}},
		{"nobody", delivery.AtLeastOnce, [2]outcome{{"cancelled", "REFUSED 1 550", "digest refused 550"}, {"cancelled", "REFUSED 2 550", "digest refused 550"}}},
		{"full", delivery.AtMostOnce, [2]outcome{{"cancelled", "REFUSED 1 550", "digest refused 550"}, {"cancelled", "REFUSED 2 550", "digest refused 550"}}},
		{"no address", delivery.AtLeastOnce, [2]outcome{{"cancelled", "REFUSED 1", "digest refused 0"}, {"cancelled", "REFUSED 2", "digest refused 0"}}},
		{"gone", delivery.AtLeastOnce, [2]outcome{{"again", "WAITING 1", "digest deferred 0"}, {"again", "WAITING 2", "digest deferred 0"}}},
		{"gone", delivery.AtMostOnce, [2]outcome{{"cancelled", "UNKNOWN 1", "digest unknown"}, {"cancelled", "UNKNOWN 1", "digest unknown"}}},
		{"silent", delivery.AtLeastOnce, [2]outcome{{"again", "WAITING 1", "digest deferred 0"}, {"again", "WAITING 2", "digest deferred 0"}}},
		{"silent", delivery.AtMostOnce, [2]outcome{{"cancelled", "UNKNOWN 1", "digest unknown"}, {"cancelled", "UNKNOWN 1", "digest unknown"}}},
	} {
		t.Run(fmt.Sprintf("%s/%d", c.to, c.guarantee), func(t *testing.T) {
			m := mailTo(c.to, c.guarantee)
			m.Key += fmt.Sprint("/", c.guarantee)
			var got [2]outcome
			for i := range got {
				err := o.Deliver(t.Context(), job, m)
				got[i] = outcome{verdict(err), o.row(t, m.Key), o.counted.take()}
				if err != nil && (strings.Contains(err.Error(), "@") || !strings.HasPrefix(err.Error(), "digest: ") && !strings.Contains(err.Error(), ": digest: ")) {
					t.Errorf("the error tells whom it was to, or not which letter: %v", err)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAMailIsSentByOneWorker has many jobs of the same mail at the same time.
func TestAMailIsSentByOneWorker(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if got := verdict(o.Deliver(t.Context(), job, mailTo("ann", delivery.AtLeastOnce))); got != "done" && got != "snoozed" {
				t.Errorf("%s", got)
			}
		})
	}
	all.Wait()
	if _, mails := o.server.Counts(); mails != 1 {
		t.Errorf("%d mails", mails)
	}
}

// TestAMailWhoseWorkerDiedIsSentAgain leaves a lease behind, as SIGKILL does.
func TestAMailWhoseWorkerDiedIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		guarantee delivery.Guarantee
		want      string
		row       string
	}{{delivery.AtLeastOnce, "done", "SENT 2"}, {delivery.AtMostOnce, "cancelled", "UNKNOWN 1"}} {
		o := open(t, nil)
		m := mailTo("ann", c.guarantee)
		_, err := o.Claim(t.Context(), users.DeliveryClaim{
			Key: m.Key, Template: m.Template, UserID: m.UserID, JobID: job.ID, JobKind: job.Kind, Lease: time.Hour, Once: c.guarantee == delivery.AtMostOnce,
		})
		if err != nil {
			t.Fatal(err)
		}
		err = o.Deliver(t.Context(), job, m)
		var snoozed *rivertype.JobSnoozeError
		if !errors.As(err, &snoozed) || snoozed.Duration < time.Hour || o.row(t, m.Key) != "SENDING 1" {
			t.Errorf("while the lease lasts: %v, %s", err, o.row(t, m.Key))
		}
		if _, err := o.pool.Exec(t.Context(), `update email_deliveries set lease_until = now()`); err != nil {
			t.Fatal(err)
		}
		if got := verdict(o.Deliver(t.Context(), job, m)); got != c.want || o.row(t, m.Key) != c.row {
			t.Errorf("after it: %s, %s", got, o.row(t, m.Key))
		}
		// An operator decides.
		if c.guarantee == delivery.AtMostOnce {
			if _, err := userspostgres.Resend(t.Context(), o.pool, m.Key); err != nil {
				t.Fatal(err)
			}
			if got := verdict(o.Deliver(t.Context(), job, m)); got != "done" || o.row(t, m.Key) != "SENT 2" {
				t.Errorf("resent: %s, %s", got, o.row(t, m.Key))
			}
		}
	}
}

// TestAStoppingWorkerGivesItsMailsBack ends the context of a mail that hangs.
func TestAStoppingWorkerGivesItsMailsBack(t *testing.T) {
	t.Parallel()
	for guarantee, want := range map[delivery.Guarantee]string{delivery.AtLeastOnce: "WAITING 1", delivery.AtMostOnce: "UNKNOWN 1"} {
		o := open(t, func(_ *delivery.Config, _ *delivery.Deps, smtp *mail.Config) { smtp.Timeout = time.Minute })
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- o.Deliver(ctx, job, mailTo("silent", guarantee)) }()
		<-o.server.Heard
		cancel()
		if err := <-ended; err == nil || o.row(t, "digest/silent") != want {
			t.Errorf("%v, %s", err, o.row(t, "digest/silent"))
		}
	}
	// One that has not begun is as before.
	o := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Deliver(ctx, job, mailTo("ann", delivery.AtMostOnce)); err == nil {
		t.Error("a mail is sent by a worker that has stopped")
	}
}

// broken is a Store whose next calls fail as PostgreSQL does on a full disk.
type broken struct {
	delivery.Store
	mu     sync.Mutex
	claims int
	sents  int
}

var errFull = &pgconn.PgError{Code: "53100", Message: "could not extend file: No space left on device"}

func (b *broken) Claim(ctx context.Context, claim users.DeliveryClaim) (users.DeliveryLease, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.claims > 0 {
		b.claims--
		return users.DeliveryLease{}, errFull
	}
	return b.Store.Claim(ctx, claim)
}

func (b *broken) Sent(ctx context.Context, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sents > 0 {
		b.sents--
		return errFull
	}
	return b.Store.Sent(ctx, key)
}

func TestAFullDiskLosesNoMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		claims, sents int
		want, row     []string // of each attempt
	}{
		{"before the mail", 1, 0, []string{"again", "done"}, []string{"", "SENT 1"}},
		{"after it, for a moment", 0, 3, []string{"done"}, []string{"SENT 1"}},
		// The mail was sent, and comes again: that is what at least once means.
		{"after it, for longer than a lease", 0, 1000, []string{"again", "done"}, []string{"SENDING 1", "SENT 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var disk *broken
			o := open(t, func(config *delivery.Config, deps *delivery.Deps, _ *mail.Config) {
				disk = &broken{Store: deps.Store, claims: c.claims, sents: c.sents}
				deps.Store, config.Lease = disk, 2*time.Second
			})
			m := mailTo("ann", delivery.AtLeastOnce)
			for i, want := range c.want {
				err := o.Deliver(t.Context(), job, m)
				if got := verdict(err); got != want || got == "again" && !errors.Is(err, errFull) {
					t.Errorf("attempt %d: %s, %v", i+1, got, err)
				}
				if c.row[i] != "" && o.row(t, m.Key) != c.row[i] {
					t.Errorf("attempt %d: %s, want %s", i+1, o.row(t, m.Key), c.row[i])
				}
				disk.mu.Lock()
				disk.sents = 0
				disk.mu.Unlock()
				if _, err := o.pool.Exec(t.Context(), `update email_deliveries set lease_until = now() where state = 'SENDING'`); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestAnOpenBreakerCostsNoAttempt has a server that is away, and comes back.
func TestAnOpenBreakerCostsNoAttempt(t *testing.T) {
	t.Parallel()
	o := open(t, func(config *delivery.Config, _ *delivery.Deps, _ *mail.Config) {
		config.Breaker = breaker.Config{Failures: 2, Open: time.Hour}
	})
	for _, c := range []struct{ to, want, row, counted string }{
		{"busy", "again", "WAITING 1 451", "digest deferred 451"}, // it answers
		{"leaving", "again", "WAITING 1 421", "digest deferred 421"},
		{"gone", "again", "WAITING 1", "open true, digest deferred 0"},
	} {
		m := mailTo(c.to, delivery.AtLeastOnce)
		if got := verdict(o.Deliver(t.Context(), job, m)); got != c.want || o.row(t, m.Key) != c.row {
			t.Errorf("%s: %s, %s", c.to, got, o.row(t, m.Key))
		}
		if got := o.counted.take(); got != c.counted {
			t.Errorf("%s: counted %s, want %s", c.to, got, c.counted)
		}
	}
	before, _ := o.server.Counts()
	err := o.Deliver(t.Context(), job, mailTo("ann", delivery.AtLeastOnce))
	var snoozed *rivertype.JobSnoozeError
	if !errors.As(err, &snoozed) || snoozed.Duration < 59*time.Minute || o.counted.take() != "digest snoozed" {
		t.Errorf("%v", err)
	}
	var rows int
	if err := o.pool.QueryRow(t.Context(), `select count(*) from email_deliveries where key = 'digest/ann'`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if after, _ := o.server.Counts(); after != before {
		t.Errorf("the server was asked")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := delivery.New(delivery.Config{}, delivery.Deps{}); err == nil {
		t.Error("nothing to send with is enough")
	}
	o := open(t, nil)
	deps := delivery.Deps{Sender: &mail.Sender{}, Store: o.Store, Logger: slog.New(slog.DiscardHandler)}
	if _, err := delivery.New(delivery.Config{Lease: -1}, deps); err == nil || !strings.Contains(err.Error(), "Lease") {
		t.Errorf("a lease that ended before it began: %v", err)
	}
	if _, err := delivery.New(delivery.Config{Breaker: breaker.Config{Failures: -1}}, deps); err == nil || !strings.Contains(err.Error(), "Failures") {
		t.Errorf("fewer failures than none: %v", err)
	}
}

func TestPolicyIsBoundedByTheLease(t *testing.T) {
	t.Parallel()
	if got := (delivery.Policy[users.WelcomeArgs]{}).Timeout(nil); got != time.Minute {
		t.Errorf("%s", got)
	}
	o := open(t, func(config *delivery.Config, _ *delivery.Deps, _ *mail.Config) { config.Lease = 3 * time.Second })
	if got := delivery.PolicyOf[users.WelcomeArgs](o.Delivery).Timeout(nil); got != 3*time.Second {
		t.Errorf("%s", got)
	}
	var worker river.Worker[users.WelcomeArgs] = struct {
		delivery.Policy[users.WelcomeArgs]
		working
	}{}
	if got := worker.NextRetry(nil); !got.IsZero() {
		t.Errorf("the next retry, %s, is not the client's matter", got)
	}
}

type working struct{}

func (working) Work(context.Context, *river.Job[users.WelcomeArgs]) error { return nil }
