package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/workers/internal/attempt"
	"github.com/weftql/weft/workers/internal/metric"
)

// processVariable has the test's program be a worker process instead, for the database
// that it names.
const processVariable = "WEFT_TEST_WORKER_PROCESS"

// noted is a job that notes that it was done.
type noted struct {
	N int `json:"n"`
}

func (noted) Kind() string { return "test.noted" }

// noter is its worker.
type noter struct {
	river.WorkerDefaults[noted]
	pool *pgxpool.Pool
}

func (w noter) Work(ctx context.Context, job *river.Job[noted]) error {
	attempt.Reached(ctx)
	_, err := w.pool.Exec(ctx, "insert into done (job, process) values ($1, $2)", job.ID, os.Getpid())
	return err
}

// beProcess runs jobs as the worker does, until its standard input ends.
func beProcess(url string) (status int) {
	r := env.New([]string{"USERS_DATABASE_URL=" + url, "TODOS_DATABASE_URL=" + url, "SMTP_URL=smtp://127.0.0.1:1", "WORKER_FETCH_COOLDOWN=5ms", "WORKER_POLL_INTERVAL=50ms"}, "WORKER_")
	c := readConfig(r)
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	d, err := c.newDatabase(ctx, "users", url, logger)
	if err == nil {
		defer d.close()
		all := river.NewWorkers()
		river.AddWorker(all, noter{pool: d.pool})
		err = d.work(jobs{workers: all, queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 50}}}, c, attempt.New(attempt.Durations(metric.New()), logger))
	}
	if err == nil {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
		err = d.run(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestTwoProcessesDoEachJobOnce has two worker processes do 10,000 jobs.
func TestTwoProcessesDoEachJobOnce(t *testing.T) {
	t.Parallel()
	const n = 10_000
	url, pool := openUsers(t)
	if _, err := pool.Exec(t.Context(), "create table done (job bigint not null, process integer not null)"); err != nil {
		t.Fatal(err)
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: postgres.JobSchema})
	if err != nil {
		t.Fatal(err)
	}
	all := make([]river.InsertManyParams, n)
	for i := range all {
		all[i].Args = noted{N: i}
	}
	if _, err := client.InsertManyFast(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var processes []*exec.Cmd
	var inputs []io.Closer
	for range 2 {
		process := exec.CommandContext(t.Context(), program)
		process.Env, process.Stderr = append(os.Environ(), processVariable+"="+url), os.Stderr
		input, err := process.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		processes, inputs = append(processes, process), append(inputs, input)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for left := n; left > 0; {
		if err := pool.QueryRow(ctx, "select count(*) from river.river_job, pg_sleep(0.1) where state <> 'completed'").Scan(&left); err != nil {
			t.Fatalf("%d jobs are left: %v", left, err)
		}
	}
	for i, process := range processes {
		if err := inputs[i].Close(); err != nil {
			t.Error(err)
		}
		if err := process.Wait(); err != nil {
			t.Error(err)
		}
	}
	var times, jobs, workers int
	if err := pool.QueryRow(t.Context(), "select count(*), count(distinct job), count(distinct process) from done").Scan(&times, &jobs, &workers); err != nil ||
		times != n || jobs != n || workers != 2 {
		t.Errorf("%d jobs were done %d times by %d processes, %v", jobs, times, workers, err)
	}
}
