package querygraph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

const head = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") C @join__graph(name: "c", url: "") }
`

func build(t *testing.T, sdl string) *querygraph.Graph {
	t.Helper()
	s, err := supergraph.Parse("s", head+sdl)
	if err != nil {
		t.Fatal(err)
	}
	g, err := querygraph.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

const chain = `
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { t: T @join__field(graph: A, provides: "far") m: M @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: B, key: "o { k }") @join__type(graph: C, key: "o { k }") {
  id: ID! @join__field(graph: A) @join__field(graph: B)
  o: O @join__field(graph: B) @join__field(graph: C)
  far: Int @join__field(graph: A, external: true) @join__field(graph: C)
  sum: Int @join__field(graph: B, requires: "far")
  self: Int @join__field(graph: A, requires: "self") 
}
type O @join__type(graph: B) @join__type(graph: C) { k: ID! }
interface M @join__type(graph: A) @join__type(graph: B) { x: Int }
type X implements M @join__type(graph: A) @join__implements(graph: A, interface: "M") { x: Int }
type Y implements M @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "M") @join__implements(graph: B, interface: "M") { x: Int }
`

func names(g *querygraph.Graph, types []querygraph.TypeID) string {
	var out []string
	for _, t := range types {
		out = append(out, g.Types[t].Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestPossibleTypesAreThoseOfEachSubgraph(t *testing.T) {
	t.Parallel()
	g := build(t, chain)
	m, _ := g.Type("M")
	for graph, want := range []string{"X Y", "Y", ""} {
		if got := names(g, g.Types[m].In(graph).Possible); got != want {
			t.Errorf("subgraph %d: got %q, want %q", graph, got, want)
		}
	}
	if got := names(g, g.Types[m].Possible); got != "X Y" {
		t.Errorf("all: got %q", got)
	}
}

func TestResolves(t *testing.T) {
	t.Parallel()
	g := build(t, chain)
	typ, _ := g.Type("T")
	query, _ := g.Type("Query")
	field, _ := g.Field(query, "t")
	far, _ := g.Field(typ, "far")
	if g.Resolves(0, typ, far, nil) {
		t.Error("an external field is resolved though nothing provides it")
	}
	if !g.Resolves(0, typ, far, g.Below(0, query, field, nil)) {
		t.Error("a provided field is not resolved")
	}
	if !g.Resolves(2, typ, far, nil) {
		t.Error("the owner does not resolve its field")
	}
}

func TestReach(t *testing.T) {
	t.Parallel()
	g := build(t, chain)
	typ, _ := g.Type("T")
	for _, tt := range []struct {
		name  string
		graph int
		want  string
	}{
		{"by a chain of keys", 0, "[true true true] far id o sum"},
		{"backwards by a nested key", 2, "[true true true] far id o sum"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := querygraph.NewReach(g)
			from := r.ID(querygraph.Residency{Type: typ, Graph: tt.graph})
			graphs := make([]bool, len(g.Supergraph.Subgraphs))
			for _, id := range r.Moves(from) {
				graphs[r.At(id).Graph] = true
			}
			got := fmt.Sprint(graphs)
			for _, name := range []string{"far", "id", "o", "self", "sum"} {
				if f, _ := g.Field(typ, name); r.Has(from, f) {
					got += " " + name
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReachEndsWhereKeysAreUnresolvable(t *testing.T) {
	t.Parallel()
	g := build(t, `
type Query @join__type(graph: A) { t: T }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false) { id: ID! @join__field(graph: A) @join__field(graph: B) b: Int @join__field(graph: B) }`)
	typ, _ := g.Type("T")
	r := querygraph.NewReach(g)
	from := r.ID(querygraph.Residency{Type: typ, Graph: 0})
	if b, _ := g.Field(typ, "b"); r.Has(from, b) || len(r.Moves(from)) > 1 {
		t.Error("an unresolvable key was used")
	}
}

func TestReachEndsWithKeysThatNeedEachOther(t *testing.T) {
	t.Parallel()
	g := build(t, `
type Query @join__type(graph: A) { t: T }
type T @join__type(graph: A) @join__type(graph: B, key: "u { k }") { u: U @join__field(graph: A) @join__field(graph: B) n: Int @join__field(graph: B) }
type U @join__type(graph: A) @join__type(graph: B, key: "t { n }") { t: T @join__field(graph: A) @join__field(graph: B) k: Int @join__field(graph: B) }`)
	typ, _ := g.Type("T")
	r := querygraph.NewReach(g)
	from := r.ID(querygraph.Residency{Type: typ, Graph: 0})
	if n, _ := g.Field(typ, "n"); r.Has(from, n) {
		t.Error("keys that need each other were satisfied")
	}
}

// TestReachFieldByField says for each field of T what can be had from a place in
// subgraph a.
func TestReachFieldByField(t *testing.T) {
	t.Parallel()
	const query = `
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { t: T @join__field(graph: A) q: Int @join__field(graph: B) `
	const provided = `p: T @join__field(graph: A, provides: "x") `
	for _, tt := range []struct{ name, sdl, field, want string }{
		{"a key that is external where one is", `}
type T @join__type(graph: A) @join__type(graph: B, key: "x") { x: Int @join__field(graph: A, external: true) @join__field(graph: B) y: Int @join__field(graph: B) }`, "t", ""},
		{"a key that is provided", provided + `}
type T @join__type(graph: A) @join__type(graph: B, key: "x") { x: Int @join__field(graph: A, external: true) @join__field(graph: B) y: Int @join__field(graph: B) }`, "p", "x y"},
		{"inputs that need each other", `}
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! x: Int @join__field(graph: A, requires: "y") @join__field(graph: B, external: true) y: Int @join__field(graph: B, requires: "x") @join__field(graph: A, external: true) }`, "t", "id"},
		{"inputs there and back and there again", `}
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! x: Int @join__field(graph: A, requires: "y") @join__field(graph: B, external: true) y: Int @join__field(graph: B, requires: "z") @join__field(graph: A, external: true) z: Int @join__field(graph: A) @join__field(graph: B, external: true) }`, "t", "id x y z"},
		{"no resolvable key to come back with inputs", `}
type T @join__type(graph: A, key: "id", resolvable: false) @join__type(graph: B, key: "id") { id: ID! x: Int @join__field(graph: A, requires: "y") y: Int @join__field(graph: B) @join__field(graph: A, external: true) }`, "t", "id y"},
		{"parts of a key in different subgraphs", `}
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "o { x y }") { id: ID! @join__field(graph: A) @join__field(graph: B) o: O z: Int @join__field(graph: C) }
type O @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { x: Int @join__field(graph: A) @join__field(graph: C) y: Int @join__field(graph: B) @join__field(graph: C) }`, "t", "id o z"},
		{"a key through an abstract type, one object type of which lacks it", `}
type T @join__type(graph: A) @join__type(graph: B, key: "i { x }") { i: I z: Int @join__field(graph: B) }
interface I @join__type(graph: A) @join__type(graph: B) { x: Int }
type O implements I @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "I") @join__implements(graph: B, interface: "I") { x: Int }
type P implements I @join__type(graph: A) @join__type(graph: C) @join__implements(graph: A, interface: "I") { x: Int @join__field(graph: A, external: true) @join__field(graph: C) }`, "t", "i"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := build(t, query+tt.sdl)
			root, _ := g.Type("Query")
			field, _ := g.Field(root, tt.field)
			r := querygraph.NewReach(g)
			from := r.ID(g.Child(querygraph.Residency{Type: root}, field))
			typ, _ := g.Type("T")
			var got []string
			for _, f := range g.Types[typ].Fields {
				if r.Has(from, f) {
					got = append(got, g.Fields[f].Definition.Name)
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReachMovesBetweenRootsWithoutKeys(t *testing.T) {
	t.Parallel()
	g := build(t, chain)
	root, _ := g.Type("Query")
	r := querygraph.NewReach(g)
	if got := len(r.Moves(r.ID(querygraph.Residency{Type: root, Graph: 1}))); got != 3 {
		t.Errorf("got %d places of the query type, want 3", got)
	}
}

func TestNewNamesTheFieldSetThatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, key, want string }{
		{"unknown field", "nope", `s:4:9: key of T in subgraph "a": type "T" has no field "nope"`},
		{"parts of a leaf", "id { x }", `s:4:9: key of T in subgraph "a": field "id" of type "T" has no parts`},
		{"an object without parts", "o", `s:4:9: key of T in subgraph "a": field "T.o" needs a selection of its parts`},
		{"unknown type", "... on Nope { id }", `s:4:9: key of T in subgraph "a": the type "Nope" does not exist`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := supergraph.Parse("s", head+"type Query @join__type(graph: A) { t: T }\ntype T @join__type(graph: A, key: \""+tt.key+"\") { id: ID! o: T }")
			if err != nil {
				t.Fatal(err)
			}
			_, err = querygraph.New(s)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
