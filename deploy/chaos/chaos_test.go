package chaos

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	duration  = flag.Duration("chaos", 15*time.Second, "how long changes are made while everything is disturbed")
	perSecond = flag.Int("changes", 12, "changes per second")
)

// Workers of the test, and what of River's patience is shorter than usual so that a
// minute is enough.
const workers = 3

var impatient = []string{
	"WORKER_RESCUE_AFTER=6s", "WORKER_JOB_TIMEOUT=5s", "WORKER_MAIL_LEASE=5s", "WORKER_RETRY_BASE=100ms", "WORKER_DELETION_DELAY=1s",
}

// TestWhatWasCommittedIsNotified disturbs everything while changes are made, calms
// down, and compares.
func TestWhatWasCommittedIsNotified(t *testing.T) {
	w := newTown(t, workers, impatient...)
	p := w.settle(t, 12)
	ctx, end := context.WithTimeout(t.Context(), *duration)
	defer end()
	w.fragile.active.Store(true)
	w.office.active.Store(true)
	made := make(chan struct{})
	go func() {
		defer close(made)
		p.run(ctx, *perSecond)
	}()
	disturbances := w.disturb(ctx, t)
	<-made
	w.fragile.active.Store(false)
	w.office.active.Store(false)
	w.calmDown(t)

	l := w.balance(t, p, disturbances)
	var text strings.Builder
	l.print(&text)
	t.Logf("the ledger after %s of chaos:\n%s", *duration, &text)
	if path := os.Getenv("CHAOS_LEDGER"); path != "" {
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Error(err)
		}
	}
	l.judge(t)
}

// disturb kills workers, restarts the database and shuts the post office, now and
// then, until ctx ends. All three happen at least once.
func (w *town) disturb(ctx context.Context, t *testing.T) (all []disturbance) {
	t.Helper()
	tick := time.NewTicker(1500 * time.Millisecond)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return all
		case <-tick.C:
		}
		d := disturbance{from: time.Now()}
		switch {
		case n%10 == 3:
			d.what = "restart of the database"
			w.server.Stop(t)
			w.server.Start(t)
		case n%10 == 5:
			d.what = "closed post office"
			w.office.shut()
			pause(ctx, time.Second)
			w.office.open(t)
		default:
			d.what = "killed worker"
			w.kill(t, rand.IntN(len(w.workers)))
		}
		d.to = time.Now()
		all = append(all, d)
	}
}

// pause waits, at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// calmDown waits until no job is left that has to run. What a killed worker held is
// rescued by the next leader, soon after it was elected: the workers are replaced
// once, as by a deployment, which also shows that they end as they should.
func (w *town) calmDown(t *testing.T) {
	t.Helper()
	pause(t.Context(), 7*time.Second) // WORKER_RESCUE_AFTER
	for _, each := range w.workers {
		if err := each.process.Stop(); err != nil {
			t.Errorf("a worker ends with %v", err)
		}
		each.process = w.work(t)
	}
	left := ""
	t.Cleanup(func() {
		if left != "" {
			t.Logf("these jobs have not ended: %s", left)
		}
	})
	await(t, time.Minute+*duration/4, "all jobs to end", func() bool {
		for _, each := range w.workers {
			select {
			case <-each.process.Done():
				t.Fatalf("a worker has ended: %v", each.process.Failure(each.process.Err()))
			default:
			}
		}
		left = w.left(t)
		return left == ""
	})
}

// left tells which jobs have not come to an end, "" if all have. Periodic ones, which
// are always ahead, do not count.
func (w *town) left(t *testing.T) string {
	t.Helper()
	jobs := map[string]int{}
	for _, service := range []string{"users", "todos"} {
		w.rows(t, service, `select kind, state::text, count(*) from river.river_job
			where state in ('available', 'running', 'retryable', 'pending', 'scheduled') group by 1, 2`, func(row pgx.CollectableRow) error {
			var kind, state string
			var n int
			err := row.Scan(&kind, &state, &n)
			jobs[kind+" "+state] = n
			return err
		})
	}
	return list(jobs)
}

// rows asks a service's database and scans each row.
func (w *town) rows(t *testing.T, service, query string, scan func(pgx.CollectableRow) error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.databases[service])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) { return struct{}{}, scan(row) })
	if err != nil {
		t.Fatal(err)
	}
}

// count asks a service's database for a number.
func (w *town) count(t *testing.T, service, query string, args ...any) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.databases[service])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// judge says what of the ledger is not as it should be.
func (l ledger) judge(t *testing.T) {
	t.Helper()
	for _, p := range l.pages {
		if lost := p.lost(); len(lost) > 0 {
			t.Errorf("%s: lost: %q", p.kind, lost)
		}
		if undue := p.undue(); len(undue) > 0 {
			t.Errorf("%s: nobody committed: %q", p.kind, undue)
		}
		again := p.duplicates(l.disturbances)
		if again["unexplained"] > 0 {
			t.Errorf("%s: %d came again for no reason", p.kind, again["unexplained"])
		}
		if p.atMostOnce && len(again) > 0 {
			t.Errorf("%s: came again: %v", p.kind, again)
		}
		if !p.atMostOnce && len(p.unknown) > 0 {
			t.Errorf("%s: nobody knows of %d", p.kind, len(p.unknown))
		}
		if len(p.due) == 0 {
			t.Errorf("%s: nothing was due: that shows nothing", p.kind)
		}
	}
}
