package main

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/cmd/outagetest"
	"github.com/weftql/weft/subgraphs/internal/id"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// subject is the service in the hands of those that try what it survives.
func subject() outagetest.Subject {
	return outagetest.Subject{
		Migrate: migrate,
		Start: func(t *testing.T, url string, change func(*sharedpostgres.ReplicatedConfig)) outagetest.Service {
			return newService(t, url, change, nil)
		},
		Writer: func(t *testing.T, s outagetest.Service) outagetest.Write {
			caller := identity.Claims{Subject: id.Format(id.User, id.New())}
			list := createList(t, s.Client, caller)
			return func(t *testing.T) (string, servertest.Response) { return createTodo(t, s.Client, caller, list) }
		},
		Stored: stored,
		Table:  "todo_lists",
		Waiting: func(t *testing.T, s outagetest.Service) []outagetest.Operation {
			caller := identity.Claims{Subject: id.Format(id.User, id.New())}
			variables := map[string]any{"list": createList(t, s.Client, caller)}
			return []outagetest.Operation{
				{
					Caller: caller, Query: `mutation ($list: ID!) { createTodo(input: {listId: $list, title: "Pack"}) { todo { title } } }`,
					Variables: variables, Data: `{"createTodo":{"todo":{"title":"Pack"}}}`,
				},
				{
					Caller: caller, Query: `query ($list: ID!) { todoList(id: $list) { name } }`,
					Variables: variables, Data: `{"todoList":{"name":"Journey"}}`,
				},
			}
		},
	}
}

// createTodo creates a todo and returns its id, "" if that failed.
func createTodo(t *testing.T, client *servertest.Client, caller identity.Claims, list string) (string, servertest.Response) {
	response := client.Do(t, caller, `mutation ($list: ID!) { createTodo(input: {listId: $list, title: "Pack"}) { todo { id } errors { code } } }`,
		map[string]any{"list": list})
	if len(response.Errors) > 0 {
		return "", response
	}
	var data struct {
		CreateTodo struct {
			Todo   struct{ ID string }
			Errors []any
		}
	}
	response.Decode(t, &data)
	return data.CreateTodo.Todo.ID, response
}

// stored returns the ids of all todos.
func stored(t *testing.T, conn *pgx.Conn) map[string]bool {
	t.Helper()
	rows, err := conn.Query(t.Context(), `select id from todos`)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[id.UUID])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, key := range keys {
		all[id.Format(id.Todo, key)] = true
	}
	return all
}

func TestDatabaseGoesAway(t *testing.T) {
	t.Parallel()
	subject().DatabaseGoesAway(t)
}

func TestTransactionsAreTerminated(t *testing.T) {
	t.Parallel()
	subject().TransactionsAreTerminated(t, databases.Database(t))
}

func TestCancelledRequestsGiveBackTheirConnections(t *testing.T) {
	t.Parallel()
	subject().CancelledRequestsGiveBackTheirConnections(t, databases.Database(t))
}

// TestRepresentationsAreBounded asks for more entities than a request may.
func TestRepresentationsAreBounded(t *testing.T) {
	t.Parallel()
	url := databases.Database(t)
	if err := migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := newService(t, url, nil, func(c *server.Config) { c.MaxRepresentations = 100 })
	users := func(n int) []any {
		all := make([]any, n)
		for i := range all {
			all[i] = map[string]any{"__typename": "User", "id": id.Format(id.User, id.New())}
		}
		return all
	}
	const one, two = `query ($a: [_Any!]!) { a: _entities(representations: $a) { __typename } }`,
		`query ($a: [_Any!]!, $b: [_Any!]!) { a: _entities(representations: $a) { __typename } ... { b: _entities(representations: $b) { __typename } } }`
	for _, c := range []struct {
		query string
		a, b  int
		codes []string
	}{
		{one, 100, 0, nil}, {one, 101, 0, []string{"BAD_USER_INPUT"}}, {two, 50, 50, nil}, {two, 50, 51, []string{"BAD_USER_INPUT"}},
	} {
		variables := map[string]any{"a": users(c.a)}
		if c.b > 0 {
			variables["b"] = users(c.b)
		}
		s.Client.Do(t, identity.Claims{}, c.query, variables).WantCodes(t, c.codes...)
	}
}
