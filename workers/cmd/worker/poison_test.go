package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

const adminPassword = "a password for tests"

// environment is that of a worker whose waits are short.
func environment(usersURL, todosURL, smtpURL string) []string {
	return []string{
		"USERS_DATABASE_URL=" + usersURL, "TODOS_DATABASE_URL=" + todosURL, "SMTP_URL=" + smtpURL, "MAIL_FROM=Weft <no-reply@weft.test>",
		"WORKER_ADMIN_PASSWORD=" + adminPassword, "WORKER_RETRY_BASE=1ms", "WORKER_FETCH_COOLDOWN=2ms", "WORKER_POLL_INTERVAL=20ms",
	}
}

// openUsers returns a users database and a pool to it.
func openUsers(t *testing.T) (url string, pool *pgxpool.Pool) {
	t.Helper()
	url = usersDatabases.Database(t)
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return url, pool
}

// insert writes a job as it comes, whatever it holds.
func insert(t *testing.T, pool *pgxpool.Pool, kind, queue, args string) (id int64) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `insert into river.river_job (kind, queue, args, max_attempts, metadata)
		values ($1, $2, $3, 25, '{"request_id": "r.1"}') returning id`, kind, queue, args).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// awaitState returns when the job is in the state, with the number of its errors and
// the last of them.
func awaitState(t *testing.T, pool *pgxpool.Pool, id int64, want string) (errors int, last string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for {
		var state string
		err := pool.QueryRow(ctx, `select state, coalesce(cardinality(errors), 0), coalesce(errors[cardinality(errors)]->>'error', '') from river.river_job where id = $1`, id).
			Scan(&state, &errors, &last)
		if err != nil {
			t.Fatalf("job %d is %s, want %s: %v", id, state, want, err)
		}
		if state == want {
			return errors, last
		}
		if err := pool.QueryRow(ctx, `select pg_sleep(0.02)::text`).Scan(new(string)); err != nil {
			t.Fatalf("job %d is %s after %d errors, the last %q, want %s: %v", id, state, errors, last, want, err)
		}
	}
}

// fetch asks the admin listener, with the password.
func fetch(t *testing.T, method, url, body string) (code int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("admin", adminPassword)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	all, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(all)
}

// TestPoisonEndsAmongTheDeadLetters inserts jobs that nobody can do among one that
// somebody can.
func TestPoisonEndsAmongTheDeadLetters(t *testing.T) {
	t.Parallel()
	url, pool := openUsers(t)
	unknown := insert(t, pool, "users.nobody_knows", users.SecurityQueue, `{}`)
	number := insert(t, pool, users.WelcomeArgs{}.Kind(), users.NotifyQueue, `{"userId": 7}`)
	list := insert(t, pool, users.WelcomeArgs{}.Kind(), users.NotifyQueue, `[]`)
	date := insert(t, pool, users.VerificationArgs{}.Kind(), users.SecurityQueue, `{"userId": "usr_1", "asked": "yesterday"}`)
	smtpURL, received := serveInbox(t)
	address := startWorker(t, environment(url, todosDatabases.Database(t), smtpURL)...)
	addUser(t, pool, "ann@example.test", "Ann", true)
	select {
	case <-received:
	case <-time.After(60 * time.Second):
		t.Fatal("the good job was not done")
	}
	for name, id := range map[string]int64{"a number for a text": number, "a list for an object": list, "a word for a date": date} {
		if attempts, last := awaitState(t, pool, id, "discarded"); attempts != 1 || !strings.Contains(last, "the job's arguments cannot be read, by any attempt") {
			t.Errorf("%s was discarded after %d attempts: %s", name, attempts, last)
		}
	}
	if attempts, last := awaitState(t, pool, unknown, "discarded"); attempts != 8 || !strings.Contains(last, "users.nobody_knows") {
		t.Errorf("an unknown kind was discarded after %d attempts: %s", attempts, last)
	}

	_, text := fetch(t, "GET", "http://"+address+"/metrics", "")
	for _, want := range []string{
		`weft_job_dead{database="users",queue="notify",kind="users.welcome"} 2`,
		`weft_job_duration_seconds_count{kind="users.welcome",outcome="discarded"} 2`,
		`weft_job_duration_seconds_count{kind="users.welcome",outcome="completed"} 1`,
		`weft_job_duration_seconds_count{kind="unknown",outcome="failed"} 7`,
		`weft_job_duration_seconds_count{kind="unknown",outcome="discarded"} 1`,
		`weft_job_leader{database="users"} 1`,
		`weft_job_database_up{database="todos"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("metrics lack %s:\n%s", want, text)
		}
	}
}

// TestRiverUIRetriesADeadLetter repairs a poisoned job and retries it as River UI's
// page does.
func TestRiverUIRetriesADeadLetter(t *testing.T) {
	t.Parallel()
	url, pool := openUsers(t)
	id := insert(t, pool, users.WelcomeArgs{}.Kind(), users.NotifyQueue, `{"userId": 7}`)
	smtpURL, _ := serveInbox(t)
	address := startWorker(t, environment(url, todosDatabases.Database(t), smtpURL)...)
	awaitState(t, pool, id, "discarded")

	for _, database := range []string{"users", "todos"} {
		if code, text := fetch(t, "GET", "http://"+address+"/river/"+database+"/", ""); code != http.StatusOK || !strings.Contains(text, "<title>River</title>") {
			t.Errorf("%s: %d %s", database, code, text)
		}
	}
	code, text := fetch(t, "GET", "http://"+address+"/river/users/api/jobs?state=discarded", "")
	var jobs struct {
		Data []struct {
			ID   int64
			Kind string
		}
	}
	if err := json.Unmarshal([]byte(text), &jobs); err != nil || code != http.StatusOK || len(jobs.Data) != 1 || jobs.Data[0].Kind != "users.welcome" {
		t.Fatalf("dead letters: %d %s, %v", code, text, err)
	}
	if _, err := pool.Exec(t.Context(), `update river.river_job set args = '{"userId": "usr_0000000000000000000000000"}' where id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if code, text := fetch(t, "POST", "http://"+address+"/river/users/api/jobs/retry", fmt.Sprintf(`{"ids": ["%d"]}`, jobs.Data[0].ID)); code != http.StatusOK {
		t.Fatalf("retry: %d %s", code, text)
	}
	if errors, last := awaitState(t, pool, id, "cancelled"); errors != 2 || !strings.Contains(last, users.ErrNoContact.Error()) {
		t.Errorf("the repaired job has %d errors, the last %s", errors, last)
	}
}

func TestRiverUIIsNotServedWithoutAPassword(t *testing.T) {
	t.Parallel()
	smtpURL, _ := serveInbox(t)
	url, _ := openUsers(t)
	address := startWorker(t, "USERS_DATABASE_URL="+url, "TODOS_DATABASE_URL="+todosDatabases.Database(t), "SMTP_URL="+smtpURL)
	if code, text := fetch(t, "GET", "http://"+address+"/river/users/", ""); code != http.StatusNotFound || !strings.Contains(text, "WORKER_ADMIN_PASSWORD") {
		t.Errorf("%d %s", code, text)
	}
	if code, text := fetch(t, "GET", "http://"+address+"/", ""); code != http.StatusOK || !strings.Contains(text, "/metrics") {
		t.Errorf("%d %s", code, text)
	}
}
