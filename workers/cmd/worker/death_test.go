package main

import (
	"encoding/base32"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// build makes the program that is shipped.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "worker")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// silence is the URL of a mail server that takes connections and says nothing.
func silence(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return "smtp://" + listener.Addr().String()
}

// TestWorkerDiesBetweenNotificationAndMail kills a worker that has told somebody of a
// todo within the application, and waits for the mail server. Another worker sends the
// mail, and tells nobody twice.
func TestWorkerDiesBetweenNotificationAndMail(t *testing.T) {
	t.Parallel()
	s := newStage(t, build(t))
	s.environment = append(s.environment, "WORKER_MAIL_LEASE=4s")
	ann, bob, list, todo := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	for name, key := range map[string]uuid.UUID{"Ann": ann, "Bob": bob} {
		execute(t, s.users, `insert into users (id, email, email_key, password_hash, display_name, time_zone) values ($1, $2, $2, 'x', $3, 'UTC')`,
			key, strings.ToLower(name)+"@example.test", name)
	}
	execute(t, s.todos, `insert into todo_lists (id, name, owner_id) values ($1, 'Home', $2)`, list, ann)
	execute(t, s.todos, `insert into list_members (list_id, user_id, role) values ($1, $2, 'OWNER'), ($1, $3, 'EDITOR')`, list, ann, bob)
	execute(t, s.todos, `insert into todos (id, list_id, title, creator_id) values ($1, $2, 'Paint', $3)`, todo, list, ann)
	execute(t, s.todos, `insert into todo_assignees (todo_id, user_id, position, todo_created_at) values ($1, $2, 1, now())`, todo, bob)
	jobs, err := river.NewClient(riverpgxv5.New(s.todos), &river.Config{Schema: postgres.JobSchema})
	if err != nil {
		t.Fatal(err)
	}
	args := todos.AssignmentArgs{TodoID: public("tdo", todo), UserID: public("usr", bob), ActorID: public("usr", ann), Version: 1}
	if _, err := jobs.Insert(t.Context(), args, &river.InsertOpts{Queue: todos.NotifyQueue, MaxAttempts: 8}); err != nil {
		t.Fatal(err)
	}

	good := s.environment
	s.environment = append(good[:len(good):len(good)], "SMTP_URL="+silence(t)) // the last of equal variables counts
	first := s.start(t)
	await(t, s.users, `select count(*) = 1 from notifications`)
	await(t, s.users, `select count(*) = 1 from email_deliveries`)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// This is what the next leader does half a minute later, when the job is stuck.
	execute(t, s.todos, `update river.river_job set state = 'available' where kind = 'todos.assignment'`)
	s.environment = good
	s.start(t)
	select {
	case mail := <-s.received:
		if !strings.Contains(mail.text, "Paint") || !strings.Contains(mail.text, "bob@example.test") {
			t.Errorf("received\n%s", mail.text)
		}
	case <-time.After(90 * time.Second):
		t.Fatal("nobody sent the mail")
	}
	await(t, s.todos, `select state = 'completed' and attempt = 2 from river.river_job where kind = 'todos.assignment'`)
	await(t, s.users, `select count(*) = 1 and bool_and(key = (select key from email_deliveries)) from notifications`)
	if len(s.received) > 0 {
		t.Errorf("a second mail:\n%s", (<-s.received).text)
	}
}

// public is an id as clients see it.
func public(kind string, key uuid.UUID) string {
	return kind + "_" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(key[:])
}
