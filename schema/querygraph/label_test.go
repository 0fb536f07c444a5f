package querygraph_test

import (
	"strings"
	"testing"

	"github.com/weftql/weft/schema/querygraph"
)

const moving = `
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) { t: T @join__field(graph: A) v: V @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "code") {
  id: ID! @join__field(graph: A) @join__field(graph: B)
  code: ID! @join__field(graph: A, overrideLabel: "codes") @join__field(graph: B, override: "a", overrideLabel: "codes") @join__field(graph: C, external: true)
  x: Int @join__field(graph: A, overrideLabel: "percent(5)") @join__field(graph: B, override: "a", overrideLabel: "percent(5)")
  sum: Int @join__field(graph: A, external: true) @join__field(graph: B, requires: "x")
  total: Int @join__field(graph: B, requires: "sum")
  far: Int @join__field(graph: C)
}
type V @join__type(graph: A) { a: Int b: Int t: T }
`

func marked(g *querygraph.Graph, set querygraph.LabelSet) string {
	var out []string
	for i, label := range g.Labels() {
		if set.Has(i) {
			out = append(out, label)
		}
	}
	return strings.Join(out, " ")
}

func TestLabelsAreThoseThatAFieldMeets(t *testing.T) {
	t.Parallel()
	g := build(t, moving)
	if got := strings.Join(g.Labels(), " "); got != "codes percent(5)" {
		t.Fatalf("got %q", got)
	}
	typ, _ := g.Type("T")
	value, _ := g.Type("V")
	for name, want := range map[string]string{
		"__typename": "", "id": "", "code": "codes", "far": "", "x": "percent(5)",
		"sum": "codes percent(5)", "total": "codes percent(5)", // of objects that are looked up on the way
	} {
		id, _ := g.Field(typ, name)
		if got := marked(g, g.FieldLabels(id)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := marked(g, g.TypeLabels(typ)); got != "codes" {
		t.Errorf("keys: got %q", got)
	}
	if got := marked(g, g.TypeLabels(value)); got != "" {
		t.Errorf("a type without keys: got %q", got)
	}
}

func TestTheLastLabelsAreKept(t *testing.T) {
	t.Parallel()
	g := build(t, moving)
	first := g.WithLabels([]string{"codes"})
	if again := g.WithLabels([]string{"nobody's", "codes"}); again != first {
		t.Error("the same labels make another graph")
	}
	if other := g.WithLabels(nil); other == first || other == g {
		t.Error("other labels make the same graph")
	} else if g.WithLabels([]string{"codes"}) != other.WithLabels([]string{"codes"}) {
		t.Error("a graph for other labels is not made of the whole one")
	}
}

func TestLabelsDecideWhoResolves(t *testing.T) {
	t.Parallel()
	whole := build(t, moving)
	typ, _ := whole.Type("T")
	x, _ := whole.Field(typ, "x")
	code, _ := whole.Field(typ, "code")
	for _, tt := range []struct {
		set              []string
		x, code, unmoved int
	}{
		{nil, 0, 0, 1},
		{[]string{"percent(5)", "nobody's"}, 1, 0, 1},
		{[]string{"codes"}, 0, 1, 1},
		{[]string{"codes", "percent(5)"}, 1, 1, 1},
	} {
		g := whole.WithLabels(tt.set)
		for graph := range 2 {
			if got := g.Resolves(graph, typ, x, nil); got != (graph == tt.x) {
				t.Errorf("%v: subgraph %d resolves x: %t", tt.set, graph, got)
			}
			if got := g.Resolves(graph, typ, code, nil); got != (graph == tt.code) {
				t.Errorf("%v: subgraph %d resolves code: %t", tt.set, graph, got)
			}
		}
		sum, _ := g.Field(typ, "sum")
		if !g.Resolves(tt.unmoved, typ, sum, nil) || g.Fields[sum].In(1).Requires == nil {
			t.Errorf("%v: a field that does not move has changed", tt.set)
		}
	}
	if !whole.Resolves(0, typ, x, nil) || !whole.Resolves(1, typ, x, nil) {
		t.Error("the graph without a decision has changed")
	}
}

func TestAGraphWithoutLabelsHasNone(t *testing.T) {
	t.Parallel()
	g := build(t, chain)
	typ, _ := g.Type("T")
	id, _ := g.Field(typ, "id")
	if g.NewLabelSet() != nil || g.FieldLabels(id) != nil || g.TypeLabels(typ) != nil || g.WithLabels([]string{"x"}) != g {
		t.Error("there are labels")
	}
}
