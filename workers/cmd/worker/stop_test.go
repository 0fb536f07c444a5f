package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/workers/internal/attempt"
	"github.com/weftql/weft/workers/internal/metric"
)

// slow is a job that takes its time.
type slow struct {
	How string `json:"how"` // finishes, heeds or ignores
}

func (slow) Kind() string { return "test.slow" }

// sloth is its worker.
type sloth struct {
	river.WorkerDefaults[slow]
	began chan struct{}
	stop  func() // the process
	never chan struct{}
}

func (w sloth) Work(ctx context.Context, job *river.Job[slow]) error {
	attempt.Reached(ctx)
	close(w.began)
	w.stop()
	switch job.Args.How {
	case "heeds":
		<-ctx.Done()
		return ctx.Err()
	case "ignores":
		<-w.never
	}
	return nil
}

// TestStopIsSoftThenHardAndEnds stops the process while a job is running.
func TestStopIsSoftThenHardAndEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ how, state, err string }{
		{"finishes", "completed", ""},
		{"heeds", "available", ""}, // somebody else does it
		{"ignores", "running", "others will take them over"},
	} {
		t.Run(c.how, func(t *testing.T) {
			t.Parallel()
			url, pool := openUsers(t)
			settings := readConfig(env.New([]string{"USERS_DATABASE_URL=" + url, "TODOS_DATABASE_URL=" + url, "WORKER_SOFT_STOP=300ms"}, "WORKER_"))
			settings.river.hardStop = time.Second
			d, err := settings.newDatabase(t.Context(), "users", url, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(d.close)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			w := sloth{began: make(chan struct{}), stop: stop, never: make(chan struct{})}
			t.Cleanup(func() { close(w.never) }) // before the pool is closed
			all := river.NewWorkers()
			river.AddWorker(all, w)
			watch := attempt.New(attempt.Durations(metric.New()), d.logger)
			if err := d.work(jobs{workers: all, queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}}}, settings, watch); err != nil {
				t.Fatal(err)
			}
			client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: postgres.JobSchema})
			if err != nil {
				t.Fatal(err)
			}
			inserted, err := client.Insert(t.Context(), slow{How: c.how}, nil)
			if err != nil {
				t.Fatal(err)
			}
			err = d.run(ctx)
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("run: %v, want %q", err, c.err)
			}
			<-w.began
			job, err := client.JobGet(t.Context(), inserted.Job.ID)
			if err != nil || string(job.State) != c.state || len(job.Errors) != 0 || c.state == "available" && job.Attempt != 0 {
				t.Errorf("the job is %+v, %v, want %s", job, err, c.state)
			}
		})
	}
}
