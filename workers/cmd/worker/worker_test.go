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
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return userspostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

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
	id := "usr_" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(key[:])
	if _, err := jobs.InsertTx(t.Context(), tx, users.WelcomeArgs{UserID: id}, &river.InsertOpts{Queue: users.NotifyQueue}); err != nil {
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

// startWorker runs "worker serve" until the test ends and returns the address
// of its admin listener.
func startWorker(t *testing.T, environment ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"serve"}, append(environment, "WORKER_PORT=0"), io.Discard, writer)
		writer.CloseWithError(io.EOF)
		ended <- err
	}()
	lines := bufio.NewScanner(reader)
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
	url := databases.Database(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	smtpURL, received := serveInbox(t)
	addUser(t, pool, "before@example.test", "Before", true)
	addUser(t, pool, "never@example.test", "Never", false)
	address := startWorker(t, "USERS_DATABASE_URL="+url, "SMTP_URL="+smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>")
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
	response, err := http.Get("http://" + address + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("health: %s", response.Status)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		args        []string
		environment []string
		want        []string
	}{
		{"no command", nil, nil, []string{"worker serve"}},
		{"an unknown command", []string{"work"}, nil, []string{"worker serve"}},
		{"an empty environment", []string{"serve"}, nil, []string{"USERS_DATABASE_URL is not set", "SMTP_URL is not set"}},
		{"a misspelt variable", []string{"serve"}, []string{"WORKER_PROT=1"}, []string{"WORKER_PROT is not a variable"}},
		{
			"a database that is not there",
			[]string{"serve"},
			[]string{"USERS_DATABASE_URL=postgres://weft:secret@127.0.0.1:1/x", "SMTP_URL=smtp://127.0.0.1:1", "WORKER_PORT=0"},
			[]string{"connect", "refused"},
		},
		{"migrate without a database", []string{"migrate"}, nil, []string{"USERS_DATABASE_URL is not set"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), c.args, c.environment, io.Discard, io.Discard)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestServeRefusesADatabaseWithoutJobTables(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), "drop schema river cascade"); err != nil {
		t.Fatal(err)
	}
	environment := []string{"USERS_DATABASE_URL=" + url, "SMTP_URL=smtp://127.0.0.1:1", "WORKER_PORT=0"}
	err = run(t.Context(), []string{"serve"}, environment, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "migrate") {
		t.Errorf("got %v, want advice to run migrate", err)
	}
	if err := run(t.Context(), []string{"migrate"}, environment, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := postgres.JobsMigrated(t.Context(), pool); err != nil {
		t.Errorf("after migrate: %v", err)
	}
}

func TestHelpListsTheVariables(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"help"}, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"USERS_DATABASE_URL", "SMTP_URL", "WORKER_PORT", "MAIL_FROM"} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("%s is missing in:\n%s", name, out.String())
		}
	}
}
