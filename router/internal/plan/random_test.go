package plan_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	testuniverse "github.com/weftql/weft/schema/universe"
)

// TestPlansOfRandomUniversesAnswerRight makes random subgraphs and operations,
// and executes each plan: see verify.
func TestPlansOfRandomUniversesAnswerRight(t *testing.T) {
	t.Parallel()
	universes := 40 / slowdown
	for _, source := range []struct {
		name      string
		subgraphs func(seed uint64) map[string]string
	}{
		{"keys, requirements and unions", func(seed uint64) map[string]string {
			return newGenerator(seed).subgraphs()
		}},
		{"all that universes have", universeSubgraphs},
	} {
		t.Run(source.name, func(t *testing.T) {
			t.Parallel()
			var stats randomStats
			for seed := range uint64(universes) {
				stats.add(tryRandomUniverse(t, seed, source.subgraphs(seed)))
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			t.Logf("%+v", stats)
			if stats.Planned < 2*universes {
				t.Errorf("only %d operations were planned: the test proves too little", stats.Planned)
			}
		})
	}
}

// universeSubgraphs are the subgraphs of a random universe, of those whose answers
// can be compared.
func universeSubgraphs(seed uint64) map[string]string {
	out := map[string]string{}
	for _, s := range testuniverse.Random(seed, testuniverse.Answerable()).Subgraphs {
		out[s.Name] = s.Sources[0].Text
	}
	return out
}

// randomSubgraphs takes turns between the two sources of universes.
func randomSubgraphs(seed uint64) map[string]string {
	if seed%2 == 0 {
		return newGenerator(seed).subgraphs()
	}
	return universeSubgraphs(seed)
}

func newGenerator(seed uint64) *generator {
	return &generator{rand: rand.New(rand.NewPCG(seed, 1))}
}

// randomStats says what random tests amounted to.
type randomStats struct {
	Composed, NotComposed, Planned, Labelled, Unreachable, Refused, Fetches, Deep int
}

func (s *randomStats) add(o randomStats) {
	s.Composed += o.Composed
	s.NotComposed += o.NotComposed
	s.Planned += o.Planned
	s.Labelled += o.Labelled
	s.Unreachable += o.Unreachable
	s.Refused += o.Refused
	s.Fetches += o.Fetches
	s.Deep += o.Deep
}

func tryRandomUniverse(t *testing.T, seed uint64, subgraphs map[string]string) (stats randomStats) {
	g := newGenerator(seed + 1)
	u := &universe{subgraphs: subgraphs, schemas: map[string]*ast.Schema{}}
	if err := u.compose(t.Context()); err != nil {
		stats.NotComposed++
		return stats
	}
	stats.Composed++
	for name, sdl := range u.subgraphs {
		u.schemas[name] = subgraphSchema(t, name, sdl)
	}
	whole := u
	for i := range 8 {
		text := g.operation(whole.supergraph.API)
		// Both values of each label, and a mixture.
		labels := whole.graph.Labels()
		switch i % 3 {
		case 0:
			labels = nil
		case 1:
			labels = slices.DeleteFunc(slices.Clone(labels), func(string) bool { return g.chance(.5) })
		}
		u := whole.with(labels)
		op, err := operation.New(text, "", u.supergraph, operation.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		p, err := plan.New(t.Context(), op, whole.graph, plan.Config{Labels: labels})
		if err != nil {
			var list gqlerror.List
			if !errors.As(err, &list) {
				t.Fatalf("%s: %v", text, err)
			}
			if list[0].Extensions["code"] == plan.CodeUnreachable {
				stats.Unreachable++
			} else {
				stats.Refused++
			}
			continue
		}
		stats.Planned++
		if marked := plan.Labels(op, whole.graph); slices.ContainsFunc(marked, func(word uint64) bool { return word != 0 }) {
			stats.Labelled++
		} else if bare, err := plan.New(t.Context(), op, whole.graph, plan.Config{}); err != nil || bare.Text(u.names()) != p.Text(u.names()) {
			t.Errorf("%s\nthe plan depends on labels that the operation is said not to meet (%v)", text, err)
		}
		stats.Fetches += len(p.Fetches)
		if p.Depth() > 2 {
			stats.Deep++
		}
		if err := u.check(text, p); err != nil {
			text = u.shrink(t, text)
			p, _ := u.plan(t, text)
			t.Errorf("%s\n%v\n%s", text, u.check(text, p), p.Text(u.names()))
			for _, name := range slices.Sorted(maps.Keys(u.subgraphs)) {
				t.Logf("-- %s.graphqls --\n%s", name, strings.TrimPrefix(u.subgraphs[name], head))
			}
			return stats
		}
	}
	return stats
}

// shrink leaves selections out of an operation as long as its plan stays wrong.
func (u *universe) shrink(t *testing.T, text string) string {
	return shrinkOperation(text, func(text string) bool {
		p, err := u.plan(t, text)
		return err == nil && u.check(text, p) != nil
	})
}

func shrinkOperation(text string, wrong func(text string) bool) string {
	for changed := true; changed; {
		changed = false
		doc, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			return text
		}
		for _, set := range selectionSets(&doc.Operations[0].SelectionSet) {
			for i := 0; i < len(*set); i++ {
				whole := *set
				*set = slices.Delete(slices.Clone(whole), i, i+1)
				var b strings.Builder
				formatter.NewFormatter(&b, formatter.WithIndent(" ")).FormatQueryDocument(doc)
				if len(*set) > 0 && wrong(b.String()) {
					text, changed = b.String(), true
					i--
				} else {
					*set = whole
				}
			}
		}
	}
	return text
}

func selectionSets(set *ast.SelectionSet) []*ast.SelectionSet {
	out := []*ast.SelectionSet{set}
	for _, sel := range *set {
		switch sel := sel.(type) {
		case *ast.Field:
			out = append(out, selectionSets(&sel.SelectionSet)...)
		case *ast.InlineFragment:
			out = append(out, selectionSets(&sel.SelectionSet)...)
		}
	}
	return out
}

// generator makes random universes and operations.
type generator struct {
	rand *rand.Rand
	left int // fields that an operation may still have
}

func (g *generator) n(n int) int           { return g.rand.IntN(n) }
func (g *generator) chance(p float64) bool { return g.rand.Float64() < p }
func pick[T any](g *generator, list []T) T { return list[g.n(len(list))] }
func some[T any](g *generator, list []T, p float64) []T {
	var out []T
	for _, item := range list {
		if g.chance(p) {
			out = append(out, item)
		}
	}
	if len(out) == 0 {
		out = append(out, pick(g, list))
	}
	return out
}

// randomType is an entity, a value type or the query type.
type randomType struct {
	name   string
	graphs []int
	keys   map[int][]string
	fields []*randomField
	entity bool
}

type randomField struct {
	name, typ string
	args      string
	object    string // the composite type's name, or ""
	graphs    []int
	external  []int
	requires  map[int]string
	key       bool
	// label is that of a field that moves to graphs[0] from graphs[1].
	label string
}

func (g *generator) subgraphs() map[string]string {
	count := 2 + g.n(4)
	graphs := make([]int, count)
	for i := range graphs {
		graphs[i] = i
	}
	var types []*randomType
	for i := range 2 + g.n(4) {
		types = append(types, g.entity(fmt.Sprintf("E%d", i), graphs))
	}
	for i := range g.n(3) {
		v := &randomType{name: fmt.Sprintf("V%d", i), graphs: some(g, graphs, .7)}
		for k := range 1 + g.n(3) {
			in := v.graphs
			if g.chance(.4) {
				in = some(g, in, .6)
			}
			v.fields = append(v.fields, &randomField{name: fmt.Sprintf("v%d", k), typ: "Int", graphs: in})
		}
		types = append(types, v)
	}
	unions := g.unions(types, graphs)
	for _, t := range types {
		if t.entity {
			g.links(t, types, unions)
		}
	}
	for _, t := range types {
		if t.entity {
			g.requirements(t, types)
		}
	}
	query := &randomType{name: "Query", graphs: graphs}
	for range 2 + g.n(3) {
		g.link(query, fmt.Sprintf("q%d", len(query.fields)), types, unions)
	}
	types = append(types, query)
	out := map[string]string{}
	for _, graph := range graphs {
		if sdl := g.print(graph, types, unions); sdl != "" {
			out[fmt.Sprintf("s%d", graph)] = head + sdl
		}
	}
	return out
}

// entity makes a type with keys: the same in all subgraphs, or different ones.
func (g *generator) entity(name string, graphs []int) *randomType {
	t := &randomType{name: name, graphs: some(g, graphs, .6), keys: map[int][]string{}, entity: true}
	choices := [][]string{{"id"}}
	if g.chance(.4) {
		choices = [][]string{{"id"}, {"id"}, {"k"}, {"id", "k"}, {"id k"}, {"n { a b }", "id"}}
	}
	used := map[string][]int{}
	for _, graph := range t.graphs {
		t.keys[graph] = pick(g, choices)
		for _, f := range []string{"id", "k", "n"} {
			if slices.ContainsFunc(t.keys[graph], func(k string) bool { return slices.Contains(strings.Fields(k), f) }) {
				used[f] = append(used[f], graph)
			}
		}
	}
	for _, f := range []string{"id", "k"} {
		if used[f] != nil {
			t.fields = append(t.fields, &randomField{name: f, typ: "ID!", graphs: used[f], key: true})
		}
	}
	if used["n"] != nil {
		t.fields = append(t.fields, &randomField{name: "n", typ: "N!", object: "N", graphs: used["n"], key: true})
	}
	for i := range 1 + g.n(5) {
		f := &randomField{name: fmt.Sprintf("f%d", i), typ: "Int", graphs: []int{pick(g, t.graphs)}}
		if g.chance(.3) {
			f.graphs = some(g, t.graphs, .6)
		}
		if g.chance(.2) {
			f.args = "(x: Int, y: String)"
		}
		if to := pick(g, t.graphs); len(f.graphs) == 1 && f.graphs[0] != to && g.chance(.25) {
			f.graphs = []int{to, f.graphs[0]}
			f.label = pick(g, []string{"beta", "percent(5)", "percent(50)"})
		}
		t.fields = append(t.fields, f)
	}
	return t
}

// randomUnion is an abstract type: a union, or an interface with the field id.
type randomUnion struct {
	name    string
	members map[int][]string
	asUnion bool
}

func (g *generator) unions(types []*randomType, graphs []int) []*randomUnion {
	var out []*randomUnion
	for i := range g.n(3) {
		u := &randomUnion{name: fmt.Sprintf("A%d", i), members: map[int][]string{}, asUnion: g.chance(.5)}
		chosen := some(g, types, .5)
		for _, graph := range graphs {
			for _, t := range chosen {
				hasID := slices.ContainsFunc(t.fields, func(f *randomField) bool { return f.name == "id" && slices.Contains(f.graphs, graph) })
				if slices.Contains(t.graphs, graph) && (u.asUnion || hasID) {
					u.members[graph] = append(u.members[graph], t.name)
				}
			}
		}
		out = append(out, u)
	}
	return out
}

func (g *generator) links(t *randomType, types []*randomType, unions []*randomUnion) {
	for i := range 1 + g.n(3) {
		g.link(t, fmt.Sprintf("o%d", i), types, unions)
	}
}

// link adds a field that returns objects, where some subgraph has both types.
func (g *generator) link(t *randomType, name string, types []*randomType, unions []*randomUnion) {
	target, graphs := "", []int(nil)
	if len(unions) > 0 && g.chance(.25) {
		u := pick(g, unions)
		target = u.name
		for _, graph := range t.graphs {
			if len(u.members[graph]) > 0 {
				graphs = append(graphs, graph)
			}
		}
	} else {
		to := pick(g, types)
		target = to.name
		for _, graph := range t.graphs {
			if slices.Contains(to.graphs, graph) {
				graphs = append(graphs, graph)
			}
		}
	}
	if len(graphs) == 0 {
		return
	}
	f := &randomField{name: name, typ: pick(g, []string{"%s", "%s", "[%s]", "%s!", "[[%s]]"}), object: target, graphs: []int{pick(g, graphs)}}
	f.typ = fmt.Sprintf(f.typ, target)
	if g.chance(.35) {
		f.graphs = some(g, graphs, .7)
	}
	t.fields = append(t.fields, f)
}

// requirements adds fields with @requires on what other subgraphs have.
func (g *generator) requirements(t *randomType, types []*randomType) {
	for i := range 2 {
		if !g.chance(.7) {
			continue
		}
		graph := pick(g, t.graphs)
		var inputs []string
		for _, f := range t.fields {
			if f.key || slices.Contains(f.graphs, graph) || !g.chance(.5) || len(inputs) == 2 {
				continue
			}
			text := f.name
			if f.args != "" {
				text += fmt.Sprintf("(x: %d)", g.n(3))
			}
			if f.object != "" {
				to := find(types, f.object)
				if to == nil || !to.entity || !slices.Contains(to.graphs, graph) {
					continue
				}
				key := strings.Fields(to.keys[graph][0])
				if len(key) > 1 {
					continue
				}
				text += " { " + key[0] + " }"
			}
			inputs = append(inputs, text)
			if !slices.Contains(f.external, graph) {
				f.external = append(f.external, graph)
			}
		}
		if len(inputs) > 0 {
			t.fields = append(t.fields, &randomField{
				name: fmt.Sprintf("r%d", i), typ: "Int", graphs: []int{graph}, requires: map[int]string{graph: strings.Join(inputs, " ")},
			})
		}
	}
}

func (g *generator) print(graph int, types []*randomType, unions []*randomUnion) string {
	var b strings.Builder
	nested := false
	for _, t := range types {
		if !slices.Contains(t.graphs, graph) {
			continue
		}
		var fields strings.Builder
		for _, f := range t.fields {
			external := slices.Contains(f.external, graph)
			if !external && !slices.Contains(f.graphs, graph) {
				continue
			}
			nested = nested || f.object == "N"
			fmt.Fprintf(&fields, "  %s%s: %s", f.name, f.args, f.typ)
			if external {
				fields.WriteString(" @external")
			} else if f.label != "" {
				if graph == f.graphs[0] {
					fmt.Fprintf(&fields, " @override(from: \"s%d\", label: %q)", f.graphs[1], f.label)
				}
			} else if len(f.graphs) > 1 && !f.key || f.object == "N" {
				fields.WriteString(" @shareable")
			}
			if r := f.requires[graph]; r != "" {
				fmt.Fprintf(&fields, " @requires(fields: %q)", r)
			}
			fields.WriteString("\n")
		}
		if fields.Len() == 0 {
			continue
		}
		fmt.Fprintf(&b, "type %s", t.name)
		implements := ""
		for _, u := range unions {
			if !u.asUnion && slices.Contains(u.members[graph], t.name) {
				implements += " & " + u.name
			}
		}
		if implements != "" {
			b.WriteString(" implements" + implements)
		}
		for _, k := range t.keys[graph] {
			fmt.Fprintf(&b, " @key(fields: %q)", k)
		}
		b.WriteString(" {\n" + fields.String() + "}\n")
	}
	for _, u := range unions {
		switch members := u.members[graph]; {
		case len(members) == 0:
		case u.asUnion:
			fmt.Fprintf(&b, "union %s = %s\n", u.name, strings.Join(members, " | "))
		default:
			fmt.Fprintf(&b, "interface %s { id: ID! }\n", u.name)
		}
	}
	if nested {
		b.WriteString("type N @shareable { a: ID! b: ID! }\n")
	}
	return b.String()
}
