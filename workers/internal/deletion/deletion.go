package deletion

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/users"
)

// Accounts are the accounts in the users database.
type Accounts interface {
	// Deletion returns how far a deletion has come, or users.ErrNoDeletion.
	Deletion(ctx context.Context, userID string) (users.Deletion, error)
	// EndSessions checks that the account is locked, ends its sessions, and reaches
	// users.DeletionSessionsEnded.
	EndSessions(ctx context.Context, userID string) error
	// Reach notes a step that was done elsewhere.
	Reach(ctx context.Context, userID string, from, to users.DeletionStep) error
	// Contact returns how to write to the owner, or users.ErrNoContact.
	Contact(ctx context.Context, userID string) (users.Contact, error)
	// Erase removes the person and reaches users.DeletionDone.
	Erase(ctx context.Context, userID string) error
	// Failed notes that a step has failed, and returns how often.
	Failed(ctx context.Context, userID string) (failures int, err error)
	// Undo opens the account again, or returns users.ErrDeletionPassed.
	Undo(ctx context.Context, userID string) error
}

// Todos are the lists and todos in their database.
type Todos interface {
	// Erase removes a person from them. It can be called again.
	Erase(ctx context.Context, userID string) error
}

// Farewells are the last mails that people get.
type Farewells interface {
	// Farewell sends one, unless it was sent before. It returns what a job has to
	// return that sends a mail.
	Farewell(ctx context.Context, job *rivertype.JobRow, contact users.Contact) error
}

// Config configures the Worker.
type Config struct {
	// Delay is how long after it was asked for erasing begins: as long as an access
	// token lives at least. Defaults to 16 minutes.
	Delay time.Duration
	// Failures is how often in a row a step may fail before the point of no return
	// until the deletion is undone. Defaults to 8.
	Failures int
	// RetryBase is how long a deletion waits that has failed; twice as long after each
	// further failure, and at most an hour. Defaults to 10 seconds.
	RetryBase time.Duration
	// FarewellWait is how long after it was asked for erasing waits for a mail server
	// that does not take the farewell. Defaults to 3 days.
	FarewellWait time.Duration
	// Timeout bounds one attempt, which goes on with what the one before has left.
	// Defaults to 4 minutes.
	Timeout time.Duration
}

func (c Config) withDefaults() Config {
	c.Delay = cmp.Or(c.Delay, 16*time.Minute)
	c.Failures = cmp.Or(c.Failures, 8)
	c.RetryBase = cmp.Or(c.RetryBase, 10*time.Second)
	c.FarewellWait = cmp.Or(c.FarewellWait, 72*time.Hour)
	c.Timeout = cmp.Or(c.Timeout, 4*time.Minute)
	return c
}

func (c Config) validate() error {
	if c.Failures < 1 || min(c.Delay, c.RetryBase, c.FarewellWait, c.Timeout) < 0 {
		return errors.New("deletion: Failures has to be 1 at least, and Delay, RetryBase, FarewellWait and Timeout cannot be negative")
	}
	return nil
}

// Deps are what a Worker works with. All are required.
type Deps struct {
	Accounts  Accounts
	Todos     Todos
	Farewells Farewells
	Logger    *slog.Logger
}

// Worker erases accounts. Several may work on the same one: each step is safe to do
// again.
type Worker struct {
	river.WorkerDefaults[users.DeletionArgs]
	config Config
	deps   Deps
}

// New returns a Worker.
func New(config Config, deps Deps) (*Worker, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	if deps.Accounts == nil || deps.Todos == nil || deps.Farewells == nil || deps.Logger == nil {
		return nil, errors.New("deletion: a dependency is missing")
	}
	return &Worker{config: config, deps: deps}, nil
}

// Timeout implements river.Worker.
func (w *Worker) Timeout(*river.Job[users.DeletionArgs]) time.Duration { return w.config.Timeout }

// longestRetry bounds the wait after a failure.
const longestRetry = time.Hour

// NextRetry implements river.Worker.
func (w *Worker) NextRetry(job *river.Job[users.DeletionArgs]) time.Time {
	wait := w.config.RetryBase
	for range min(job.Attempt, 64) - 1 {
		wait = min(2*wait, longestRetry)
	}
	return time.Now().Add(wait)
}

// Work implements river.Worker: it takes the deletion as far as it goes. One that
// fails too often while it can be undone is undone, and its job cancelled, with the
// reason: it is among the dead letters.
func (w *Worker) Work(ctx context.Context, job *river.Job[users.DeletionArgs]) error {
	for {
		d, err := w.deps.Accounts.Deletion(ctx, job.Args.UserID)
		switch {
		case errors.Is(err, users.ErrNoDeletion):
			return river.JobCancel(fmt.Errorf("deletion: %w", err))
		case err != nil:
			return fmt.Errorf("deletion: %w", err)
		case d.Step == users.DeletionDone:
			return nil
		case d.Step == users.DeletionUndone:
			return river.JobCancel(errors.New("deletion: it was undone before"))
		}
		// After the last step nobody knows any more what its error must not tell.
		contact, err := w.deps.Accounts.Contact(ctx, d.UserID)
		if err != nil && !errors.Is(err, users.ErrNoContact) {
			return fmt.Errorf("deletion: %w", err)
		}
		var later *rivertype.JobSnoozeError
		switch err := w.next(ctx, job, d, contact); {
		case err == nil, errors.Is(err, users.ErrDeletionPassed): // where it is, the database knows
		case errors.As(err, &later), ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
			return err // put off, or this worker has to stop
		default:
			return w.failed(context.WithoutCancel(ctx), d, nameless(d, contact, err))
		}
	}
}

// next does the step after the one that a deletion has reached.
func (w *Worker) next(ctx context.Context, job *river.Job[users.DeletionArgs], d users.Deletion, contact users.Contact) error {
	accounts := w.deps.Accounts
	switch d.Step {
	case users.DeletionAsked:
		return accounts.EndSessions(ctx, d.UserID)
	case users.DeletionSessionsEnded:
		if wait := time.Until(d.Asked.Add(w.config.Delay)); wait > 0 {
			return river.JobSnooze(wait)
		}
		return accounts.Reach(ctx, d.UserID, d.Step, users.DeletionErasing)
	case users.DeletionErasing:
		if err := w.deps.Todos.Erase(ctx, d.UserID); err != nil {
			return err
		}
		return accounts.Reach(ctx, d.UserID, d.Step, users.DeletionTodosErased)
	case users.DeletionTodosErased:
		if err := w.farewell(ctx, job, d, contact); err != nil {
			return err
		}
		return accounts.Reach(ctx, d.UserID, d.Step, users.DeletionFarewellSent)
	case users.DeletionFarewellSent:
		return accounts.Erase(ctx, d.UserID)
	}
	return fmt.Errorf("%q is no step that this program knows", d.Step)
}

// farewell sends the last mail, while its address is still known. A mail server that
// refuses it, or does not take it for too long, does not keep the person.
func (w *Worker) farewell(ctx context.Context, job *river.Job[users.DeletionArgs], d users.Deletion, contact users.Contact) error {
	err := w.deps.Farewells.Farewell(ctx, job.JobRow, contact)
	if err == nil {
		return nil
	}
	var refused *rivertype.JobCancelError
	if errors.As(err, &refused) || time.Since(d.Asked) > w.config.FarewellWait {
		w.deps.Logger.WarnContext(ctx, "an account is erased without a farewell", slog.String("user", d.UserID))
		return nil
	}
	return err
}

// failed notes that the step after the one that a deletion has reached has failed,
// and returns what its job has to return.
func (w *Worker) failed(ctx context.Context, d users.Deletion, err error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	failures, noted := w.deps.Accounts.Failed(ctx, d.UserID)
	if noted != nil || !d.Step.CanBeUndone() || failures < w.config.Failures {
		return err
	}
	switch undone := w.deps.Accounts.Undo(ctx, d.UserID); {
	case errors.Is(undone, users.ErrDeletionPassed):
		return err
	case undone != nil:
		return fmt.Errorf("%w; and it could not be undone: %w", err, undone)
	}
	w.deps.Logger.ErrorContext(ctx, "an account could not be deleted and is open again", slog.String("user", d.UserID),
		slog.String("step", string(d.Step)), slog.Int("failures", failures))
	return river.JobCancel(fmt.Errorf("%w; the account is open again after %d failures", err, failures))
}

// nameless returns an error without the name and the address of the person, who is
// to leave nothing in the errors of the job.
func nameless(d users.Deletion, contact users.Contact, err error) error {
	err = fmt.Errorf("deletion: after %s: %w", d.Step, err)
	text := err.Error()
	for _, personal := range []string{contact.Email, users.EmailKey(contact.Email), contact.DisplayName} {
		if personal != "" {
			text = strings.ReplaceAll(text, personal, "…")
		}
	}
	if text == err.Error() {
		return err
	}
	return errors.New(text)
}
