package workers

import (
	"context"
	"flag"
	"log/slog"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/workers/internal/attempt"
	"github.com/weftql/weft/workers/internal/metric"
)

var speed = flag.Int("speed", 0, "rounds of TestSpeedOfJobs")

// speedJobs are worked on in each half of a round.
const speedJobs = 5_000

// none is a job for which there is nothing to do, like that of River's own benchmark.
type none struct {
	N int `json:"n"`
}

func (none) Kind() string { return "test.none" }

// counter is a worker that does nothing but say when so many jobs have come.
type counter struct {
	river.WorkerDefaults[none]
	left *atomic.Int64
	done chan struct{}
}

func (c counter) Work(context.Context, *river.Job[none]) error {
	if c.left.Add(-1) == 0 {
		close(c.done)
	}
	return nil
}

// TestSpeedOfJobs has River do jobs that do nothing, alone and with what Weft adds to
// each attempt, in alternating rounds on the same machine.
func TestSpeedOfJobs(t *testing.T) {
	if *speed == 0 {
		t.Skip("run with -speed ROUNDS")
	}
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: databases.Database(t), Name: "test", StatementTimeout: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	runJobs(t, pool, false) // the first is slower, whatever it is
	var alone, ours, ratios, work []float64
	for round := range *speed {
		var a, o pace
		if round%2 == 0 {
			a, o = runJobs(t, pool, false), runJobs(t, pool, true)
		} else {
			o, a = runJobs(t, pool, true), runJobs(t, pool, false)
		}
		alone, ours = append(alone, a.jobs), append(ours, o.jobs)
		ratios, work = append(ratios, o.jobs/a.jobs), append(work, o.cpu.Seconds()/a.cpu.Seconds())
		t.Logf("round %d: River alone %.0f jobs/s, with Weft's middleware %.0f jobs/s, %.3f of it", round+1, a.jobs, o.jobs, o.jobs/a.jobs)
	}
	t.Logf("median of %d rounds of %d jobs: River alone %.0f jobs/s, with Weft's middleware %.0f jobs/s, %.3f of it, for %.3f of the processor time",
		*speed, speedJobs, median(alone), median(ours), median(ratios), median(work))
	if ratio := median(ratios); ratio < 0.85 {
		t.Errorf("Weft's middleware costs %.1f %%, more than 15 %%", 100*(1-ratio))
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// pace is how fast jobs were done.
type pace struct {
	jobs float64       // per second
	cpu  time.Duration // of this process, in all
}

// processor is the time that this process has computed.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// runJobs returns how fast a client does jobs, with or without what Weft
// adds. Everything else is that of River's own benchmark.
func runJobs(t *testing.T, pool *pgxpool.Pool, ours bool) pace {
	t.Helper()
	c := counter{left: &atomic.Int64{}, done: make(chan struct{})}
	c.left.Store(speedJobs)
	config := &river.Config{
		Schema: postgres.JobSchema, Logger: slog.New(slog.DiscardHandler), Workers: river.NewWorkers(),
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2_000}},
		FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond,
	}
	if ours {
		watch := attempt.New(attempt.Durations(metric.New()), slog.New(slog.DiscardHandler))
		config.Middleware, config.ErrorHandler = []rivertype.Middleware{&postgres.JobTrace{}, watch}, watch
		config.RetryPolicy = Retries{}
		l := newList(Config{}.WithDefaults())
		add(l, c)
		all, err := l.done()
		if err != nil {
			t.Fatal(err)
		}
		config.Workers = all
	} else {
		river.AddWorker(config.Workers, c)
	}
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, pool, client)
	began, computed := time.Now(), processor(t)
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.done:
	case <-time.After(2 * time.Minute):
		t.Fatalf("%d jobs are left", c.left.Load())
	}
	if err := client.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	took, cpu := time.Since(began), processor(t)-computed
	var completed int
	if err := pool.QueryRow(t.Context(), `select count(*) from river.river_job where state = 'completed'`).Scan(&completed); err != nil || completed != speedJobs {
		t.Fatalf("%d jobs are completed, %v", completed, err)
	}
	return pace{jobs: speedJobs / took.Seconds(), cpu: cpu}
}

// fill inserts the jobs, as requests do.
func fill(t *testing.T, pool *pgxpool.Pool, client *river.Client[pgx.Tx]) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), "truncate river.river_job"); err != nil {
		t.Fatal(err)
	}
	jobs := make([]river.InsertManyParams, speedJobs)
	for i := range jobs {
		jobs[i] = river.InsertManyParams{Args: none{N: i}, InsertOpts: &river.InsertOpts{Metadata: []byte(`{"request_id": "01J00000000000000000000000"}`)}}
	}
	if _, err := client.InsertManyFast(t.Context(), jobs); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), "vacuum analyze river.river_job"); err != nil {
		t.Fatal(err)
	}
}
