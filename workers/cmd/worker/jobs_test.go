package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/users"
)

// operate runs a command as an operator does.
func operate(environment []string, args ...string) (code int, output, complaints string) {
	var stdout, stderr bytes.Buffer
	code = program.Program{Name: "worker", Prefix: "WORKER_", Commands: commands, Output: &stdout}.Run(args, environment, &stderr)
	return code, stdout.String(), stderr.String()
}

// TestOperatorFindsAndRetriesADeadLetter goes from the list of dead letters to a job
// that is done.
func TestOperatorFindsAndRetriesADeadLetter(t *testing.T) {
	t.Parallel()
	url, pool := openUsers(t)
	smtpURL, received := serveInbox(t)
	settings := environment(url, todosDatabases.Database(t), smtpURL)
	dead := insert(t, pool, users.WelcomeArgs{}.Kind(), users.NotifyQueue, `{"userId": 7, "email": "ann@example.test"}`)
	waiting := insert(t, pool, "users.elsewhere", "elsewhere", `{}`)
	startWorker(t, settings...)
	awaitState(t, pool, dead, "discarded")

	code, output, complaints := operate(settings, "jobs", "list", "--state", "discarded,cancelled", "--kind", "users.welcome", "--queue", "notify", "--limit", "5")
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if code != 0 || len(lines) != 2 || !strings.HasPrefix(lines[1], fmt.Sprintf("users:%d  discarded  users.welcome  notify  1/25", dead)) ||
		!strings.Contains(lines[1], "cannot be read") || strings.Contains(output, "ann@") {
		t.Fatalf("status %d, %s:\n%s", code, complaints, output)
	}
	if code, output, _ := operate(settings, "jobs", "list", "--database", "todos"); code != 0 || strings.Contains(output, "users:") {
		t.Errorf("status %d for the jobs of todos:\n%s", code, output)
	}

	addUser(t, pool, "bob@example.test", "Bob", true)
	<-received
	if _, err := pool.Exec(t.Context(), `update river.river_job j set args = done.args from river.river_job done
		where j.id = $1 and done.kind = 'users.welcome' and done.id <> $1`, dead); err != nil {
		t.Fatal(err)
	}
	code, output, complaints = operate(settings, "jobs", "retry", fmt.Sprintf("users:%d", dead), "users:99", "todos:1")
	if code != 1 || output != fmt.Sprintf("users:%d users.welcome is available\n", dead) ||
		!strings.Contains(complaints, "users: job 99: there is no such job") || !strings.Contains(complaints, "todos: job 1: there is no such job") {
		t.Errorf("status %d, %s:\n%s", code, complaints, output)
	}
	awaitState(t, pool, dead, "completed")
	if code, _, complaints := operate(settings, "jobs", "retry", fmt.Sprintf("users:%d", dead)); code != 1 || !strings.Contains(complaints, "it is completed") {
		t.Errorf("status %d, %s", code, complaints)
	}

	if code, output, complaints := operate(settings, "jobs", "cancel", fmt.Sprintf("users:%d", waiting)); code != 0 ||
		output != fmt.Sprintf("users:%d users.elsewhere is cancelled\n", waiting) {
		t.Errorf("status %d, %s:\n%s", code, complaints, output)
	}
}

func TestOperatorIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	url, _ := openUsers(t)
	settings := environment(url, "postgres://weft:secret@127.0.0.1:1/todos", "smtp://127.0.0.1:1")
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"a state that is none", []string{"jobs", "list", "--state", "dead"}, 2, `there is no state "dead", but available`},
		{"a flag that is none", []string{"jobs", "list", "--all"}, 2, "usage: worker jobs list [--state"},
		{"an argument too many", []string{"jobs", "list", "discarded"}, 2, `wrong arguments: ["discarded"]`},
		{"another database", []string{"jobs", "list", "--database", "lists"}, 2, "users or todos"},
		{"too many", []string{"jobs", "list", "--limit", "10001"}, 2, "from 1 to 10000"},
		{"no job", []string{"jobs", "retry"}, 2, "which job?"},
		{"a number alone", []string{"jobs", "cancel", "7"}, 2, `"7" is no job; they are written as jobs list does, users:123`},
		{"a database that does not answer", []string{"jobs", "list"}, 1, "todos: postgres: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, _, complaints := operate(settings, c.args...)
			if code != c.code || !strings.Contains(complaints, c.want) || strings.Contains(complaints, "secret@") {
				t.Errorf("status %d, want %d and %q: %s", code, c.code, c.want, complaints)
			}
		})
	}
}
