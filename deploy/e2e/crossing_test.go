package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/deploy/postgres"
)

// crossing goes from users to todos, needs a field of users there (dueToday),
// and comes back to users for everybody that it finds, at four places.
const crossing = `query Crossing {
  me {
    displayName
    dueToday(first: 5) { edges { node { title } } }
    todoLists(first: 10) {
      edges {
        node {
          name
          owner { displayName }
          members { user { displayName } role }
          todos(first: 100) {
            edges { node { title createdBy { displayName } assignees { displayName } } }
          }
        }
      }
    }
  }
}`

// colleagues is how many people share each list.
const colleagues = 8

// crossingPlatform is a platform with a router of its own that has recorders
// before its subgraphs, and a database whose statements are counted.
type crossingPlatform struct {
	graphQL      string
	users, todos *recorder
	database     *postgres.Cluster
	log          *lockedBuffer // of the database
}

func startCrossing(t *testing.T) *crossingPlatform {
	t.Helper()
	c := &crossingPlatform{log: &lockedBuffer{}}
	var err error
	if c.database, err = postgres.StartDisposable(t.Context(), "", t.TempDir(), c.log); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.database.Stop(); err != nil {
			t.Error(err)
		}
	})
	c.execute(t, "postgres", "alter system set log_statement = 'all'")
	c.execute(t, "postgres", "select pg_reload_conf()")
	home := filepath.Join(t.TempDir(), "weft")
	p := up(t, home, "WEFT_DATABASE_URL="+c.database.URL("postgres"), "WEFT_DEMO=0")
	c.users, c.todos = recordServer(t, p.addresses["users"]), recordServer(t, p.addresses["todos"])

	c.graphQL = serveBeside(t, home, func(config map[string]any) {
		config["override_subgraph_url"] = map[string]string{"users": c.users.url + "/graphql", "todos": c.todos.url + "/graphql"}
	})
	return c
}

// execute runs a statement in one of the databases and returns the first
// column's values.
func (c *crossingPlatform) execute(t *testing.T, database, statement string, arguments ...any) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.database.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, statement, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		all, err := row.Values()
		if err != nil || len(all) == 0 {
			return "", err
		}
		return fmt.Sprint(all[0]), nil
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	return values
}

// fill makes people who share lists, in which everybody made and was assigned
// to some of the todos. It returns the access token of the first person.
func (c *crossingPlatform) fill(t *testing.T, name string, lists, todos int) (token string) {
	t.Helper()
	for i := range colleagues {
		data := ask(t, c.graphQL, "", register, map[string]any{"input": map[string]any{
			"email": fmt.Sprintf("%s%d@example.test", name, i), "password": "correct horse battery", "displayName": fmt.Sprint(name, " ", i),
		}})
		if i == 0 {
			token, _ = at(t, data, "register", "tokens", "accessToken").(string)
		}
	}
	people := c.execute(t, "weft_users", "select id::text from users where email like $1 order by email", name+"%")
	c.execute(t, "weft_todos", `
		with people as (select id::uuid, ordinality::int - 1 as n from unnest($1::text[]) with ordinality as p(id)),
		lists as (
			insert into todo_lists (id, name, owner_id)
			select gen_random_uuid(), 'list ' || l, (select id from people where n = l % $4) from generate_series(1, $2::int) l returning id, owner_id),
		members as (
			insert into list_members (list_id, user_id, role)
			select lists.id, people.id, case when owner_id = people.id then 'OWNER' else 'EDITOR' end from lists, people),
		made as (
			insert into todos (id, list_id, title, creator_id, due_at)
			select gen_random_uuid(), lists.id, 'todo ' || n, (select id from people where people.n = t.n % $4), now()
			from lists, generate_series(1, $3::int) t(n) returning id, created_at, creator_id)
		insert into todo_assignees (todo_id, user_id, position, todo_created_at)
		select made.id, people.id, people.n, made.created_at from made, people where people.n < 3`,
		people, lists, todos, colleagues)
	return token
}

// ofTheirOwn is the SQL that the users service runs without a request: it looks for
// ended sessions that are to be announced, and sweeps. The query's own is all reading.
var ofTheirOwn = regexp.MustCompile(`LOG:  (execute [^:]+|statement): (select id, ended_at from sessions|begin|commit|update|delete)`)

// statements returns the SQL of requests since the mark in the database's log, and
// the next mark. Writing the log takes the database a moment, so that one statement
// of our own is waited for.
func (c *crossingPlatform) statements(t *testing.T, mark int) (found []string, next int) {
	t.Helper()
	flag := fmt.Sprintf("-- seen at %d", time.Now().UnixNano())
	c.execute(t, "postgres", "select 1 "+flag)
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(c.log.String(), flag) {
		select {
		case <-deadline:
			t.Fatal("the database logs nothing")
		case <-tick.C:
		}
	}
	log := c.log.String()
	for line := range strings.Lines(log[mark:]) {
		if ofTheirOwn.MatchString(line) {
			continue
		}
		for _, service := range []string{"users", "todos"} {
			if strings.Contains(line, service+": LOG:  execute") || strings.Contains(line, service+": LOG:  statement") {
				found = append(found, strings.TrimSpace(line))
			}
		}
	}
	return found, len(log)
}

// TestCrossingQueryCostsTheSameForAnyNumberOfRows asks for 10 todos, and for
// 1,000 in ten lists. It counts allocations of the whole process and is alone in
// it for that reason.
func TestCrossingQueryCostsTheSameForAnyNumberOfRows(t *testing.T) {
	c := startCrossing(t)
	few, many := c.fill(t, "few", 1, 10), c.fill(t, "many", 10, 100)
	var (
		statements [2][]string
		allocated  [2]float64
	)
	for i, size := range []struct {
		token string
		rows  int
	}{{few, 10}, {many, 1000}} {
		ask(t, c.graphQL, size.token, crossing, nil) // connections and prepared statements are there from now on
		_, mark := c.statements(t, 0)
		c.users.take()
		c.todos.take()
		checkCrossing(t, ask(t, c.graphQL, size.token, crossing, nil), size.rows)
		users, todos := c.users.take(), c.todos.take()
		sentUsers, sentTodos := representations(t, users), representations(t, todos)
		if len(users) != 2 || len(todos) != 1 {
			t.Errorf("%d rows: %d requests to users and %d to todos, want 2 and 1", size.rows, len(users), len(todos))
		}
		if len(sentUsers) != colleagues || distinct(sentUsers) != colleagues || len(sentTodos) != 1 {
			t.Errorf("%d rows: %d representations to users, %d of them distinct, and %d to todos; want %d, all distinct, and 1",
				size.rows, len(sentUsers), distinct(sentUsers), len(sentTodos), colleagues)
		}
		statements[i], _ = c.statements(t, mark)
		allocated[i] = allocations(t, filepath.Join(checkout, "schema/supergraph.graphqls"), crossing, map[string][]exchange{"users": users, "todos": todos})
		t.Logf("%d rows: %d SQL statements, %.0f allocations", size.rows, len(statements[i]), allocated[i])
	}
	if allocated[0] != allocated[1] {
		t.Errorf("%.0f allocations for 10 rows and %.0f for 1,000", allocated[0], allocated[1])
	}
	if len(statements[0]) == 0 || len(statements[0]) != len(statements[1]) {
		t.Errorf("%d SQL statements for 10 rows and %d for 1,000:\n%s", len(statements[0]), len(statements[1]), strings.Join(statements[1], "\n"))
	}
	c.checkRefusal(t, few)
}

// checkRefusal runs the twin of the query, with a construct that the router can
// not do yet: it is named, and no subgraph is asked.
func (c *crossingPlatform) checkRefusal(t *testing.T, token string) {
	t.Helper()
	deferred := strings.Replace(crossing, "dueToday(first: 5) { edges { node { title } } }", "... @defer { dueToday(first: 5) { edges { node { title } } } }", 1)
	response := post(t, c.graphQL, token, deferred, nil)
	if len(response.Errors) != 1 || response.Errors[0].Extensions["code"] != "UNSUPPORTED_FEATURE" || !strings.Contains(response.Errors[0].Message, "@defer") {
		t.Errorf("@defer: %+v", response.Errors)
	}
	if n := len(c.users.take()) + len(c.todos.take()); n > 0 {
		t.Errorf("@defer: %d requests to subgraphs", n)
	}
}

// checkCrossing looks at the answer: all todos, and everybody's name.
func checkCrossing(t *testing.T, data any, rows int) {
	t.Helper()
	todos := 0
	for _, edge := range at(t, data, "me", "todoLists", "edges").([]any) {
		list := at(t, edge, "node")
		if at(t, list, "owner", "displayName") == nil || len(at(t, list, "members").([]any)) != colleagues {
			t.Errorf("list %v", list)
		}
		for _, edge := range at(t, list, "todos", "edges").([]any) {
			todos++
			todo := at(t, edge, "node")
			if at(t, todo, "createdBy", "displayName") == nil || at(t, todo, "assignees", 2, "displayName") == nil {
				t.Errorf("todo %v", todo)
			}
		}
	}
	if due := at(t, data, "me", "dueToday", "edges").([]any); todos != rows || len(due) != 5 {
		t.Errorf("%d todos and %d due today, want %d and 5", todos, len(due), rows)
	}
}
