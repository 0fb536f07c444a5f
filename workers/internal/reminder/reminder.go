// Package reminder reminds people of todos, at the time that they asked for.
//
//	todos: remindAt ─InsertTx─▶ scheduled ─Waker─▶ available ─when it is due─▶ Worker ─▶ notice.Board
//
// River's leader makes scheduled jobs available shortly before they are due. If it
// dies, another takes its place only after some 20 seconds; until then a Waker in each
// worker has made available what is due.
package reminder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/letter"
	"github.com/weftql/weft/workers/internal/notice"
)

// Todos knows what the jobs are about.
type Todos interface {
	// Reminder returns what the job reminds of, or todos.ErrObsolete.
	Reminder(ctx context.Context, job todos.ReminderArgs) (todos.Reminder, error)
}

// Worker reminds people, each of them once.
type Worker struct {
	delivery.Policy[todos.ReminderArgs]
	todos Todos
	board *notice.Board
}

// New returns a Worker.
func New(from Todos, board *notice.Board) *Worker {
	return &Worker{Policy: notice.PolicyOf[todos.ReminderArgs](board), todos: from, board: board}
}

// Work implements river.Worker. What does not apply any more ends the job.
func (w *Worker) Work(ctx context.Context, job *river.Job[todos.ReminderArgs]) error {
	reminder, err := w.todos.Reminder(ctx, job.Args)
	switch {
	case errors.Is(err, todos.ErrObsolete):
		return river.JobCancel(err)
	case err != nil:
		return err
	case reminder.Early > 0: // the database's clock was set back
		return river.JobSnooze(reminder.Early)
	}
	outcomes := make([]error, len(reminder.UserIDs))
	for i, userID := range reminder.UserIDs {
		outcomes[i] = w.board.Post(ctx, job.JobRow, about(job.Args, reminder.TodoNotice, userID))
	}
	return outcome(outcomes)
}

// about is what one person is told.
func about(args todos.ReminderArgs, todo todos.TodoNotice, userID string) notice.Notice {
	l := letter.Reminder{Title: todo.Title, ListName: todo.ListName}
	if todo.DueAt != nil {
		l.Due = *todo.DueAt
	}
	return notice.Notice{
		NewNotification: users.NewNotification{
			Key:    fmt.Sprintf("reminder/%s/%s/%s", args.TodoID, userID, args.RemindAt.UTC().Format(time.RFC3339Nano)),
			UserID: userID, Kind: users.NotifyReminder, TodoID: args.TodoID, ListID: todo.ListID, At: args.RemindAt,
		},
		Topic: users.TopicReminders, Letter: l,
	}
}

// outcome is what the job returns that did something for each of several people: it is
// run again as long as that can help one of them. Who has no account any more counts
// only if nobody has.
func outcome(all []error) error {
	var failed, refused, nobody []error
	var sooner *rivertype.JobSnoozeError
	for _, err := range all {
		var snooze *rivertype.JobSnoozeError
		var cancel *rivertype.JobCancelError
		switch {
		case err == nil:
		case errors.As(err, &snooze):
			if sooner == nil || snooze.Duration < sooner.Duration {
				sooner = snooze
			}
		case errors.Is(err, users.ErrNoContact):
			nobody = append(nobody, err)
		case errors.As(err, &cancel):
			refused = append(refused, cancel.Unwrap())
		default:
			failed = append(failed, err)
		}
	}
	switch {
	case failed != nil:
		return errors.Join(failed...)
	case sooner != nil:
		return sooner
	case refused != nil:
		return river.JobCancel(errors.Join(refused...))
	case len(nobody) == len(all):
		return errors.Join(nobody...)
	}
	return nil
}
