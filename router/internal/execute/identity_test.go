package execute_test

import (
	"testing"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/plan"
)

const itemSDL = `
type Query { items: [Item] }
type Item { id: ID! price: Int tags: [String] fee: Int tax: Int }
`

// items looks each item up by its id for a price, and by its id and price for a
// fee; for a tax, by what has no key of its own: its tags.
func items() *plan.Plan {
	price := plan.RepresentationField{Name: "price", Type: typeOf("Int!"), Source: at(1, "price"), Position: plan.NoPosition}
	tags := plan.RepresentationField{Name: "tags", Type: typeOf("[String]"), Source: at(1, "tags"), Position: plan.NoPosition}
	constant := plan.RepresentationField{Name: "__typename", Source: nowhere, Position: plan.NoPosition}
	by := func(typename string, fields ...plan.RepresentationField) []plan.Target {
		return []plan.Target{{Position: 1, Representations: []plan.Representation{{Typename: typename, Fields: fields}}}}
	}
	return &plan.Plan{
		Fetches: []*plan.Fetch{
			{Text: "{items{id}}", Selections: []plan.Selection{object("items", "[Item]", []int{1}, leaf("id", "ID!"))}},
			{Kind: plan.EntityFetch, Subgraph: 1, DependsOn: []int{0}, Text: "a", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Targets: by("Item", key("id", 0)), Selections: []plan.Selection{leaf("price", "Int"), leaf("tags", "[String]")},
			}}},
			{Kind: plan.EntityFetch, Subgraph: 0, DependsOn: []int{0, 1}, Text: "b", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Targets: by("Item", key("id", 0), price), Selections: []plan.Selection{leaf("fee", "Int")},
			}}},
			{Kind: plan.EntityFetch, Subgraph: 0, DependsOn: []int{0, 1}, Text: "c", Entities: []plan.Entities{{
				Key: "_entities", Variable: "r", Targets: by("Item", constant, tags), Selections: []plan.Selection{leaf("tax", "Int")},
			}}},
		},
		Positions: []*plan.Position{
			{Type: "Query", Sources: []int{0}, Fields: []plan.Field{shows("items", "[Item]", 0, 1)}},
			{Type: "Item", Sources: []int{0}, Fields: []plan.Field{
				shows("id", "ID!", 0, plan.NoPosition), shows("fee", "Int", 2, plan.NoPosition), shows("tax", "Int", 3, plan.NoPosition),
			}},
		},
	}
}

// Representations are told apart by a key alone, or by the entity that was found
// by it; objects without one are not sent.
func TestExecute_sends_what_differs_once(t *testing.T) {
	t.Parallel()
	program := compile(t, items(), graphOf(t, itemSDL, "", "a", "b"))
	for range 2 {
		f := &fake{answers: map[int]string{
			0: `{"data":{"items":[{"id":"1"},{"id":"1"},null,{"id":"2"},{"id":3},{"id":"4"},{"id":"3"},{"id":"1"},{"id":"5"},{"id":"4"}]}}`,
			1: `{"data":{"_entities":[{"price":10,"tags":["x"]},{"price":20,"tags":["y",null]},{"price":null,"tags":null},{"price":10,"tags":["x"]},null,{"price":50,"tags":["y",null]}]}}`,
			2: `{"data":{"_entities":[{"fee":1},{"fee":2},{"fee":4},{"fee":5}]}}`,
			3: `{"data":{"_entities":[{"tax":100},{"tax":200},{"tax":300}]}}`,
		}}
		want := `{"data":{"items":[{"id":"1","fee":1,"tax":100},{"id":"1","fee":1,"tax":100},null,{"id":"2","fee":2,"tax":200},` +
			`{"id":"3","fee":null,"tax":300},{"id":"4","fee":4,"tax":100},{"id":"3","fee":null,"tax":null},{"id":"1","fee":1,"tax":100},` +
			`{"id":"5","fee":5,"tax":200},{"id":"4","fee":4,"tax":100}]}}`
		check(t, program, f, execute.Input{}, want, map[int]string{
			0: `{"query":"{items{id}}"}`,
			1: `{"query":"a","variables":{"r":[{"__typename":"Item","id":"1"},{"__typename":"Item","id":"2"},{"__typename":"Item","id":3},` +
				`{"__typename":"Item","id":"4"},{"__typename":"Item","id":"3"},{"__typename":"Item","id":"5"}]}}`,
			2: `{"query":"b","variables":{"r":[{"__typename":"Item","id":"1","price":10},{"__typename":"Item","id":"2","price":20},` +
				`{"__typename":"Item","id":"4","price":10},{"__typename":"Item","id":"5","price":50}]}}`,
			3: `{"query":"c","variables":{"r":[{"__typename":"Item","__typename":"Item","tags":["x"]},{"__typename":"Item","__typename":"Item","tags":["y",null]},` +
				`{"__typename":"Item","__typename":"Item","tags":null}]}}`,
		})
	}
}

// A lookup that failed tells no representations: the next one is not made.
func TestExecute_inherits_nothing_from_what_failed(t *testing.T) {
	t.Parallel()
	program := compile(t, items(), graphOf(t, itemSDL, "", "a", "b"))
	f := &fake{answers: map[int]string{
		0: `{"data":{"items":[{"id":"1"},{"id":"2"},{"id":"1"}]}}`,
		1: `{"data":{"_entities":[{"price":10}]}}`,
	}}
	body, sent := run(t, program, f, execute.Input{})
	if _, made := sent[2]; made {
		t.Errorf("sent %q, got %s", sent[2], body)
	}
}
