package graph_test

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/conformance"
	"github.com/weftql/weft/subgraphs/server/conformance/parcels/graph"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

func newClient(t *testing.T) *servertest.Client {
	t.Helper()
	handler, err := server.New(server.Config{
		Schema:   graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{}}),
		Verifier: servertest.Verifier(t), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return servertest.NewClient(t, handler)
}

func conforming(t *testing.T) conformance.Subgraph {
	t.Helper()
	s := conformance.Subgraph{
		Name: "parcels", Client: newClient(t), Schema: "../schema", Others: "../others",
		Entities: map[string][]conformance.Row{},
	}
	add := func(name string, fields map[string]any, keys ...map[string]any) {
		s.Entities[name] = append(s.Entities[name], conformance.Row{Keys: keys, Fields: fields})
	}
	carrier := func(code string) map[string]any { return map[string]any{"code": code} }
	for id, number := range map[string]int{"p1": 1, "p2": 1, "p3": 3} {
		code := map[string]string{"p1": "POST", "p2": "COURIER", "p3": "OWN"}[id]
		recipient := map[string]string{"p1": "usr_1", "p2": "usr_2", "p3": "usr_1"}[id]
		add("Parcel", map[string]any{
			"id": id, "number": number, "carrier": carrier(code),
			"recipient": map[string]any{"id": recipient, "timeZone": "Europe/Berlin"},
		}, map[string]any{"id": id}, map[string]any{"number": number, "carrier": carrier(code)})
	}
	add("Carrier", map[string]any{"code": "POST", "name": "Post"}, carrier("POST"))
	add("Carrier", map[string]any{"code": "COURIER", "name": "Courier"}, carrier("COURIER"))
	s.Entities["Carrier"] = append(s.Entities["Carrier"], conformance.Row{Keys: []map[string]any{carrier("OWN")}, Error: "nobody asks for it"})
	place := map[string]any{"city": "Ulm", "street": "1 Main St"}
	add("Depot", map[string]any{"place": place}, map[string]any{"place": place})
	for _, user := range []string{"usr_1", "usr_2"} {
		add("User", map[string]any{"id": user, "displayName": "To " + user, "deliveryHours": "9 to 17 in Asia/Tokyo"}, map[string]any{"id": user})
	}
	return s
}

func TestEntitiesAreAsInTheCases(t *testing.T) {
	t.Parallel()
	conformance.Golden(t, conforming(t))
}

func TestEntitiesAreAsApolloAnswers(t *testing.T) {
	t.Parallel()
	conformance.Apollo(t, conforming(t))
}

// TestItComposes composes what the running subgraph says of itself with users.
func TestItComposes(t *testing.T) {
	t.Parallel()
	var data struct {
		Service struct{ SDL string } `json:"_service"`
	}
	newClient(t).Do(t, identity.Claims{}, `{ _service { sdl } }`, nil).Decode(t, &data)
	all := []federation.Subgraph{{Name: "parcels", Sources: []federation.Source{{Name: "sdl", Text: data.Service.SDL}}}}
	users, err := os.ReadFile("../others/users/link.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, federation.Subgraph{Name: "users", Sources: []federation.Source{{Name: "users", Text: string(users)}}})
	result, err := composition.Compose(t.Context(), all, composition.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]string{
		"two keys, one of several fields":  `@join__type(graph: PARCELS, key: "number carrier { code }") @join__type(graph: PARCELS, key: "id")`,
		"an overridden field":              `displayName: String! @join__field(graph: PARCELS, override: "users")`,
		"a provided field":                 `@join__field(graph: PARCELS, provides: "timeZone")`,
		"a field that requires another's":  `@join__field(graph: PARCELS, requires: "timeZone")`,
		"what the other knows of required": `@join__field(graph: PARCELS, external: true)`,
		"a tag of a field":                 `note: String @tag(name: "internal")`,
	} {
		if !strings.Contains(strings.Join(strings.Fields(result.Supergraph), " "), want) {
			t.Errorf("%s: the supergraph has no %s", what, want)
		}
	}
	t.Run("clients do not see what is inaccessible", func(t *testing.T) {
		parsed, err := supergraph.Parse("supergraph", result.Supergraph)
		if err != nil {
			t.Fatal(err)
		}
		api := parsed.API
		var seen []string
		for _, field := range api.Types["Parcel"].Fields {
			seen = append(seen, field.Name)
		}
		for _, value := range api.Types["CarrierCode"].EnumValues {
			seen = append(seen, value.Name)
		}
		if diff := cmp.Diff([]string{"id", "number", "carrier", "recipient", "note", "POST", "COURIER"}, seen); diff != "" {
			t.Errorf("fields and values (-want +got):\n%s", diff)
		}
		for _, hidden := range []string{"Depot", "Place"} {
			if api.Types[hidden] != nil {
				t.Errorf("clients see %s", hidden)
			}
		}
	})
}
