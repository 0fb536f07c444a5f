package plan_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

var (
	exhaustiveCount = flag.Int("exhaustive", 300, "for how many small queries all plans are tried")
	exhaustiveSize  = flag.Int("exhaustive-size", 8, "how many fields they have at most")
)

// exhaustive finds the least plan of a query by trial. It knows nothing of how plans are
// searched: it takes a set of requests, each of which asks a subgraph in a wave for
// the objects at a place, and works out whether all that is selected comes back.
type exhaustive struct {
	g     *querygraph.Graph
	query querygraph.TypeID
	paths []*path
	root  *object
}

// path is a place in the response, or one of objects that only representations
// need: those have no key.
type path struct {
	key, name, args string
	below           []*path
	objects         []*object // one for each way in which types can lead here
}

// object stands for the objects of one type at a path, below those of one type.
type object struct {
	typ      querygraph.TypeID
	selected []*operation.Field
	below    map[*path][]*object
	found    []residence
}

// residence is a response that has an object.
type residence struct {
	graph, wave int
	lookup      bool // by a key
	provided    querygraph.Provided
}

// ask is a request: it asks a subgraph for the objects at a path in a wave.
type ask struct {
	path        *path
	graph, wave int
}

func newExhaustive(g *querygraph.Graph, op *operation.Operation) *exhaustive {
	x := &exhaustive{g: g, paths: []*path{{}}}
	x.query, _ = g.Type("Query")
	x.root = x.object(x.paths[0], x.query)
	x.selection(x.paths[0], x.root, op.Root)
	return x
}

func (x *exhaustive) object(at *path, t querygraph.TypeID) *object {
	o := &object{typ: t, below: map[*path][]*object{}}
	at.objects = append(at.objects, o)
	return o
}

// selection adds what the client selects of an object, and what its keys and
// requirements select.
func (x *exhaustive) selection(at *path, o *object, set *operation.SelectionSet) {
	for _, f := range set.Fields {
		if f.Types != nil && !slices.Contains(f.Types, x.g.Types[o.typ].Name) {
			continue
		}
		o.selected = append(o.selected, f)
		if f.Selections != nil {
			below, objects := x.child(at, o, f.Key, f.Name, f.Arguments)
			for _, c := range objects {
				x.selection(below, c, f.Selections)
			}
		}
	}
	for i := range x.g.Types[o.typ].Joins {
		for _, k := range x.g.Types[o.typ].Joins[i].Keys {
			x.inputs(at, o, k.Fields)
		}
	}
	for _, id := range x.g.Types[o.typ].Fields {
		for i := range x.g.Fields[id].Joins {
			if required := x.g.Fields[id].Joins[i].Requires; required != nil {
				x.inputs(at, o, required)
			}
		}
	}
}

func (x *exhaustive) inputs(at *path, o *object, set *querygraph.FieldSet) {
	for i := range set.Fields {
		f := &set.Fields[i]
		if f.Set == nil || !f.On(o.typ) {
			continue
		}
		below, objects := x.child(at, o, "", f.Name, f.Arguments)
		for _, c := range objects {
			x.inputs(below, c, f.Set)
		}
	}
}

func (x *exhaustive) child(at *path, o *object, key, name string, args ast.ArgumentList) (*path, []*object) {
	values := argumentValues(&ast.Field{Arguments: args}, nil)
	i := slices.IndexFunc(at.below, func(p *path) bool { return p.key == key && p.name == name && p.args == values })
	if i < 0 {
		i = len(at.below)
		at.below = append(at.below, &path{key: key, name: name, args: values})
		x.paths = append(x.paths, at.below[i])
	}
	below := at.below[i]
	if id, ok := x.g.Field(o.typ, name); ok && o.below[below] == nil {
		for _, t := range x.g.CommonResultTypes(id) {
			o.below[below] = append(o.below[below], x.object(below, t))
		}
	}
	return below, o.below[below]
}

// asks are the requests that could be of use in so many waves.
func (x *exhaustive) asks(waves int) (out []ask) {
	for i, p := range x.paths {
		for graph := range x.g.Supergraph.Subgraphs {
			if i == 0 {
				out = append(out, ask{p, graph, 0})
				continue
			}
			if !slices.ContainsFunc(p.objects, func(o *object) bool {
				in := x.g.Types[o.typ].In(graph)
				return in.Present && (o.typ == x.query || slices.ContainsFunc(in.Keys, func(k querygraph.Key) bool { return k.Resolvable }))
			}) {
				continue
			}
			for wave := 1; wave < waves; wave++ {
				out = append(out, ask{p, graph, wave})
			}
		}
	}
	return out
}

// answered tells whether the requests bring all that is selected.
func (x *exhaustive) answered(asks []ask, waves int) bool {
	for _, p := range x.paths {
		for _, o := range p.objects {
			o.found = o.found[:0]
		}
	}
	for wave := range waves {
		for _, a := range asks {
			if a.wave != wave {
				continue
			}
			for _, o := range a.path.objects {
				if x.enters(o, a) {
					x.arrive(o, residence{graph: a.graph, wave: wave, lookup: true})
				}
			}
		}
	}
	return x.complete(x.root, waves)
}

func (x *exhaustive) enters(o *object, a ask) bool {
	in := x.g.Types[o.typ].In(a.graph)
	if o == x.root || !in.Present {
		return in.Present
	}
	if o.typ == x.query {
		return slices.ContainsFunc(o.found, func(r residence) bool { return r.wave < a.wave })
	}
	return slices.ContainsFunc(in.Keys, func(k querygraph.Key) bool { return k.Resolvable && x.has(o, k.Fields, a.wave) })
}

// arrive notes that a response has an object, and what it has below.
func (x *exhaustive) arrive(o *object, r residence) {
	if slices.ContainsFunc(o.found, func(other residence) bool {
		return other.graph == r.graph && other.wave == r.wave && other.lookup == r.lookup && slices.Equal(other.provided, r.provided)
	}) {
		return
	}
	o.found = append(o.found, r)
	for p, objects := range o.below {
		id, ok := x.g.Field(o.typ, p.name)
		if !ok || !x.resolves(o, r, id) {
			continue
		}
		possible := x.g.ResultTypes(r.graph, id)
		for _, c := range objects {
			if slices.Contains(possible, c.typ) {
				x.arrive(c, residence{graph: r.graph, wave: r.wave, provided: x.g.Below(r.graph, o.typ, id, r.provided)})
			}
		}
	}
}

// resolves tells whether a response has a field of an object: a field with
// @requires only if it looks the object up, with the inputs.
func (x *exhaustive) resolves(o *object, r residence, id querygraph.FieldID) bool {
	if !x.g.Resolves(r.graph, o.typ, id, r.provided) || id == querygraph.Typename {
		return id == querygraph.Typename
	}
	in := x.g.Fields[id].In(r.graph)
	return in.Requires == nil || in.External || r.lookup && x.has(o, in.Requires, r.wave)
}

// gets tells whether a response before a wave has a field.
func (x *exhaustive) gets(o *object, name string, before int) bool {
	id, ok := x.g.Field(o.typ, name)
	return ok && slices.ContainsFunc(o.found, func(r residence) bool { return r.wave < before && x.resolves(o, r, id) })
}

// has tells whether responses before a wave have a field set.
func (x *exhaustive) has(o *object, set *querygraph.FieldSet, before int) bool {
	for i := range set.Fields {
		f := &set.Fields[i]
		if !f.On(o.typ) {
			continue
		}
		if !x.gets(o, f.Name, before) {
			return false
		}
		if f.Set != nil && !x.hasParts(o, f, before) {
			return false
		}
	}
	return true
}

func (x *exhaustive) hasParts(o *object, f *querygraph.FieldSetField, before int) bool {
	args := argumentValues(&ast.Field{Arguments: f.Arguments}, nil)
	for p, objects := range o.below {
		if p.name == f.Name && p.args == args && !slices.ContainsFunc(objects, func(c *object) bool { return !x.has(c, f.Set, before) }) {
			return true
		}
	}
	return false
}

func (x *exhaustive) complete(o *object, waves int) bool {
	for _, f := range o.selected {
		if !x.gets(o, f.Name, waves) {
			return false
		}
	}
	for p, objects := range o.below {
		if p.key != "" && slices.ContainsFunc(objects, func(c *object) bool { return !x.complete(c, waves) }) {
			return false
		}
	}
	return true
}

// maxTrials bounds how many sets of requests are tried for one query.
const maxTrials = 100_000

// costOf is what a plan costs that makes so many requests in each wave: as with the
// planner's costs, a request in a later wave outweighs any number in earlier ones.
func costOf(waves []int) (sum int) {
	for wave, requests := range waves {
		sum += requests * power(wave)
	}
	return sum
}

func power(wave int) int {
	out := 1
	for range wave {
		out *= 100
	}
	return out
}

// least looks for the requests that answer the query at the least cost, if that is
// at most as much as given. ok is false if there are too many to try.
func (x *exhaustive) least(depth, most int) (best []ask, ok bool) {
	left := maxTrials
	asks := x.asks(depth)
	slices.SortStableFunc(asks, func(a, b ask) int { return a.wave - b.wave })
	var try func(from, spent int, chosen []ask)
	try = func(from, spent int, chosen []ask) {
		if left--; left < 0 || spent > most || best != nil && spent == most {
			return
		}
		if x.answered(chosen, depth) {
			best, most = slices.Clone(chosen), spent
			return
		}
		for i := from; i < len(asks); i++ {
			try(i+1, spent+power(asks[i].wave), append(chosen, asks[i]))
		}
	}
	try(0, 0, nil)
	return best, left >= 0
}

// wavesOf counts a plan's requests in each wave.
func wavesOf(p *plan.Plan) []int {
	waves, of := make([]int, p.Depth()), make([]int, len(p.Fetches))
	for i, f := range p.Fetches {
		for _, before := range f.DependsOn {
			of[i] = max(of[i], of[before]+1)
		}
		if f.Kind != plan.IntrospectionFetch {
			waves[of[i]]++
		}
	}
	return waves
}

// beyond finds what this search knows nothing of: inputs with arguments, as those
// of one field cannot all be sent in one request, interface objects and contexts.
var beyond = regexp.MustCompile(`@requires\(fields: "[^"]*\(|@interfaceObject @|@fromContext\(`)

// TestNoPlanIsBetter compares plans of small queries with all that there could be.
// One with fewer requests in all, but more of them in a later wave, is no better.
func TestNoPlanIsBetter(t *testing.T) {
	t.Parallel()
	tried, skipped, deep := 0, 0, 0
	for seed := uint64(0); tried < *exhaustiveCount/slowdown; seed++ {
		u := &universe{subgraphs: randomSubgraphs(seed)}
		if u.compose(t.Context()) != nil || slices.ContainsFunc(slices.Collect(maps.Values(u.subgraphs)), beyond.MatchString) {
			continue
		}
		g := &generator{rand: rand.New(rand.NewPCG(seed, 5))}
		for range 4 {
			g.left = *exhaustiveSize
			text := "{ " + strings.NewReplacer(" @include(if: $x)", "", " @include(if: $y)", "", " @skip(if: $x)", "", " @skip(if: $y)", "").
				Replace(g.selection(u.supergraph.API, u.supergraph.API.Query, 1+g.n(3))) + "}"
			op, err := operation.New(text, "", u.supergraph, operation.Limits{})
			if err != nil {
				continue // a part may be empty
			}
			p, err := plan.New(t.Context(), op, u.graph, plan.Config{SeparateEntities: true})
			if err != nil || p.Depth() == 0 {
				continue
			}
			if err := u.verifier.Check(op, p); err != nil {
				t.Errorf("seed %d: %s\n%v", seed, text, err)
			}
			x := newExhaustive(u.graph.WithLabels(nil), op)
			ours := costOf(wavesOf(p))
			found, ok := x.least(p.Depth(), ours)
			switch {
			case !ok:
				skipped++
				continue
			case found == nil:
				t.Fatalf("seed %d: %s\nthe trials do not find the plan\n%s", seed, text, p.Text(u.names()))
			case x.cost(found) < ours:
				t.Errorf("seed %d: %s\nthe plan costs %d, but there is one of %d:%s\n%s", seed, text, ours, x.cost(found), x.describe(found), p.Text(u.names()))
				for name, sdl := range u.subgraphs {
					t.Logf("-- %s.graphqls --\n%s", name, strings.TrimPrefix(sdl, head))
				}
				return
			}
			tried++
			if p.Depth() > 2 {
				deep++
			}
		}
	}
	t.Logf("%d queries, %d of them with three waves or more; %d left out as too large", tried, deep, skipped)
}

func (x *exhaustive) cost(asks []ask) (sum int) {
	for _, a := range asks {
		sum += power(a.wave)
	}
	return sum
}

func (x *exhaustive) describe(asks []ask) string {
	out := ""
	for _, a := range asks {
		out += fmt.Sprintf("\n  wave %d: %s for the objects of %q", a.wave, x.g.Supergraph.Subgraphs[a.graph].Name, a.path.name)
	}
	return out
}
