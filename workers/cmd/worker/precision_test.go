package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// The long form of TestPrecisionOfReminders is that of make bench-reminders.
var (
	scheduledFlag = flag.Int("scheduled", 2000, "reminders that are scheduled")
	dueFlag       = flag.Int("due", 120, "of them, those that become due in the window")
	windowFlag    = flag.Duration("window", 12*time.Second, "the time in which they become due")
)

// patience is how long after the window the last reminders may come.
const patience = 25 * time.Second

// TestPrecisionOfReminders has reminders come due under three workers, the programs
// that are shipped, one of which leads: once undisturbed, and once when the leader is
// killed with SIGKILL. It prints how late the mails were in the mail server.
func TestPrecisionOfReminders(t *testing.T) {
	t.Parallel()
	program := build(t)
	for _, c := range []struct {
		name string
		kill bool
		// within is how late 99 of 100 may be.
		within time.Duration
	}{
		{"undisturbed", false, 5 * time.Second},
		{"the leader is killed", true, 20 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, program)
			late := s.play(t, c.kill)
			slices.Sort(late)
			missing := *dueFlag - len(late)
			for range missing { // their worker was killed with them: they come when they are rescued
				late = append(late, math.MaxInt64)
			}
			t.Logf("%d scheduled, %d due in %s: late by p50 %s, p90 %s, p99 %s, p99.9 %s, at most %s; not there %s after the window: %d",
				*scheduledFlag, *dueFlag, *windowFlag, quantile(late, 0.5), quantile(late, 0.9), quantile(late, 0.99), quantile(late, 0.999),
				quantile(late[:len(late)-missing], 1), patience, missing)
			// What the killed worker had taken, twenty at most, is more than one in a
			// hundred of few.
			part := min(0.99, 1-40/float64(*dueFlag))
			if !c.kill {
				part = 0.99
			}
			if got := quantile(late, part); got > c.within {
				t.Errorf("%g of 100 are late by up to %s, want %s", 100*part, got, c.within)
			}
			if late[0] < 0 {
				t.Errorf("a reminder came %s too early", -late[0])
			}
		})
	}
}

// quantile is the part-quantile of sorted durations.
func quantile(sorted []time.Duration, part float64) time.Duration {
	if len(sorted) == 0 {
		return math.MaxInt64
	}
	return sorted[max(0, int(math.Ceil(part*float64(len(sorted))))-1)].Round(time.Millisecond)
}

// stage is two databases, a mail server and what starts workers.
type stage struct {
	program      string
	users, todos *pgxpool.Pool
	environment  []string
	received     chan mailAt
}

// mailAt is a mail and when it was there.
type mailAt struct {
	text string
	at   time.Time
}

func newStage(t *testing.T, program string) *stage {
	t.Helper()
	database := postgrestest.NewServer(t)
	open := func(name string, migrate func(context.Context, string, *slog.Logger) error) (string, *pgxpool.Pool) {
		url := database.Database(t, name, func(ctx context.Context, url string) error {
			return migrate(ctx, url, slog.New(slog.DiscardHandler))
		})
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test", StatementTimeout: 5 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		return url, pool
	}
	s := &stage{program: program, received: make(chan mailAt, 2**dueFlag)}
	usersURL, users := open("users", userspostgres.Migrate)
	todosURL, todos := open("todos", todospostgres.Migrate)
	s.users, s.todos = users, todos
	smtpURL, received := serveInbox(t)
	go func() {
		for text := range received {
			s.received <- mailAt{text, time.Now()}
		}
	}()
	s.environment = []string{
		"USERS_DATABASE_URL=" + usersURL, "TODOS_DATABASE_URL=" + todosURL, "SMTP_URL=" + smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>",
		"WORKER_PORT=0", "PATH=" + os.Getenv("PATH"),
	}
	return s
}

// start starts a worker, which ends with the test.
func (s *stage) start(t *testing.T) *exec.Cmd {
	t.Helper()
	worker := exec.Command(s.program, "serve")
	worker.Env = s.environment
	var log strings.Builder
	worker.Stdout, worker.Stderr = &log, &log
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = worker.Process.Kill()
		_ = worker.Wait()
		if t.Failed() {
			t.Logf("worker %d:\n%s", worker.Process.Pid, &log)
		}
	})
	return worker
}

// play has the reminders come due, and returns how late each of them was whose mail
// came.
func (s *stage) play(t *testing.T, kill bool) []time.Duration {
	t.Helper()
	leader := s.start(t)
	await(t, s.todos, `select count(*) = 1 from river.river_leader`)
	s.start(t)
	s.start(t)
	begins := s.schedule(t)
	end := time.After(time.Until(begins) + *windowFlag + patience)
	strike := make(<-chan time.Time)
	if kill {
		strike = time.After(time.Until(begins) + *windowFlag/4)
	}
	number := regexp.MustCompile(`task (\d+) of many`)
	seen := map[int]bool{}
	var late []time.Duration
	for len(seen) < *dueFlag {
		select {
		case mail := <-s.received:
			found := number.FindStringSubmatch(mail.text)
			if found == nil {
				t.Fatalf("a mail of something else:\n%s", mail.text)
			}
			n, err := strconv.Atoi(found[1])
			if err != nil {
				t.Fatal(err)
			}
			if !seen[n] { // after a kill one may come twice
				late = append(late, mail.at.Sub(due(begins, n)))
			}
			seen[n] = true
		case <-strike:
			if err := leader.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		case <-end:
			return late
		}
	}
	return late
}

// await waits until the answer to a question to a database is yes.
func await(t *testing.T, pool *pgxpool.Pool, question string) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(time.Minute); ; {
		var yes bool
		if err := pool.QueryRow(t.Context(), question).Scan(&yes); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			t.Fatal(err)
		}
		if yes {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("a minute later it is still not so: %s", question)
		}
	}
}

// execute runs SQL.
func execute(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
}

// due is when the n-th reminder is: evenly in the window, or an hour and more behind
// it.
func due(begins time.Time, n int) time.Time {
	if n < *dueFlag {
		return begins.Add(*windowFlag * time.Duration(n) / time.Duration(*dueFlag))
	}
	return begins.Add(time.Hour + time.Duration(n)*time.Second)
}

// schedule writes a person, their list and todos with reminders, as the services do.
// It returns when the first is due: some time after it.
func (s *stage) schedule(t *testing.T) (begins time.Time) {
	t.Helper()
	person, list := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	execute(t, s.users, `insert into users (id, email, email_key, password_hash, display_name, time_zone) values ($1, 'ann@example.test', 'ann@example.test', 'x', 'Ann', 'UTC')`, person)
	execute(t, s.todos, `insert into todo_lists (id, name, owner_id) values ($1, 'Home', $2)`, list, person)
	execute(t, s.todos, `insert into list_members (list_id, user_id, role) values ($1, $2, 'OWNER')`, list, person)
	// Writing them has its time.
	begins = time.Now().UTC().Truncate(time.Microsecond).Add(8*time.Second + time.Duration(*scheduledFlag)*400*time.Microsecond)
	jobs, err := river.NewClient(riverpgxv5.New(s.todos), &river.Config{Schema: postgres.JobSchema})
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	var params []river.InsertManyParams
	for n := range *scheduledFlag {
		key, at := uuid.Must(uuid.NewV7()), due(begins, n)
		rows = append(rows, []any{key, list, fmt.Sprintf("task %d of many", n), at, person})
		params = append(params, river.InsertManyParams{
			Args:       todos.ReminderArgs{TodoID: public("tdo", key), RemindAt: at},
			InsertOpts: &river.InsertOpts{Queue: todos.ReminderQueue, MaxAttempts: 8, ScheduledAt: at},
		})
	}
	if _, err := s.todos.CopyFrom(t.Context(), pgx.Identifier{"todos"}, []string{"id", "list_id", "title", "remind_at", "creator_id"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	for chunk := range slices.Chunk(params, 5000) {
		if _, err := jobs.InsertManyFast(t.Context(), chunk); err != nil {
			t.Fatal(err)
		}
	}
	execute(t, s.todos, `analyze`)
	if left := time.Until(begins); left < 2*time.Second {
		t.Fatalf("writing took %s too long", 2*time.Second-left)
	}
	return begins
}
