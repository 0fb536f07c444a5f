package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// reminderPriority is that of all reminders: what looks for the next ones goes by
// it.
const reminderPriority = 1

// cancelJobs begins the statement that cancels the jobs whose ids a subquery gives,
// and cancelJobsEnd ends it. One that a worker is at this moment taking is left to
// it: it reads the todo again, and ends by itself.
const (
	cancelJobs = `update ` + postgres.JobSchema + `.river_job j
		set state = 'cancelled', finalized_at = now(), metadata = jsonb_set(j.metadata, '{cancel_attempted_at}', to_jsonb(now()))
		from (
			select id from ` + postgres.JobSchema + `.river_job where id in (`
	cancelJobsEnd = `) and state in ('scheduled', 'available', 'retryable', 'pending') for update skip locked
		) waiting
		where j.id = waiting.id`
)

// reminder returns when people are to be reminded of the todo as it is held.
func (t heldTodo) reminder() *time.Time {
	if t.deletedAt != nil {
		return nil
	}
	return t.Reminder()
}

// remind returns the job that reminds people of a todo, none if nobody is to be
// reminded: at is nil, or has passed, by the clock of the database.
func (c change) remind(todo id.UUID, at *time.Time, now time.Time) []river.InsertManyParams {
	if at == nil || at.Before(now.Add(-todos.ReminderGrace)) {
		return nil
	}
	options := &river.InsertOpts{Queue: todos.ReminderQueue, MaxAttempts: jobAttempts, Priority: reminderPriority, UniqueOpts: once()}
	if at.After(now) {
		options.ScheduledAt = *at
	}
	return []river.InsertManyParams{{Args: todos.ReminderArgs{TodoID: id.Format(id.Todo, todo), RemindAt: *at}, InsertOpts: options}}
}

// moveReminder has the job of a held todo follow what the change made of the todo.
// It returns the todo with the id of its job from now on, and that of the one to be
// cancelled.
func (c change) moveReminder(ctx context.Context, t heldTodo) (moved heldTodo, obsolete *int64, err error) {
	is := t.reminder()
	if t.was == nil && is == nil || t.was != nil && is != nil && t.was.Equal(*is) {
		return t, nil, nil
	}
	obsolete = t.jobID
	t.jobID, err = c.insertJobs(ctx, c.remind(t.key, is, t.now))
	return t, obsolete, err
}

// cancelReminders cancels the jobs of all todos in a locked list.
func (c change) cancelReminders(ctx context.Context, list id.UUID) error {
	_, err := c.tx.Exec(ctx, cancelJobs+`select remind_job_id from todos where list_id = $1 and remind_job_id is not null`+cancelJobsEnd, list)
	return err
}

// wakeMost bounds the jobs that a statement of WakeReminders makes available.
const wakeMost = 1000

// WakeReminders makes the jobs of reminders available that are due within ahead, so
// that workers take them when they are, and returns how many there were. River has
// its leader do the same shortly before jobs are due; if every worker does it earlier,
// no reminder waits for a leader that died. The clock is that of the database alone.
func WakeReminders(ctx context.Context, pool postgres.Pool, ahead time.Duration) (int, error) {
	for total := 0; ; {
		woken, err := pool.Exec(ctx, `update `+postgres.JobSchema+`.river_job j set state = 'available'
			from (
				select id from `+postgres.JobSchema+`.river_job
				where state = 'scheduled' and queue = $1 and priority = $2 and scheduled_at <= now() + $3
				order by scheduled_at, id limit $4 for update skip locked
			) due
			where j.id = due.id`, todos.ReminderQueue, reminderPriority, ahead, wakeMost)
		if err != nil {
			return total, fmt.Errorf("wake reminders: %w", err)
		}
		total += int(woken.RowsAffected())
		if woken.RowsAffected() < wakeMost {
			return total, nil
		}
	}
}
