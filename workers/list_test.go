package workers

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return postgres.MigrateJobs(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

type sweepArgs struct{}

func (sweepArgs) Kind() string { return "test.sweep" }

type probeArgs struct{}

func (probeArgs) Kind() string { return "test.probe" }

// idle is a worker that does nothing, within a time.
type idle[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	timeout time.Duration
}

func (i idle[T]) Timeout(*river.Job[T]) time.Duration { return i.timeout }

func (idle[T]) Work(context.Context, *river.Job[T]) error { return nil }

// TestPeriodicJobsAreThereOnceInAPeriod lets one leader after the other insert the
// job of the same period, beside another job that tells when they have.
func TestPeriodicJobsAreThereOnceInAPeriod(t *testing.T) {
	t.Parallel()
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: databases.Database(t), Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	l := newList(Config{}.WithDefaults())
	add(l, idle[sweepArgs]{})
	add(l, idle[probeArgs]{})
	all, err := l.done()
	if err != nil {
		t.Fatal(err)
	}
	const period = 365 * 24 * time.Hour
	probe := river.NewPeriodicJob(river.PeriodicInterval(period), func() (river.JobArgs, *river.InsertOpts) { return probeArgs{}, nil },
		&river.PeriodicJobOpts{ID: "probe", RunOnStart: true})
	for range 2 {
		client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
			Schema: postgres.JobSchema, Workers: all, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}, "bulk": {MaxWorkers: 1}},
			PeriodicJobs: []*river.PeriodicJob{every(period, "sweep", "bulk", sweepArgs{}), probe},
			Logger:       slog.New(slog.DiscardHandler), TestOnly: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		events, unsubscribe := client.Subscribe(river.EventKindJobCompleted)
		if err := client.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for event := range events {
			if event.Job.Kind == (probeArgs{}).Kind() {
				break
			}
		}
		unsubscribe()
		if err := client.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var sweeps, probes int
	if err := pool.QueryRow(t.Context(), `select count(*) filter (where kind = 'test.sweep' and queue = 'bulk'), count(*) filter (where kind = 'test.probe')
		from river.river_job`).Scan(&sweeps, &probes); err != nil || sweeps != 1 || probes != 2 {
		t.Errorf("%d jobs of the period after %d leaders, %v", sweeps, probes, err)
	}
}

func TestListRefusesJobsThatAreRescuedWhileTheyRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		timeout time.Duration
		want    string
	}{
		{"a timeout that is shorter", 59 * time.Second, ""},
		{"one that is as long", time.Minute, "jobs of kind test.sweep may run for 1m0s, but are given to another worker after 1m0s"},
		{"none at all", -1, "jobs of kind test.sweep may run for ever"},
		{"that of all jobs", 0, "jobs of kind test.sweep may run for 2m0s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newList(Config{RescueAfter: time.Minute, JobTimeout: 2 * time.Minute}.WithDefaults())
			add(l, idle[sweepArgs]{timeout: c.timeout})
			if _, err := l.done(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestRetriesWaitLongerEachTime(t *testing.T) {
	t.Parallel()
	for attempt, want := range []time.Duration{
		1: 10 * time.Second, 2: 40 * time.Second, 3: 160 * time.Second, 5: 2560 * time.Second, 7: 3 * time.Hour, 25: 3 * time.Hour,
	} {
		if want == 0 {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			if got := time.Until(Retries{}.NextRetry(&rivertype.JobRow{Attempt: attempt})); got != want {
				t.Errorf("attempt %d is followed after %s, want %s", attempt, got, want)
			}
		})
	}
}

func TestClockIsTheSameForEverybody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		period    time.Duration
		now, next string
	}{
		{15 * time.Minute, "2026-11-23T07:00:00Z", "2026-11-23T07:15:00Z"},
		{15 * time.Minute, "2026-11-23T07:14:59Z", "2026-11-23T07:15:00Z"},
		{time.Hour, "2026-11-23T07:14:59Z", "2026-11-23T08:00:00Z"},
		{24 * time.Hour, "2026-11-23T07:14:59+02:00", "2026-11-24T00:00:00Z"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := clock(c.period).Next(now).UTC().Format(time.RFC3339); got != c.next {
			t.Errorf("after %s: %s, want %s", c.now, got, c.next)
		}
	}
}
