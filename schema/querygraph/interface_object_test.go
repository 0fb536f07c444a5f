package querygraph_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// media is a supergraph whose subgraph C has the types of Media, and A and B have
// it as an interface object: A by the key n, which only B can translate.
const media = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") C @join__graph(name: "c", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { best: Media @join__field(graph: A) }
interface Media
  @join__type(graph: A, key: "n", isInterfaceObject: true)
  @join__type(graph: B, key: "n", isInterfaceObject: true)
  @join__type(graph: B, key: "id", isInterfaceObject: true)
  @join__type(graph: C, key: "id") {
  id: ID! @join__field(graph: B) @join__field(graph: C)
  n: Int @join__field(graph: A) @join__field(graph: B)
  place: Int @join__field(graph: A)
}
type Book implements Media @join__implements(graph: C, interface: "Media") @join__type(graph: C, key: "id") { id: ID! n: Int @join__field place: Int @join__field pages: Int }
type Film implements Media @join__implements(graph: C, interface: "Media") @join__type(graph: C, key: "id") { id: ID! n: Int @join__field place: Int @join__field }
`

func mediaGraph(t *testing.T, sdl string) *querygraph.Graph {
	t.Helper()
	s, err := supergraph.Parse("media", sdl)
	if err != nil {
		t.Fatal(err)
	}
	g, err := querygraph.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestInterfaceObjectsStandForTheImplementations(t *testing.T) {
	t.Parallel()
	g := mediaGraph(t, media)
	typ, _ := g.Type("Media")
	book, _ := g.Type("Book")
	want := []querygraph.StandIn{{Type: typ, Graph: 0}, {Type: typ, Graph: 1}}
	if diff := cmp.Diff(want, g.Types[book].StandIns); diff != "" {
		t.Error(diff)
	}
	at := querygraph.Residency{Type: typ, Graph: 0}
	if !g.Opaque(at) || g.Opaque(querygraph.Residency{Type: typ, Graph: 2}) {
		t.Error("Media is an interface object in a, and none in c")
	}
	place, _ := g.Field(book, "place")
	mediaPlace, _ := g.Field(typ, "place")
	if got, ok := g.FieldAt(at, place); !ok || got != mediaPlace {
		t.Errorf("Book.place is %d in a: %t, want %d", got, ok, mediaPlace)
	}
	pages, _ := g.Field(book, "pages")
	if _, ok := g.FieldAt(at, pages); ok {
		t.Error("a has no Book.pages")
	}
	if g.Resolves(0, typ, querygraph.Typename, nil) {
		t.Error("a tells the name of a type that it does not know")
	}
	if in := g.Types[typ].In(0); !slices.Equal(in.Possible, g.Types[typ].Possible) {
		t.Errorf("Media can be %v in a, want %v", in.Possible, g.Types[typ].Possible)
	}
}

func TestReachThroughInterfaceObjects(t *testing.T) {
	t.Parallel()
	g := mediaGraph(t, media)
	reach := querygraph.NewReach(g)
	typ, _ := g.Type("Media")
	book, _ := g.Type("Book")
	places := func(from querygraph.Residency) (out []querygraph.Residency) {
		for _, id := range reach.Moves(reach.ID(from)) {
			out = append(out, reach.At(id))
		}
		return out
	}
	opaque := querygraph.Residency{Type: typ, Graph: 0}
	want := []querygraph.Residency{opaque, {Type: typ, Graph: 1}, {Type: typ, Graph: 2}}
	if diff := cmp.Diff(want, places(opaque)); diff != "" {
		t.Errorf("from a, whose type nobody knows (want - got +):\n%s", diff)
	}
	known := querygraph.Residency{Type: book, Graph: 2}
	want = []querygraph.Residency{known, {Type: typ, Graph: 1}, {Type: typ, Graph: 0}}
	if diff := cmp.Diff(want, places(known)); diff != "" {
		t.Errorf("from the book in c (want - got +):\n%s", diff)
	}
	n, _ := g.Field(book, "n")
	if !reach.Has(reach.ID(known), n) {
		t.Error("the book's n is not found by way of b")
	}
}
