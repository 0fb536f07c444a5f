package deletion_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
	"github.com/weftql/weft/workers/internal/deletion"
	"github.com/weftql/weft/workers/internal/delivery"
	"github.com/weftql/weft/workers/internal/mail"
)

var (
	usersDatabases = postgrestest.New(func(ctx context.Context, url string) error {
		return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	todosDatabases = postgrestest.New(func(ctx context.Context, url string) error {
		return todospostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
)

// victim tells a process of this program that it is to work on a deletion until it
// kills itself: "USERS_URL TODOS_URL QUEUE STEP".
const victim = "WEFT_TEST_VICTIM"

func TestMain(m *testing.M) {
	if text := os.Getenv(victim); text != "" {
		fmt.Fprintln(os.Stderr, die(strings.Fields(text)))
		os.Exit(1)
	}
	os.Exit(postgrestest.Main(m, usersDatabases, todosDatabases))
}

// outbox is a mail server that takes everything.
type outbox struct {
	mu  sync.Mutex
	all []string // the receivers
}

var _ delivery.Sender = (*outbox)(nil)

func (o *outbox) Send(_ context.Context, message mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, message.To)
	return nil
}

// to counts the mails to an address.
func (o *outbox) to(email string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, one := range o.all {
		if one == email {
			n++
		}
	}
	return n
}

// fault is what goes wrong around one step, some times.
type fault struct {
	at    string // "SESSIONS_ENDED", or another step that is to be reached
	after bool   // what is done there is done
	do    func(person string) error

	mu    sync.Mutex
	times int
}

// around does work, and what goes wrong before or after it.
func (f *fault) around(at string, who string, work func() error) error {
	f.mu.Lock()
	hit := f.at == at && f.times > 0
	if hit {
		f.times--
	}
	f.mu.Unlock()
	if hit && !f.after {
		return f.do(who)
	}
	if err := work(); err != nil {
		return err
	}
	if hit {
		return f.do(who)
	}
	return nil
}

// faulty are the shipped accounts, todos and farewells with a fault among them.
type faulty struct {
	*userspostgres.Deletions
	todos *pgxpool.Pool
	mails deletion.Farewells
	fault *fault
}

func (f faulty) EndSessions(ctx context.Context, userID string) error {
	return f.fault.around("EndSessions", f.whose(ctx, userID), func() error { return f.Deletions.EndSessions(ctx, userID) })
}

func (f faulty) Reach(ctx context.Context, userID string, from, to users.DeletionStep) error {
	return f.fault.around("Reach "+string(to), f.whose(ctx, userID), func() error { return f.Deletions.Reach(ctx, userID, from, to) })
}

func (f faulty) Erase(ctx context.Context, userID string) error {
	return f.fault.around("Erase", f.whose(ctx, userID), func() error { return f.Deletions.Erase(ctx, userID) })
}

// whose is the name of a user and the address, for errors.
func (f faulty) whose(ctx context.Context, userID string) string {
	contact, err := f.Contact(ctx, userID)
	if err != nil {
		return "nobody"
	}
	return contact.DisplayName + " <" + strings.ToLower(contact.Email) + ">"
}

// faultyTodos are those of faulty.
type faultyTodos struct{ faulty }

func (f faultyTodos) Erase(ctx context.Context, userID string) error {
	return f.fault.around("Todos", f.whose(ctx, userID), func() error { return todospostgres.Erase(ctx, f.todos, userID, time.Now()) })
}

// faultyMails are those of faulty.
type faultyMails struct{ faulty }

func (f faultyMails) Farewell(ctx context.Context, job *rivertype.JobRow, contact users.Contact) error {
	return f.fault.around("Farewell", contact.DisplayName+" <"+contact.Email+">", func() error { return f.mails.Farewell(ctx, job, contact) })
}

// maxFailures is how often a step may fail in tests.
const maxFailures = 3

// client returns a client for the deletion of one person.
func (w world) client(queue string, mails *outbox, f *fault) (*river.Client[pgx.Tx], error) {
	logger := slog.New(slog.DiscardHandler)
	accounts, err := userspostgres.NewDeletions(w.users, nil, logger)
	if err != nil {
		return nil, err
	}
	d, err := delivery.New(delivery.Config{}, delivery.Deps{Sender: mails, Store: userspostgres.NewDeliveries(w.users), Logger: logger})
	if err != nil {
		return nil, err
	}
	around := faulty{accounts, w.todos, deletion.Mails{Delivery: d}, f}
	worker, err := deletion.New(
		deletion.Config{Delay: time.Nanosecond, Failures: maxFailures, RetryBase: time.Millisecond},
		deletion.Deps{Accounts: around, Todos: faultyTodos{around}, Farewells: faultyMails{around}, Logger: logger})
	if err != nil {
		return nil, err
	}
	all := river.NewWorkers()
	river.AddWorker(all, worker)
	return river.NewClient(riverpgxv5.New(w.users), &river.Config{
		Schema: postgres.JobSchema, Workers: all, Queues: map[string]river.QueueConfig{queue: {MaxWorkers: 1}}, Logger: logger,
		FetchCooldown: time.Millisecond, FetchPollInterval: 5 * time.Millisecond, TestOnly: true, LeaderElectionDisabled: true,
	})
}

// work has a client work on a person's deletion until the job has ended.
func (w world) work(t *testing.T, p person, mails *outbox, f *fault) {
	t.Helper()
	client, err := w.client(p.queue, mails, f)
	if err != nil {
		t.Fatal(err)
	}
	events, unsubscribe := client.Subscribe(river.EventKindJobCompleted, river.EventKindJobCancelled, river.EventKindJobFailed)
	defer unsubscribe()
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for event := range events {
		if event.Job.FinalizedAt != nil {
			break
		}
	}
	if err := client.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// die works on a deletion in a process of its own, which is killed at a step: the
// worker has no time to say anything.
func die(words []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	w, err := both(ctx, [2]string{words[0], words[1]})
	if err != nil {
		return err
	}
	kill := func(string) error {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	client, err := w.client(words[2], &outbox{}, &fault{at: strings.ReplaceAll(words[3], "-", " "), after: words[4] == "after", do: kill, times: 1})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return errors.New("it was not killed")
}

// kill has a worker killed around a step, and its job given to another.
func (w world) kill(t *testing.T, p person, at string, after bool) {
	t.Helper()
	when := "before"
	if after {
		when = "after"
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), victim+"="+strings.Join([]string{w.urls[0], w.urls[1], p.queue, strings.ReplaceAll(at, " ", "-"), when}, " "))
	output, err := command.CombinedOutput()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the worker was not killed: %v\n%s", err, output)
	}
	if got := tell(t, w.users, `select state from river.river_job where queue = $1`, p.queue); got != "running" {
		t.Errorf("the job of the worker that died is %s", got)
	}
	// What River's leader does when a job has been running for too long.
	execute(t, w.users, []statement{{`update river.river_job set state = 'available' where queue = $1`, []any{p.queue}}})
}

// steps are those around which something can go wrong, the first of them before the
// point of no return.
var steps = []struct {
	at      string
	canUndo bool // before it is done
}{
	{"EndSessions", true},
	{"Reach ERASING", true},
	{"Todos", false},
	{"Reach TODOS_ERASED", false},
	{"Farewell", false},
	{"Reach FAREWELL_SENT", false},
	{"Erase", false},
}

// TestNothingIsLeftWhateverFails erases people while something goes wrong around
// each step: before it or after it, once or several times, with an error, a panic or
// the death of the worker.
func TestNothingIsLeftWhateverFails(t *testing.T) {
	t.Parallel()
	w := setup(t)
	broken := func(who string) error { return fmt.Errorf("something is wrong with %s", who) }
	for _, step := range steps {
		for _, after := range []bool{false, true} {
			for name, f := range map[string]*fault{
				"an error":    {do: broken, times: 1},
				"many errors": {do: broken, times: 2 * maxFailures},
				"a panic":     {do: func(string) error { panic("out of order") }, times: 1},
				"a kill":      nil,
			} {
				t.Run(fmt.Sprintf("%s at %s, done %t", name, step.at, after), func(t *testing.T) {
					t.Parallel()
					p, mails := newPerson(), &outbox{}
					w.add(t, p)
					if diff := cmp.Diff(found, w.where(t, p)); diff != "" {
						t.Fatalf("the person is in (-want +got):\n%s", diff)
					}
					if f == nil {
						w.kill(t, p, step.at, after)
						f = &fault{}
					} else {
						f.at, f.after = step.at, after
					}
					w.work(t, p, mails, f)
					// Once the step is noted, failing after it changes nothing.
					if name == "many errors" && step.canUndo && !after {
						w.wantUndone(t, p, mails)
						w.deleteAgain(t, p)
						w.work(t, p, mails, &fault{})
					}
					if name == "a kill" && (step.at == "Farewell" && after || step.at == "Reach FAREWELL_SENT" || step.at == "Erase") {
						mails.all = append(mails.all, p.email) // by the worker that was killed
					}
					w.wantErased(t, p, mails)
				})
			}
		}
	}
}

// deleteAgain deletes an account another time.
func (w world) deleteAgain(t *testing.T, p person) {
	t.Helper()
	execute(t, w.users, []statement{
		{`delete from river.river_job where queue = $1`, []any{p.queue}},
		{`update users set status = 'DELETED' where id = $1`, []any{p.key}},
		{`update account_deletions set step = 'ASKED', failures = 0 where user_id = $1`, []any{p.key}},
		{`insert into river.river_job (kind, queue, state, max_attempts, args) values ('users.deletion', $2, 'available', 100, jsonb_build_object('userId', $1::text))`, []any{p.id, p.queue}},
	})
}
