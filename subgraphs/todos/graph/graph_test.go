package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/subgraphs/todos/graph"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return todospostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// noon is the time of the service's clock in tests.
var noon = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)

// bundle is the whole service on a database of its own.
type bundle struct {
	*servertest.Client
	pool       *pgxpool.Pool
	statements *postgrestest.Statements
	service    todos.Service
}

func setup(t testing.TB) *bundle {
	t.Helper()
	statements := &postgrestest.Statements{}
	b := serve(t, databases.Database(t), statements)
	b.statements = statements
	statements.Take()
	return b
}

// serve is the service on a database, whose statements the tracer is told of. They
// may take their time: what is counted and explained does not depend on how busy the
// machine is.
func serve(t testing.TB, url string, tracer pgx.QueryTracer) *bundle {
	t.Helper()
	b := &bundle{}
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: url, Name: "test", Tracer: tracer, StatementTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	service, err := todospostgres.New(todospostgres.Deps{
		Pool: pool, Cursors: cursors, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: service}}),
		Verifier: servertest.Verifier(t), Logger: slog.New(slog.DiscardHandler),
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, service) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Client, b.pool, b.service = servertest.NewClient(t, handler), pool, service
	return b
}

// person is the n-th caller.
func person(n int) identity.Claims {
	return identity.Claims{Subject: id.Format(id.User, id.UUID{15: byte(n), 14: byte(n >> 8)}), Session: "ses_test"}
}

// exec runs SQL to prepare what the service cannot do yet.
func (b *bundle) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := b.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
	b.statements.Take()
}

// join makes a person a member of a list.
func (b *bundle) join(t testing.TB, list string, who identity.Claims, role string) {
	t.Helper()
	listKey, err := id.Parse(id.TodoList, list)
	if err != nil {
		t.Fatal(err)
	}
	userKey, err := id.Parse(id.User, who.Subject)
	if err != nil {
		t.Fatal(err)
	}
	b.exec(t, `insert into list_members (list_id, user_id, role) values ($1, $2, $3)`, listKey, userKey, role)
}

// list makes a list and returns its id.
func (b *bundle) list(t testing.TB, owner identity.Claims, name string) string {
	t.Helper()
	response := b.Do(t, owner, `mutation ($in: CreateTodoListInput!) { createTodoList(input: $in) { list { id } errors { code message } } }`,
		map[string]any{"in": map[string]any{"name": name}})
	var data struct {
		CreateTodoList struct {
			List   struct{ ID string }
			Errors []any
		}
	}
	response.Decode(t, &data)
	if data.CreateTodoList.List.ID == "" {
		t.Fatalf("%s", response.Data)
	}
	return data.CreateTodoList.List.ID
}

const createTodo = `mutation ($in: CreateTodoInput!) { createTodo(input: $in) { todo { id } errors { code path message } } }`

// todo makes a todo and returns its id.
func (b *bundle) todo(t testing.TB, creator identity.Claims, input map[string]any) string {
	t.Helper()
	response := b.Do(t, creator, createTodo, map[string]any{"in": input})
	var data struct {
		CreateTodo struct {
			Todo   struct{ ID string }
			Errors []any
		}
	}
	response.Decode(t, &data)
	if data.CreateTodo.Todo.ID == "" {
		t.Fatalf("%s", response.Data)
	}
	return data.CreateTodo.Todo.ID
}

func TestCreate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := person(1), person(2)
	list := b.list(t, ada, "  Home ")
	b.join(t, list, bob, "VIEWER")
	todo := b.todo(t, ada, map[string]any{
		"listId": list, "title": " Paint ", "description": "white\nor blue", "priority": "HIGH", "dueAt": "2020-01-02T03:04:05+01:00",
		"assigneeIds": []string{bob.Subject, ada.Subject, bob.Subject},
	})
	response := b.Do(t, bob, `query ($list: ID!, $todo: ID!) {
		todoList(id: $list) { id name myRole owner { id } version members { role user { id } } todos { totalCount edges { node { title } } } }
		todo(id: $todo) { title description status priority dueAt overdue version createdBy { id } assignees { id } list { id name myRole } }
	}`, map[string]any{"list": list, "todo": todo})
	response.WantCodes(t)
	response.WantData(t, fmt.Sprintf(`{
		"todoList": {"id": %[1]q, "name": "Home", "myRole": "VIEWER", "owner": {"id": %[2]q}, "version": 1,
			"members": [{"role": "OWNER", "user": {"id": %[2]q}}, {"role": "VIEWER", "user": {"id": %[3]q}}],
			"todos": {"totalCount": 1, "edges": [{"node": {"title": "Paint"}}]}},
		"todo": {"title": "Paint", "description": "white\nor blue", "status": "OPEN", "priority": "HIGH", "dueAt": "2020-01-02T02:04:05Z",
			"overdue": true, "version": 1, "createdBy": {"id": %[2]q}, "assignees": [{"id": %[3]q}, {"id": %[2]q}],
			"list": {"id": %[1]q, "name": "Home", "myRole": "VIEWER"}}}`, list, ada.Subject, bob.Subject))
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob, eve := person(1), person(2), person(3)
	list := b.list(t, ada, "Home")
	b.join(t, list, bob, "VIEWER")
	many := make([]string, 21)
	for i := range many {
		many[i] = person(100 + i).Subject
	}
	for _, c := range []struct {
		name   string
		caller identity.Claims
		change map[string]any
		code   string
		field  string
	}{
		{"a list that is not the caller's", eve, nil, "NOT_FOUND", "listId"},
		{"a list that does not exist", ada, map[string]any{"listId": "tdl_00000000000000000000000000"}, "NOT_FOUND", "listId"},
		{"a malformed list id", ada, map[string]any{"listId": "' or 1=1 --"}, "NOT_FOUND", "listId"},
		{"a viewer", bob, nil, "FORBIDDEN", "listId"},
		{"an empty title", ada, map[string]any{"title": " "}, "BAD_INPUT", "title"},
		{"a long title", ada, map[string]any{"title": strings.Repeat("ä", 256)}, "BAD_INPUT", "title"},
		{"two lines of title", ada, map[string]any{"title": "a\nb"}, "BAD_INPUT", "title"},
		{"a NUL in the description", ada, map[string]any{"description": "a\x00b"}, "BAD_INPUT", "description"},
		{"a long description", ada, map[string]any{"description": strings.Repeat("x", 10_001)}, "BAD_INPUT", "description"},
		{"a due date out of range", ada, map[string]any{"dueAt": "0001-01-01T00:00:00Z"}, "BAD_INPUT", "dueAt"},
		{"an assignee who is no member", ada, map[string]any{"assigneeIds": []string{ada.Subject, eve.Subject}}, "BAD_INPUT", "assigneeIds.1"},
		{"a malformed assignee", ada, map[string]any{"assigneeIds": []string{"usr_x"}}, "BAD_INPUT", "assigneeIds.0"},
		{"a tag that the list does not have", ada, map[string]any{"tagIds": []string{"tag_00000000000000000000000000"}}, "NOT_FOUND", "tagIds.0"},
		{"a malformed tag", ada, map[string]any{"tagIds": []string{list}}, "NOT_FOUND", "tagIds.0"},
		{"too many tags", ada, map[string]any{"tagIds": many}, "BAD_INPUT", "tagIds"},
		{"a reminder before time", ada, map[string]any{"remindAt": "0001-01-01T00:00:00Z"}, "BAD_INPUT", "remindAt"},
		{"an empty idempotency key", ada, map[string]any{"idempotencyKey": ""}, "BAD_INPUT", "idempotencyKey"},
		{"a long idempotency key", ada, map[string]any{"idempotencyKey": strings.Repeat("k", 101)}, "BAD_INPUT", "idempotencyKey"},
		{"too many assignees", ada, map[string]any{"assigneeIds": many}, "BAD_INPUT", "assigneeIds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			input := map[string]any{"listId": list, "title": "Paint"}
			for name, value := range c.change {
				input[name] = value
			}
			response := b.Do(t, c.caller, createTodo, map[string]any{"in": input})
			response.WantCodes(t)
			var data struct {
				CreateTodo struct {
					Todo   any
					Errors []struct {
						Code, Message string
						Path          []string
					}
				}
			}
			response.Decode(t, &data)
			errs := data.CreateTodo.Errors
			if len(errs) != 1 || errs[0].Code != c.code || strings.Join(errs[0].Path, ".") != "input."+c.field || data.CreateTodo.Todo != nil {
				t.Errorf("payload %s", response.Data)
			}
		})
	}
	t.Run("scalars that are none", func(t *testing.T) {
		t.Parallel()
		for _, value := range []any{"tomorrow", 5, true, map[string]any{}} {
			response := b.Do(t, ada, createTodo, map[string]any{"in": map[string]any{"listId": list, "title": "Paint", "dueAt": value}})
			response.WantCodes(t, "BAD_USER_INPUT")
		}
	})
	t.Cleanup(func() {
		var n int
		if err := b.pool.QueryRow(context.Background(), `select count(*) from todos`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d todos, %v; want none", n, err)
		}
	})
}

// TestWhoSeesWhat goes through every way to a list and its todos.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner, editor, viewer, stranger := person(1), person(2), person(3), person(4)
	admin := identity.Claims{Subject: person(5).Subject, Scopes: []string{"admin"}}
	list := b.list(t, owner, "Home")
	b.join(t, list, editor, "EDITOR")
	b.join(t, list, viewer, "VIEWER")
	todo := b.todo(t, owner, map[string]any{"listId": list, "title": "Paint", "dueAt": "2026-07-15T18:00:00Z", "assigneeIds": []string{owner.Subject}})
	ways := []struct{ name, query, seen, hidden, anonymous string }{
		{
			"todoList", fmt.Sprintf(`{ it: todoList(id: %q) { name } }`, list),
			`{"name":"Home"}`, `null`, "UNAUTHENTICATED",
		},
		{
			"todo", fmt.Sprintf(`{ it: todo(id: %q) { title } }`, todo),
			`{"title":"Paint"}`, `null`, "UNAUTHENTICATED",
		},
		{
			"_entities TodoList", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "TodoList", id: %q}]) { ... on TodoList { name } } }`, list),
			`[{"name":"Home"}]`, `[null]`, "",
		},
		{
			"_entities Todo", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "Todo", id: %q}]) { ... on Todo { title } } }`, todo),
			`[{"title":"Paint"}]`, `[null]`, "",
		},
		{
			"User.todoLists", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q}]) { ... on User { todoLists { totalCount edges { role node { name } } } } } }`, owner.Subject),
			`[{"todoLists":{"totalCount":1,"edges":[{"role":"OWNER","node":{"name":"Home"}}]}}]`, `[{"todoLists":{"totalCount":0,"edges":[]}}]`, "",
		},
		{
			"User.assignedTodos", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q}]) { ... on User { assignedTodos { totalCount edges { node { title } } } } } }`, owner.Subject),
			`[{"assignedTodos":{"totalCount":1,"edges":[{"node":{"title":"Paint"}}]}}]`, `[{"assignedTodos":{"totalCount":0,"edges":[]}}]`, "",
		},
		{
			"searchTodos", `{ it: searchTodos(query: "paint") { totalCount edges { node { title } } } }`,
			`{"totalCount":1,"edges":[{"node":{"title":"Paint"}}]}`, `{"totalCount":0,"edges":[]}`, "UNAUTHENTICATED",
		},
		{
			"searchTodos in the list", fmt.Sprintf(`{ it: searchTodos(query: "paint", listId: %q) { totalCount edges { node { title } } } }`, list),
			`{"totalCount":1,"edges":[{"node":{"title":"Paint"}}]}`, `{"totalCount":0,"edges":[]}`, "UNAUTHENTICATED",
		},
		{
			"TodoList.stats", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "TodoList", id: %q}]) { ... on TodoList { stats { open } } } }`, list),
			`[{"stats":{"open":1}}]`, `[null]`, "",
		},
		{
			"User.todoStats", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q}]) { ... on User { todoStats { open } } } }`, owner.Subject),
			`[{"todoStats":{"open":1}}]`, `[{"todoStats":{"open":0}}]`, "",
		},
		{
			"User.dueToday", fmt.Sprintf(`{ it: _entities(representations: [{__typename: "User", id: %q, timeZone: "UTC"}]) { ... on User { dueToday { totalCount edges { node { title } } } } } }`, owner.Subject),
			`[{"dueToday":{"totalCount":1,"edges":[{"node":{"title":"Paint"}}]}}]`, `[{"dueToday":{"totalCount":0,"edges":[]}}]`, "",
		},
	}
	for _, way := range ways {
		for _, who := range []struct {
			name   string
			caller identity.Claims
			sees   bool
		}{
			{"owner", owner, true},
			{"editor", editor, true},
			{"viewer", viewer, true},
			{"stranger", stranger, false},
			{"administrator", admin, false},
			{"anonymous", identity.Claims{}, false},
			{"somebody whose id is none", identity.Claims{Subject: "nobody"}, false},
		} {
			t.Run(way.name+"/"+who.name, func(t *testing.T) {
				response := b.Do(t, who.caller, way.query, nil)
				want := way.hidden
				if who.sees {
					want = way.seen
				}
				if who.name == "anonymous" && way.anonymous != "" {
					response.WantCodes(t, way.anonymous)
					want = `null`
				} else {
					response.WantCodes(t)
				}
				response.WantData(t, `{"it":`+want+`}`)
			})
		}
	}
	t.Run("fields that the schema marks need a login", func(t *testing.T) {
		operations := map[string]string{
			"todoList": `{ todoList(id: "x") { id } }`, "todo": `{ todo(id: "x") { id } }`,
			"searchTodos": `{ searchTodos(query: "x") { totalCount } }`,
		}
		schema := graph.NewExecutableSchema(graph.Config{}).Schema()
		for _, field := range schema.Query.Fields {
			if field.Directives.ForName("authenticated") == nil {
				continue
			}
			operation, known := operations[field.Name]
			if !known {
				t.Errorf("%s is marked, but not tried here", field.Name)
				continue
			}
			b.Do(t, identity.Claims{}, operation, nil).WantCodes(t, "UNAUTHENTICATED")
		}
		for _, mutation := range schema.Mutation.Fields {
			input := inputOf(schema, mutation, func(string, *ast.Type) (any, bool) { return "x", true })
			response := b.Do(t, identity.Claims{}, mutate(mutation), map[string]any{"in": input})
			response.WantCodes(t, "UNAUTHENTICATED")
		}
	})
	t.Run("a deleted list takes its todos along", func(t *testing.T) {
		b.exec(t, `update todo_lists set deleted_at = now()`)
		for _, way := range ways {
			b.Do(t, owner, way.query, nil).WantData(t, `{"it":`+way.hidden+`}`)
		}
	})
}
