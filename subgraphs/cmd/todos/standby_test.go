package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	sharedpostgres "github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// TestStandby has a standby that does not get on: its answers are old, and who
// wrote reads what was written all the same.
func TestStandby(t *testing.T) {
	t.Parallel()
	primary := postgrestest.NewServer(t)
	url := primary.Database(t, "todos", migrate)
	standby := primary.Standby(t)
	standby.CatchUp(t, primary)
	standby.Pause(t)
	now := time.Now()
	client := newService(t, url, func(c *sharedpostgres.ReplicatedConfig) { c.ReplicaURL = standby.URL(t, "todos") },
		func(c *server.Config) { c.Now = func() time.Time { return now } }).Client
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
