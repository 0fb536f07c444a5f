package execute_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

const contextLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])
`

// market has shops with a currency each, whose items have prices in that currency.
// An item is related to another one, which only the subgraph "stock" knows.
func market(shops []any) []universe.Subgraph {
	item := func(representation map[string]any) (universe.Object, error) {
		id := representation["id"].(string)
		if id == "gone" {
			return nil, nil
		}
		return universe.Object{"__typename": "Item", "id": id, "price": universe.Resolver(func(arguments map[string]any) (any, error) {
			if id == "dear" && arguments["in"] == "USD" {
				return nil, errors.New("too dear")
			}
			price := fmt.Sprintf("%s in %v", id, arguments["in"])
			if digits, given := arguments["digits"]; given {
				price += fmt.Sprintf(" to %v", digits)
			}
			return price, nil
		})}, nil
	}
	return []universe.Subgraph{{
		Name: "shops",
		SDL: contextLink + `type Query { shops: [Shop!]! }
type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String items: [Item]! shelf: Shelf }
type Shelf { item: Item }
type Item @key(fields: "id") { id: ID! price(in: String @fromContext(field: "$shop { currency }"), digits: Int): String }`,
		Query:    universe.Object{"shops": shops},
		Entities: map[string]func(map[string]any) (universe.Object, error){"Item": item},
	}, {
		Name: "stock",
		SDL:  contextLink + `type Item @key(fields: "id") { id: ID! stock: Int related: Item }`,
		Entities: map[string]func(map[string]any) (universe.Object, error){"Item": func(representation map[string]any) (universe.Object, error) {
			id := representation["id"].(string)
			return universe.Object{"__typename": "Item", "id": id, "stock": len(id), "related": universe.Object{"__typename": "Item", "id": id + "'"}}, nil
		}},
	}}
}

func shopOf(id string, currency any, items ...string) universe.Object {
	var list []any
	for _, item := range items {
		list = append(list, universe.Object{"__typename": "Item", "id": item})
	}
	return universe.Object{
		"__typename": "Shop", "id": id, "currency": currency, "items": list,
		"shelf": universe.Object{"__typename": "Shelf", "item": universe.Object{"__typename": "Item", "id": items[0]}},
	}
}

// said are all messages with their paths, and the codes of what the router says.
func said(a answer) (out []string) {
	for _, e := range a.Errors {
		code, _ := e.Extensions["code"].(string)
		out = append(out, strings.TrimSpace(fmt.Sprint(e.Path, " ", e.Message, " ", code)))
	}
	return out
}

// prices are the leaves of an answer, in its order.
func prices(value any, key string) (out []string) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			out = append(out, prices(item, key)...)
		}
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if name == key {
				out = append(out, fmt.Sprint(v[name]))
			} else {
				out = append(out, prices(v[name], key)...)
			}
		}
	}
	return out
}

func TestExecute_gives_each_object_the_value_of_its_own_giver(t *testing.T) {
	t.Parallel()
	shops := []any{
		shopOf("1", "EUR", "a", "b", "a"), shopOf("2", "USD", "a", "gone"), shopOf("3", nil, "b"), shopOf("4", "EUR", "c", "dear"), shopOf("5", "USD", "dear"),
	}
	for _, tt := range []struct {
		name, operation, key string
		want                 []string
		requests             map[string]int
		representations      map[string]int
		errors               []string
	}{
		{
			"in one request, once for each item and value", `{ shops { items { price } } }`, "price",
			[]string{"a in EUR", "b in EUR", "a in EUR", "a in USD", "<nil>", "b in <nil>", "c in EUR", "dear in EUR", "<nil>"},
			map[string]int{"shops": 2, "stock": 0},
			map[string]int{"shops": 8, "stock": 0},
			[]string{"[shops 4 items 0 price] too dear"},
		},
		{
			"though a lookup in between knows nothing of the value", `{ shops { shelf { item { related { price } } } } }`, "price",
			[]string{"a' in EUR", "a' in USD", "b' in <nil>", "c' in EUR", "dear' in USD"},
			map[string]int{"shops": 2, "stock": 1},
			map[string]int{"shops": 5, "stock": 5},
			nil,
		},
		{
			"by whatever name it is asked for", `query Prices($n: Int) { shops { shelf { item { price: price(digits: $n) two: price(digits: 2) } } } }`, "two",
			[]string{"a in EUR to 2", "a in USD to 2", "b in <nil> to 2", "c in EUR to 2", "<nil>"},
			map[string]int{"shops": 2, "stock": 0},
			nil,
			[]string{"[shops 4 shelf item price] too dear", "[shops 4 shelf item two] too dear"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := federate(t, market(shops))
			program := f.program(t, tt.operation)
			for range 2 { // the second time in used memory
				got := f.execute(t, program, `{"n":1}`)
				if diff := cmp.Diff(tt.want, prices(got.Data, tt.key)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.errors, said(got)); diff != "" {
					t.Errorf("errors (-want +got):\n%s", diff)
				}
				requests, representations, _ := f.requests()
				for name, n := range tt.requests {
					if requests[name] != n || tt.representations != nil && representations[name] != tt.representations[name] {
						t.Errorf("%s got %d requests with %d representations", name, requests[name], representations[name])
					}
				}
			}
		})
	}
}

func TestExecute_bounds_the_combinations_of_contextual_values(t *testing.T) {
	t.Parallel()
	const bound, beyond = 1024, 3
	var shops []any
	for i := range bound + beyond {
		shops = append(shops, shopOf(fmt.Sprint(i), fmt.Sprint("X", i), "a"))
	}
	f := federate(t, market(shops))
	got := f.execute(t, f.program(t, `{ shops { shelf { item { id price } } } }`), "")
	list := prices(got.Data, "price")
	for i, price := range list {
		want := fmt.Sprintf("a in X%d", i)
		if i >= bound {
			want = "<nil>"
		}
		if price != want {
			t.Fatalf("price %d of %d: %s", i, len(list), price)
		}
	}
	message := "contextual arguments have more than 1024 combinations of values here CONTEXTUAL_ARGUMENT_MISSING"
	want := []string{"[shops 1024 shelf item price] " + message, "[shops 1025 shelf item price] " + message, "[shops 1026 shelf item price] " + message}
	if diff := cmp.Diff(want, said(got)); diff != "" || len(list) != bound+beyond {
		t.Errorf("%d prices; errors (-want +got):\n%s", len(list), diff)
	}
	if requests, representations, _ := f.requests(); requests["shops"] != 2 || representations["shops"] != bound {
		t.Errorf("%d requests with %d representations", requests["shops"], representations["shops"])
	}
}

// Composition makes no supergraph with such an argument, but others may.
func TestExecute_asks_for_nothing_without_a_value_that_is_needed(t *testing.T) {
	t.Parallel()
	f := federate(t, market([]any{shopOf("1", nil, "a"), shopOf("2", "EUR", "a")}))
	needed := strings.Replace(f.text, `type: "String", selection`, `type: "String!", selection`, 1)
	var err error
	if f.supergraph, err = supergraph.Parse("needed", needed); err != nil || needed == f.text {
		t.Fatal(err, f.text)
	}
	if f.graph, err = querygraph.New(f.supergraph); err != nil {
		t.Fatal(err)
	}
	got := f.execute(t, f.program(t, `{ shops { shelf { item { id price } } items { stock } } }`), "")
	if diff := cmp.Diff([]string{"<nil>", "a in EUR"}, prices(got.Data, "price")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"1", "1"}, prices(got.Data, "stock")); diff != "" {
		t.Error(diff)
	}
	want := []string{`[shops 0 shelf item price] there is no value for the contextual argument "in", which needs one CONTEXTUAL_ARGUMENT_MISSING`}
	if diff := cmp.Diff(want, said(got)); diff != "" {
		t.Error(diff)
	}
}

func TestCompile_refuses_contexts_that_contradict_the_plan(t *testing.T) {
	t.Parallel()
	f := federate(t, market([]any{shopOf("1", nil, "a")}))
	for _, tt := range []struct {
		name, want string
		change     func(*plan.Plan, *plan.Entities)
	}{
		{"a giver without its value", "does not select", func(_ *plan.Plan, e *plan.Entities) { e.Contexts[0].Givers[0].Fields[0].Source.Key = "no" }},
		{"a text that does not declare the variable", "does not declare", func(_ *plan.Plan, e *plan.Entities) { e.Contexts[0].Variable = "other" }},
		{"a fetch that looks up other objects too", "not alone", func(p *plan.Plan, _ *plan.Entities) {
			p.Fetches[1].Entities = append(p.Fetches[1].Entities, plan.Entities{
				Key: "more", Targets: []plan.Target{{Position: 2}}, Selections: []plan.Selection{{Key: "__typename", Name: "__typename"}},
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := f.plan(t, `{ shops { shelf { item { price } } } }`)
			tt.change(p, &p.Fetches[1].Entities[0])
			if _, err := execute.Compile(p, f.supergraph); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
