package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
	"github.com/weftql/weft/subgraphs/todos/graph"
	"github.com/weftql/weft/subgraphs/todos/postgres"
)

// TestStandby has a standby that does not get on: its answers are old, and who
// wrote reads what was written all the same.
func TestStandby(t *testing.T) {
	t.Parallel()
	primary := postgrestest.NewServer(t)
	url := primary.Database(t, "todos", func(ctx context.Context, url string) error {
		return postgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	})
	standby := primary.Standby(t)
	standby.CatchUp(t, primary)
	standby.Pause(t)
	now := time.Now()
	client := servertest.NewClient(t, replicatedHandler(t, url, standby.URL(t, "todos"), func() time.Time { return now }))
	ada := identity.Claims{Subject: id.Format(id.User, id.New())}
	bob := identity.Claims{Subject: id.Format(id.User, id.New())}

	list := createList(t, client, ada)
	sees := func(caller identity.Claims, want string) {
		t.Helper()
		response := client.Do(t, caller, `query ($id: ID!) { todoList(id: $id) { name } }`, map[string]any{"id": list})
		response.WantCodes(t)
		response.WantData(t, want)
	}
	const seen, unseen = `{"todoList":{"name":"Journey"}}`, `{"todoList":null}`
	sees(ada, seen)
	// As the router asks for entities, and through the dataloaders.
	response := client.Do(t, ada, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { todoLists { edges { node { name } } } } } }`,
		map[string]any{"r": []any{map[string]any{"__typename": "User", "id": ada.Subject}}})
	response.WantData(t, `{"_entities":[{"todoLists":{"edges":[{"node":{"name":"Journey"}}]}}]}`)

	now = now.Add(5 * time.Second)
	sees(ada, unseen) // the standby answers
	createList(t, client, bob)
	sees(ada, unseen) // somebody else's write does not count
	createList(t, client, ada)
	sees(ada, seen)
	now = now.Add(5 * time.Second)
	standby.Resume(t, primary)
	sees(ada, seen)
	standby.Stop(t)
	sees(ada, seen)
}

// replicatedHandler serves todos from a database and its standby.
func replicatedHandler(t *testing.T, url, standby string, now func() time.Time) *server.Handler {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	db, err := sharedpostgres.OpenReplicated(t.Context(), sharedpostgres.ReplicatedConfig{
		Primary: sharedpostgres.Config{URL: url, Name: "test"}, ReplicaURL: standby, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	cursors, err := page.NewCodec(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	service, err := postgres.New(postgres.Deps{Pool: db, Cursors: cursors})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{Service: service}}),
		Verifier: servertest.Verifier(t), Logger: logger, Now: now, Reads: db.Reads,
		Prepare: func(ctx context.Context) context.Context { return graph.WithLoaders(ctx, service) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// createList returns the id of a new list.
func createList(t *testing.T, client *servertest.Client, caller identity.Claims) string {
	t.Helper()
	response := client.Do(t, caller, `mutation { createTodoList(input: {name: "Journey"}) { list { id } errors { code } } }`, nil)
	var created struct {
		CreateTodoList struct {
			List   struct{ ID string }
			Errors []json.RawMessage
		}
	}
	response.Decode(t, &created)
	if created.CreateTodoList.List.ID == "" {
		t.Fatalf("%+v", response)
	}
	return created.CreateTodoList.List.ID
}
