package verify_test

import (
	"testing"

	"github.com/weftql/weft/router/internal/plan"
)

// standing are a subgraph with an interface and one that has it as an interface
// object.
var standing = map[string]string{
	"a": head + `type Query { things: [Thing] one: A }
		interface Thing @key(fields: "id") { id: ID! name: String }
		type A implements Thing @key(fields: "id") { id: ID! name: String x: Int }
		type B implements Thing @key(fields: "id") { id: ID! name: String }`,
	"b": head + `
		type Query { stands: [Thing] }
		type Thing @interfaceObject @key(fields: "id") { id: ID! name: String @external size: Int score: Int @requires(fields: "name") }`,
}

// A right plan with interface objects passes; with one thing changed it does not.
func TestVerifierKnowsInterfaceObjects(t *testing.T) {
	t.Parallel()
	const (
		typed = `{ stands { size ... on A { x } } }`
		known = `{ one { size } }`
	)
	sent := func(p *plan.Plan) *plan.Representation {
		return &p.Fetches[1].Entities[0].Targets[0].Representations[0]
	}
	for _, tt := range []struct {
		name, text string
		change     func(*plan.Plan)
		want       string
	}{
		{"a type's fragment where there is no such type", `{ stands { size } }`, replaceText(0, "size", "...on A{size}"), `not valid for subgraph "b"`},
		{"no type", typed, func(p *plan.Plan) { p.Positions[1].Typename.Fetch = plan.NoFetch }, "nothing tells the type"},
		{"the type from an interface object", typed, func(p *plan.Plan) {
			replaceText(0, "{stands{", "{stands{__typename ")(p)
			stands := &p.Fetches[0].Selections[0]
			stands.Selections = append([]plan.Selection{{Key: "__typename", Name: "__typename", Type: p.Fetches[1].Entities[0].Selections[0].Type}}, stands.Selections...)
			p.Positions[1].Typename.Fetch = 0
		}, "nothing tells the type"},
		{"objects of unknown types sent by a type", typed, func(p *plan.Plan) { sent(p).Types = []string{"A"} }, "reads the objects' type from fetch 1 without depending on it"},
		{"a type that the subgraph does not have", known, func(p *plan.Plan) { sent(p).Typename = "A" }, `sends A at "one" as "A"`},
		{"a field that requires another one", known, func(p *plan.Plan) {
			replaceText(1, "size", "score")(p)
			p.Fetches[1].Entities[0].Selections[0].Key, p.Fetches[1].Entities[0].Selections[0].Name = "score", "score"
		}, "without sending A.name"},
		{"an external field of an interface object", known, replaceText(1, "size", "size name"), `asks for "name"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			finds(t, standing, tt.text, tt.change, tt.want)
		})
	}
}
