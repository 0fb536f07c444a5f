package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/schema/universe"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/conformance/parcels/graph"
)

// TestAThirdSubgraph runs a subgraph that was generated as users and todos are,
// with what they do not use of Federation, behind the shipped router; a stand-in for
// users is in memory. Both are composed by the shipped program, the generated one
// from what it says of itself.
func TestAThirdSubgraph(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte("weft"), identity.MinKeyBytes/4)
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: identity.Keys{{ID: "test", Secret: secret}}})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{}}),
		Verifier: verifier, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	sdl, err := filepath.Abs("../../subgraphs/server/conformance/parcels/others/users/link.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	users := record(t, standInForUsers(t, sdl))
	dir := t.TempDir()
	config, composed, settings := filepath.Join(dir, "supergraph.yaml"), filepath.Join(dir, "supergraph.graphqls"), filepath.Join(dir, "weft.yaml")
	parcels := record(t, handler)
	for file, text := range map[string]string{
		config: fmt.Sprintf("federation_version: =2.9.0\nsubgraphs:\n"+
			"  parcels: {routing_url: %q, schema: {subgraph_url: %q}}\n  users: {routing_url: %q, schema: {file: %q}}\n",
			parcels.url+"/graphql", parcels.url+"/graphql", users.url, sdl),
		settings: fmt.Sprintf("identity: {keys: %q}\n", "test:"+base64.StdEncoding.EncodeToString(secret)),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := "WEFT_IDENTITY_KEYS=test:" + base64.StdEncoding.EncodeToString(secret)
	compose := start(t, []string{keys}, "weft", "compose", "--config", config, "-o", composed)
	if <-compose.done; compose.err != nil {
		t.Fatalf("weft compose: %v\n%s", compose.err, compose.log)
	}
	address := freeAddress(t)
	router := start(t, nil, "weft", "serve", "--supergraph", composed, "--config", settings, "--listen", address)
	router.waitFor(t, "http://"+address+"/health")
	url := "http://" + address + "/graphql"
	for _, c := range []struct {
		name, query, want string
		requests          int // to users
	}{
		{
			"a field that is provided needs no request",
			`{ parcel(id: "p1") { number carrier { code name } recipient { id timeZone } note } }`,
			`{"parcel":{"number":1,"carrier":{"code":"POST","name":"Post"},"recipient":{"id":"usr_1","timeZone":"Europe/Berlin"},"note":"fragile"}}`, 0,
		},
		{
			"a field that was taken over comes from its new place",
			`{ user(id: "usr_2") { displayName parcels { id carrier { code } } } }`,
			`{"user":{"displayName":"To usr_2","parcels":[{"id":"p2","carrier":{"code":"COURIER"}}]}}`, 1,
		},
		{
			"a field that requires another's",
			`{ user(id: "usr_1") { timeZone deliveryHours } }`,
			`{"user":{"timeZone":"Asia/Tokyo","deliveryHours":"9 to 17 in Asia/Tokyo"}}`, 1,
		},
		{
			"a required field of a user who was found here",
			`{ parcel(id: "p2") { recipient { deliveryHours displayName } } }`,
			`{"parcel":{"recipient":{"deliveryHours":"9 to 17 in Europe/Berlin","displayName":"To usr_2"}}}`, 0,
		},
		{"nothing there", `{ parcel(id: "p9") { id } user(id: "usr_9") { deliveryHours } }`, `{"parcel":null,"user":null}`, 1},
	} {
		users.take()
		var want any
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, ask(t, url, "", c.query, nil)); diff != "" {
			t.Errorf("%s: data (-want +got):\n%s", c.name, diff)
		}
		if got := len(users.take()); got != c.requests {
			t.Errorf("%s: %d requests to users, want %d", c.name, got, c.requests)
		}
	}
	for _, hidden := range []string{`{ parcel(id: "p1") { weight } }`, `{ __type(name: "Depot") { name } parcel(id: "p1") { ... on Depot { place { city } } } }`} {
		if response := post(t, url, "", hidden, nil); len(response.Errors) == 0 || response.Data != nil {
			t.Errorf("%s shows what is inaccessible: %+v", hidden, response)
		}
	}
}

// standInForUsers knows three users, all in Tokyo.
func standInForUsers(t *testing.T, sdl string) *universe.Handler {
	t.Helper()
	text, err := os.ReadFile(sdl)
	if err != nil {
		t.Fatal(err)
	}
	user := func(key any) (universe.Object, error) {
		switch key {
		case "usr_1", "usr_2", "usr_3":
			return universe.Object{"id": key, "displayName": "nobody asks", "timeZone": "Asia/Tokyo"}, nil
		}
		return nil, nil
	}
	handler, err := universe.New(universe.Subgraph{
		Name: "users", SDL: string(text),
		Query: universe.Object{"user": universe.Resolver(func(args map[string]any) (any, error) {
			if found, _ := user(args["id"]); found != nil {
				return found, nil
			}
			return nil, nil
		})},
		Entities: map[string]func(map[string]any) (universe.Object, error){"User": func(r map[string]any) (universe.Object, error) { return user(r["id"]) }},
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}
