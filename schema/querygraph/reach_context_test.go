package querygraph_test

import (
	"testing"

	"github.com/weftql/weft/schema/querygraph"
)

const contexts = `
extend schema @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
directive @context(name: String!) repeatable on OBJECT
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { t: T @join__field(graph: A) s: S @join__field(graph: A) u: U @join__field(graph: A) }
type T @join__type(graph: A) @context(name: "a__c") { x: Int s: S u: U }
type S @join__type(graph: A) @join__type(graph: B) @context(name: "a__c") { x: Int @join__field(graph: A, external: true) @join__field(graph: B) t: T @join__field(graph: A) u: U @join__field(graph: A) }
type U @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  f: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "arg", type: "Int", selection: " { x }"}]) @join__field(graph: B, external: true)
  r: Int @join__field(graph: B, requires: "f")
}
`

// TestContextsAreOfTheNearestObject follows fields from the query type and asks
// whether a field with a contextual argument can be had at the end.
func TestContextsAreOfTheNearestObject(t *testing.T) {
	t.Parallel()
	g := build(t, contexts)
	for _, tt := range []struct {
		name string
		path []string
		want bool
	}{
		{"nothing sets it", []string{"u"}, false},
		{"the object above", []string{"t", "u"}, true},
		{"the value cannot be had", []string{"s", "u"}, false},
		{"the nearest counts: with the value", []string{"s", "t", "u"}, true},
		{"the nearest counts: without the value", []string{"t", "s", "u"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := querygraph.NewReach(g)
			query, _ := g.Type("Query")
			at := r.ID(querygraph.Residency{Type: query})
			for _, name := range tt.path {
				f, _ := g.Field(r.At(at).Type, name)
				at = r.Child(at, f, at)
			}
			f, _ := g.Field(r.At(at).Type, "f")
			if got := r.Has(at, f); got != tt.want {
				t.Errorf("f: got %v", got)
			}
			lacks := "arg"
			if tt.want {
				lacks = ""
			}
			if got := r.Lacks(at, f); got != lacks {
				t.Errorf("lacks %q", got)
			}
			if required, _ := g.Field(r.At(at).Type, "r"); r.Has(at, required) {
				t.Error("a condition knows what is above its object")
			}
		})
	}
}

func TestAPlaceThatIsGivenMoreCoversOneThatIsGivenLess(t *testing.T) {
	t.Parallel()
	g := build(t, contexts)
	r := querygraph.NewReach(g)
	u, _ := g.Type("U")
	less, more := r.ID(querygraph.Residency{Type: u}), r.ID(querygraph.Residency{Type: u, Given: []querygraph.ContextID{0}})
	elsewhere := r.ID(querygraph.Residency{Type: u, Graph: 1, Given: []querygraph.ContextID{0}})
	if !r.Covers(more, less) || !r.Covers(less, less) || r.Covers(less, more) || r.Covers(elsewhere, less) {
		t.Error("wrong")
	}
}
