package postgres

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// jobAttempts bounds the attempts to tell somebody something: with the workers'
// delays, the last one is some hours after the first.
const jobAttempts = 8

// newJobs returns what inserts jobs, in transactions that others begin: no pool, no
// queues.
func newJobs(logger *slog.Logger) (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(nil), &river.Config{
		Schema: postgres.JobSchema, Logger: logger, FetchCooldown: postgres.AnnounceJobsEvery,
		Middleware: []rivertype.Middleware{&postgres.JobTrace{}},
	})
}

// once has no two jobs of equal arguments wait at the same time. A finished one is
// no reason to leave out another: River's own default counts it, for a day.
func once() river.UniqueOpts {
	return river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}
}

// notify is the job of a mail that somebody should read soon.
func notify(args river.JobArgs) river.InsertManyParams {
	return river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{
		Queue: todos.NotifyQueue, MaxAttempts: jobAttempts, Priority: 2, UniqueOpts: once(),
	}}
}

// insertJobs inserts jobs in one statement, and tells workers of them in another. It
// returns the id of the reminder that is among them, if one is.
func (c change) insertJobs(ctx context.Context, jobs []river.InsertManyParams) (reminder *int64, err error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	results, err := c.jobs.InsertManyTx(ctx, c.tx, jobs)
	if err != nil {
		return nil, fmt.Errorf("insert jobs: %w", err)
	}
	for _, result := range results {
		if result.Job.Queue == todos.ReminderQueue {
			reminder = &result.Job.ID
		}
	}
	return reminder, nil
}

// assignments are the jobs that tell people of a todo that is theirs now.
func (c change) assignments(todo id.UUID, version int32, told []string) []river.InsertManyParams {
	jobs := make([]river.InsertManyParams, len(told))
	for i, userID := range told {
		jobs[i] = notify(todos.AssignmentArgs{
			TodoID: id.Format(id.Todo, todo), UserID: userID, ActorID: id.Format(id.User, c.me), Version: version,
		})
	}
	return jobs
}
