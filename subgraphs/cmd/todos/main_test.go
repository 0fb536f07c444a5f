package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/program"
	"github.com/weftql/weft/subgraphs/program/programtest"
)

// databases are empty: migrating them is the program's work.
var databases = postgrestest.New(func(context.Context, string) error { return nil })

// asProgram is set in the environment of this test program where it is to be the
// program itself.
const asProgram = "WEFT_TEST_AS_TODOS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(databases.Main(m))
}

// run starts the program as the shell does.
func run(environment []string, args ...string) (status int, output string) {
	var stderr bytes.Buffer
	status = program.Program{Name: "todos", Prefix: "TODOS_", Commands: commands}.Run(args, environment, &stderr)
	return status, stderr.String()
}

// TestDemo writes the demonstration twice, the second time on a later day.
func TestDemo(t *testing.T) {
	t.Parallel()
	database := databases.Database(t)
	environment := []string{"TODOS_DATABASE_URL=" + database}
	if status, output := run(environment, "demo"); status != 1 || !strings.Contains(output, "run the program's migrate command") {
		t.Errorf("demo before migrate: status %d\n%s", status, output)
	}
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	type counts struct{ lists, members, todos, assigned, dueToday int }
	count := func() (c counts) {
		t.Helper()
		err := conn.QueryRow(t.Context(), `select (select count(*) from todo_lists), (select count(*) from list_members),
			(select count(*) from todos), (select count(*) from todo_assignees),
			(select count(*) from todos where due_at > now() - interval '1 hour' and due_at < now() + interval '25 hours')`).
			Scan(&c.lists, &c.members, &c.todos, &c.assigned, &c.dueToday)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	want := counts{lists: 2, members: 3, todos: 6, assigned: 5, dueToday: 2}
	for _, command := range []string{"migrate", "demo", "demo"} {
		if status, output := run(environment, command); status != 0 {
			t.Fatalf("%s: status %d\n%s", command, status, output)
		}
	}
	if got := count(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if _, err := conn.Exec(t.Context(), `update todos set due_at = due_at - interval '3 days'`); err != nil {
		t.Fatal(err)
	}
	if status, output := run(environment, "demo"); status != 0 {
		t.Fatalf("status %d\n%s", status, output)
	}
	if got := count(); got != want {
		t.Errorf("three days later: %+v, want %+v", got, want)
	}
}

func TestProgramRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		environment []string
		args        []string
		status      int
		want        string
	}{
		{"no command", nil, nil, 2, "usage: todos COMMAND"},
		{"nothing configured", nil, []string{"serve"}, 1, "TODOS_DATABASE_URL is not set"},
		{"a misspelt variable", []string{"TODOS_DATABASE=x"}, []string{"migrate"}, 1, "TODOS_DATABASE is not a variable of this program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if status, output := run(c.environment, c.args...); status != c.status || !strings.Contains(output, c.want) {
				t.Errorf("status %d, want %d and %q:\n%s", status, c.status, c.want, output)
			}
		})
	}
}

func TestReadmeIsUpToDate(t *testing.T) {
	t.Parallel()
	programtest.Readme(t, program.Program{Name: "todos", Prefix: "TODOS_", Commands: commands})
}

func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	programtest.Secrets(t, program.Program{Name: "todos", Prefix: "TODOS_", Commands: commands})
}
