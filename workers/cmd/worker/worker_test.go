package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/env"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/program/programtest"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

var (
	usersDatabases = postgrestest.New(func(ctx context.Context, url string) error {
		return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	todosDatabases = postgrestest.New(func(ctx context.Context, url string) error {
		return todospostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
)

func TestMain(m *testing.M) {
	if url := os.Getenv(processVariable); url != "" {
		os.Exit(beProcess(url))
	}
	os.Exit(postgrestest.Main(m, usersDatabases, todosDatabases))
}

// inbox is a real SMTP server that keeps what it receives.
type inbox struct{ received chan string }

func (i inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return i, nil }
func (i inbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (i inbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (i inbox) Reset()                                      {}
func (i inbox) Logout() error                               { return nil }
func (i inbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	i.received <- string(text)
	return err
}

func serveInbox(t *testing.T) (url string, received chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	received = make(chan string, 10)
	server := smtp.NewServer(inbox{received})
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Close()
		<-ended
	})
	return "smtp://" + listener.Addr().String(), received
}

// userID is the id of a user.
func userID(key uuid.UUID) string {
	return "usr_" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(key[:])
}

// addUser writes an account and its welcome job in one transaction, as users
// does, and commits it or not.
func addUser(t *testing.T, pool *pgxpool.Pool, email, name string, commit bool) {
	t.Helper()
	jobs, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: postgres.JobSchema})
	if err != nil {
		t.Fatal(err)
	}
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key := uuid.Must(uuid.NewV7())
	_, err = tx.Exec(t.Context(), `insert into users (id, email, email_key, password_hash, display_name, time_zone)
		values ($1, $2, $2, 'x', $3, 'UTC')`, key, email, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.InsertTx(t.Context(), tx, users.WelcomeArgs{UserID: userID(key)}, &river.InsertOpts{Queue: users.NotifyQueue}); err != nil {
		t.Fatal(err)
	}
	end := tx.Rollback
	if commit {
		end = tx.Commit
	}
	if err := end(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// status starts the program as the shell does.
func status(environment []string, args ...string) (code int, output string) {
	var stderr bytes.Buffer
	code = program.Program{Name: "worker", Prefix: "WORKER_", Commands: commands}.Run(args, environment, &stderr)
	return code, stderr.String()
}

// startWorker serves until the test ends and returns the address of the admin
// listener.
func startWorker(t *testing.T, environment ...string) string {
	t.Helper()
	reader := env.New(append(environment, "WORKER_PORT=0"), "WORKER_")
	c := readConfig(reader)
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	pipe, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := c.serve(ctx, slog.New(slog.NewJSONHandler(writer, nil)))
		writer.CloseWithError(io.EOF)
		ended <- err
	}()
	lines := bufio.NewScanner(pipe)
	address := ""
	for address == "" && lines.Scan() {
		var line struct{ Msg, Addr string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		if line.Msg == "listening" {
			address = line.Addr
		}
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		for lines.Scan() {
			t.Log(lines.Text())
		}
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		<-drained
	})
	if address == "" {
		t.Fatal("the worker does not listen")
	}
	return address
}

func TestServeSendsWhatWasCommittedAndNothingElse(t *testing.T) {
	t.Parallel()
	url := usersDatabases.Database(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	smtpURL, received := serveInbox(t)
	addUser(t, pool, "before@example.test", "Before", true)
	addUser(t, pool, "never@example.test", "Never", false)
	address := startWorker(t, "USERS_DATABASE_URL="+url, "TODOS_DATABASE_URL="+todosDatabases.Database(t), "SMTP_URL="+smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>")
	addUser(t, pool, "after@example.test", "After", true)

	got := map[string]bool{}
	for len(got) < 2 {
		select {
		case text := <-received:
			message, err := netmail.ReadMessage(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			to, err := message.Header.AddressList("To")
			if err != nil || got[to[0].Address] {
				t.Fatalf("%v %v, after %v", to, err, got)
			}
			got[to[0].Address] = true
		case <-time.After(30 * time.Second):
			t.Fatalf("only %v received a mail", got)
		}
	}
	if !got["before@example.test"] || !got["after@example.test"] {
		t.Errorf("%v received a mail", got)
	}
	awaitHealth(t, address, `{"status":"UP","databases":{"todos":"UP","users":"UP"}}`)
}

// TestServeFromTheLostPasswordToTheDeletion runs the jobs of an account to its end.
func TestServeFromTheLostPasswordToTheDeletion(t *testing.T) {
	t.Parallel()
	url := usersDatabases.Database(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: postgres.JobSchema})
	if err != nil {
		t.Fatal(err)
	}
	ann := uuid.Must(uuid.NewV7())
	if _, err := pool.Exec(t.Context(), `insert into users (id, email, email_key, password_hash, display_name, time_zone)
		values ($1, 'Ann@example.test', 'ann@example.test', 'x', 'Ann', 'UTC')`, ann); err != nil {
		t.Fatal(err)
	}
	insert := func(args river.JobArgs, queue string) {
		t.Helper()
		if _, err := jobs.Insert(t.Context(), args, &river.InsertOpts{Queue: queue}); err != nil {
			t.Fatal(err)
		}
	}
	insert(users.PasswordResetArgs{UserID: userID(uuid.Nil)}, users.SecurityQueue)
	insert(users.PasswordResetArgs{UserID: userID(ann)}, users.SecurityQueue)
	smtpURL, received := serveInbox(t)
	startWorker(t, "USERS_DATABASE_URL="+url, "TODOS_DATABASE_URL="+todosDatabases.Database(t), "SMTP_URL="+smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>", "WORKER_DELETION_DELAY=1ms")

	next := func() string {
		t.Helper()
		select {
		case text := <-received:
			return text
		case <-time.After(30 * time.Second):
			t.Fatal("nobody received a mail")
			return ""
		}
	}
	text := next()
	token := regexp.MustCompile(`(?m)^    ([A-Z2-7]{26})\r?$`).FindStringSubmatch(text)
	if token == nil || !strings.Contains(text, "Ann@example.test") {
		t.Fatalf("the mail has no token:\n%s", text)
	}
	var good bool
	if err := pool.QueryRow(t.Context(), `select exists (select from one_time_tokens where hash = sha256($1) and kind = 'RESET' and expires_at > now())`,
		[]byte(token[1])).Scan(&good); err != nil || !good {
		t.Errorf("the token %s is good for nothing, %v", token[1], err)
	}

	if _, err := pool.Exec(t.Context(), `with u as (update users set status = 'DELETED' returning id)
		insert into account_deletions (user_id, step, status_before, asked_at, updated_at) select id, 'ASKED', 'ACTIVE', now(), now() from u`); err != nil {
		t.Fatal(err)
	}
	insert(users.DeletionArgs{UserID: userID(ann)}, users.DeletionQueue)
	if text := next(); !strings.Contains(text, "Subject: Your account was deleted") || !strings.Contains(text, "Ann@example.test") {
		t.Errorf("the last mail is\n%s", text)
	}
	for ticker := time.NewTicker(50 * time.Millisecond); ; <-ticker.C {
		var step, rest string
		if err := pool.QueryRow(t.Context(), `select step, u::text from account_deletions join users u on u.id = user_id`).Scan(&step, &rest); err != nil {
			t.Fatal(err)
		}
		if step == "DONE" {
			if strings.Contains(rest, "Ann") || strings.Contains(rest, "ann@") {
				t.Errorf("left is %s", rest)
			}
			break
		}
	}
}

func TestProgramRefuses(t *testing.T) {
	t.Parallel()
	nowhere := slices.Clip([]string{
		"USERS_DATABASE_URL=postgres://weft:secret@127.0.0.1:1/x", "TODOS_DATABASE_URL=postgres://weft:secret@127.0.0.1:1/y",
		"SMTP_URL=smtp://127.0.0.1:1", "WORKER_PORT=0",
	})
	for _, c := range []struct {
		name        string
		args        []string
		environment []string
		code        int
		want        []string
	}{
		{"no command", nil, nil, 2, []string{"usage: worker COMMAND", "USERS_DATABASE_URL", "SMTP_URL", "WORKER_PORT", "MAIL_FROM"}},
		{"an unknown command", []string{"work"}, nil, 2, []string{"usage: worker COMMAND"}},
		{"an empty environment", []string{"serve"}, nil, 1, []string{"USERS_DATABASE_URL is not set", "TODOS_DATABASE_URL is not set", "SMTP_URL is not set"}},
		{"migrate without a database", []string{"migrate"}, nil, 1, []string{"USERS_DATABASE_URL is not set", "TODOS_DATABASE_URL is not set"}},
		{"migrate where no database is", []string{"migrate"}, nowhere, 1, []string{"users: ", "todos: ", "refused"}},
		{"a misspelt variable", []string{"serve"}, []string{"WORKER_PROT=1"}, 1, []string{"WORKER_PROT is not a variable"}},
		{
			"a rescue before the job's time is up",
			[]string{"serve"},
			append(nowhere, "WORKER_RESCUE_AFTER=30s"), 1,
			[]string{"jobs of kind users.welcome may run for 1m0s, but are given to another worker after 30s", "users.verification"},
		},
		{
			"a poll interval below the cooldown",
			[]string{"serve"},
			append(nowhere, "WORKER_POLL_INTERVAL=10ms"), 1,
			[]string{"WORKER_POLL_INTERVAL: 10ms is shorter than WORKER_FETCH_COOLDOWN, 50ms"},
		},
		{
			"announcements through a pooler",
			[]string{"serve"},
			[]string{"USERS_DATABASE_URL=postgres://u@h/x?default_query_exec_mode=exec", "TODOS_DATABASE_URL=postgres://u@h/y", "SMTP_URL=smtp://127.0.0.1:1"},
			1,
			[]string{"USERS_DATABASE_URL: it leads through a pool of connections", "WORKER_POLL_ONLY=1"},
		},
		{
			"a queue that is not there",
			[]string{"serve"},
			append(nowhere, "WORKER_MAX_WORKERS=notify=3,other=1"), 1,
			[]string{`WORKER_MAX_WORKERS: "other=1" is not QUEUE=NUMBER`, "notify, reminders, security"},
		},
		{
			"a connection URL that is none",
			[]string{"serve"},
			[]string{"USERS_DATABASE_URL=secret@", "TODOS_DATABASE_URL=postgres:///x", "SMTP_URL=smtp://127.0.0.1:1"},
			1,
			[]string{"not of the form postgres://"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, output := status(c.environment, c.args...)
			if code != c.code {
				t.Errorf("status %d, want %d", code, c.code)
			}
			for _, want := range c.want {
				if !strings.Contains(output, want) {
					t.Errorf("%q is missing in: %s", want, output)
				}
			}
			if strings.Contains(output, "secret@") {
				t.Errorf("the output shows the password: %s", output)
			}
		})
	}
}

// TestServeWaitsForJobTables starts before the databases are migrated.
func TestServeWaitsForJobTables(t *testing.T) {
	t.Parallel()
	url := usersDatabases.Database(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), "drop schema river cascade"); err != nil {
		t.Fatal(err)
	}
	environment := []string{"USERS_DATABASE_URL=" + url, "TODOS_DATABASE_URL=" + todosDatabases.Database(t), "SMTP_URL=smtp://127.0.0.1:1"}
	address := startWorker(t, environment...)
	awaitHealth(t, address, `"todos":"UP"`)
	if code, text := getHealth(t, address); code != http.StatusServiceUnavailable || !strings.Contains(text, `"users":"DOWN`) {
		t.Errorf("health %d %s without job tables", code, text)
	}
	if code, output := status(environment, "migrate"); code != 0 {
		t.Fatalf("migrate: status %d: %s", code, output)
	}
	if err := postgres.JobsMigrated(t.Context(), pool); err != nil {
		t.Errorf("after migrate: %v", err)
	}
	awaitHealth(t, address, `"users":"UP"`)
}

func TestReadmeIsUpToDate(t *testing.T) {
	t.Parallel()
	programtest.Readme(t, program.Program{Name: "worker", Prefix: "WORKER_", Commands: commands})
}

func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	programtest.Secrets(t, program.Program{Name: "worker", Prefix: "WORKER_", Commands: commands})
}
