package composition

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/querygraph"
)

// maximumStates bounds the walk where Options do not. Most types have one state,
// so that only a schema that multiplies them comes near it.
const maximumStates = 1_000_000

// walk is the walk through the states of a supergraph.
type walk struct {
	*composer
	ctx   context.Context
	graph *querygraph.Graph
	reach *querygraph.Reach
	// contextual tells whether there are contextual arguments at all.
	contextual bool
	// labels is the case of the labels on which reach depends.
	labels labelling

	queue []*state
	// visited are the places of the states looked at, by their types; exact are
	// the states' keys, journal the states in the order in which they came.
	visited map[querygraph.TypeID][]visit
	exact   map[string]bool
	journal []*state
	// budget is what is left of the work limit.
	limit, budget int
	exhausted     bool
	// trial ends the walk at the first failure: it is tried whether one subgraph
	// reaches everything.
	trial    bool
	failures []failure
	// failed and compared are the fields that have failed, and whose possible
	// types were found to differ.
	failed   map[failed]bool
	compared map[querygraph.FieldID]bool
	byType   map[querygraph.TypeID][]apiField
}

// visit is what was looked at of a type: its places, in which case of labels.
type visit struct {
	places []querygraph.ResidencyID
	labels labelling
}

// state is an object type and where its objects can be.
type state struct {
	typ querygraph.TypeID
	// entries are the places where the query arrives, places also those to which
	// the objects can be moved; both as walk.sorted gives them.
	entries, places []querygraph.ResidencyID
	// from and by are how the query arrived; from is nil at the root.
	from *state
	by   apiField
	// labels is the case that the query has come to depend on.
	labels labelling
}

// apiField is a field that clients can ask for.
type apiField struct {
	id         querygraph.FieldID
	definition *ast.FieldDefinition
	result     querygraph.TypeID
	// graphs are the subgraphs that name the field.
	graphs []int
}

// failure is a field that cannot be resolved in a state.
type failure struct {
	state *state
	field apiField
	// on is NoType, or the object type that the field cannot return though its
	// type says so.
	on querygraph.TypeID
	// children are where the field leads if on is set.
	children []querygraph.ResidencyID
	// alone is set for a shared mutation: what fails from each of its subgraphs.
	alone []failure
}

// failed tells failures apart.
type failed struct {
	field querygraph.FieldID
	on    querygraph.TypeID
}

func newWalk(ctx context.Context, c *composer, graph *querygraph.Graph) *walk {
	w := &walk{
		composer: c, ctx: ctx, graph: graph, limit: cmp.Or(c.opts.MaximumStates, maximumStates),
		failed:   map[failed]bool{},
		compared: map[querygraph.FieldID]bool{},
		byType:   map[querygraph.TypeID][]apiField{},
	}
	w.budget = w.limit
	w.contextual = slices.ContainsFunc(graph.Types, func(t querygraph.Type) bool { return len(t.Contexts) > 0 })
	return w
}

// begin prepares the walk for one case of labels.
func (w *walk) begin(labels labelling) {
	w.labels, w.failures, w.journal = labels, nil, nil
	w.reach = querygraph.NewReach(w.graph, labels...)
	w.visited = map[querygraph.TypeID][]visit{}
	w.exact = map[string]bool{}
}

// start is the state of a root type: in all subgraphs that have it.
func (w *walk) start(root *ast.Definition) *state {
	t, _ := w.graph.Type(root.Name)
	s := &state{typ: t, labels: w.labels}
	for _, j := range w.graph.Supergraph.Types[t].Joins {
		s.places = append(s.places, w.reach.ID(querygraph.Residency{Type: t, Graph: j.Graph}))
	}
	s.places = w.sorted(s.places)
	s.entries = s.places
	return s
}

func (w *walk) newState(t querygraph.TypeID, entries []querygraph.ResidencyID, from *state, by apiField) *state {
	s := &state{typ: t, entries: entries, from: from, by: by, labels: from.labels}
	for _, e := range entries {
		// What another entry moves to moves nowhere else.
		if !slices.Contains(s.places, e) {
			s.places = append(s.places, w.reach.Moves(e)...)
		}
	}
	s.places = w.sorted(s.places)
	return s
}

// sorted puts places in the order of their subgraphs, each once.
func (w *walk) sorted(places []querygraph.ResidencyID) []querygraph.ResidencyID {
	slices.SortFunc(places, w.compare)
	return slices.Compact(places)
}

func (w *walk) compare(a, b querygraph.ResidencyID) int {
	return cmp.Or(w.reach.At(a).Graph-w.reach.At(b).Graph, int(a-b))
}

// fields lists what clients can ask of an object type.
func (w *walk) fields(t querygraph.TypeID) []apiField {
	if list, ok := w.byType[t]; ok {
		return list
	}
	source := w.graph.Supergraph.Types[t]
	api := w.graph.Supergraph.API.Types[source.Definition.Name]
	list := make([]apiField, 0, len(source.Fields))
	for _, f := range source.Fields {
		definition := api.Fields.ForName(f.Definition.Name)
		if definition == nil || strings.HasPrefix(definition.Name, "__") {
			continue
		}
		id, _ := w.graph.Field(t, definition.Name)
		field := apiField{id: id, definition: definition, result: w.graph.Fields[id].Result}
		for _, j := range f.Joins {
			field.graphs = append(field.graphs, j.Graph)
		}
		list = append(list, field)
	}
	w.byType[t] = list
	return list
}

// follow returns the places behind a field; resolved tells whether some place of
// the state resolves it.
func (w *walk) follow(s *state, f apiField) (children []querygraph.ResidencyID, resolved bool) {
	for _, graph := range f.graphs {
		if !s.labels.active(w.graph.Fields[f.id].In(graph).Override) {
			continue
		}
		at, _ := slices.BinarySearchFunc(s.places, graph, func(id querygraph.ResidencyID, graph int) int {
			return w.reach.At(id).Graph - graph
		})
		for ; at < len(s.places) && w.reach.At(s.places[at]).Graph == graph; at++ {
			if !w.reach.Resolves(s.places[at], f.id) {
				continue
			}
			if f.result == querygraph.NoType {
				return nil, true
			}
			resolved = true
			children = append(children, w.reach.Child(s.places[at], f.id))
		}
	}
	return w.sorted(children), resolved
}

// on narrows places to one object type. There are none if the objects cannot be
// of that type in one of the places' subgraphs: impossible is true then. A place
// of another object type adds nothing.
func (w *walk) on(t querygraph.TypeID, places []querygraph.ResidencyID) (narrowed []querygraph.ResidencyID, impossible bool) {
	for _, id := range places {
		p := w.reach.At(id)
		if _, possible := slices.BinarySearch(w.graph.Possible(p), t); possible {
			p.Type = t
			narrowed = append(narrowed, w.reach.ID(p))
		} else if w.graph.Abstract(p.Type) {
			return nil, true
		}
	}
	return w.sorted(narrowed), false
}

// covered tells whether a state needs no look, and else notes that it gets one.
func (w *walk) covered(s *state) bool {
	key := s.key()
	before := w.visited[s.typ]
	w.budget--
	if !w.exact[key] {
		const comparisonsPerState = 256
		w.budget -= len(before) / comparisonsPerState
	}
	switch {
	case w.budget < 0:
		w.exhausted = true
		return true
	case w.exact[key], slices.ContainsFunc(before, func(v visit) bool { return s.labels.includes(v.labels) && w.includes(s.places, v.places) }):
		return true
	}
	w.visited[s.typ] = append(before, visit{s.places, s.labels})
	w.exact[key] = true
	w.journal = append(w.journal, s)
	return false
}

// key tells states apart that are not looked at twice.
func (s *state) key() string {
	key := binary.AppendVarint(nil, int64(s.typ))
	for _, id := range s.places {
		key = binary.AppendVarint(key, int64(id))
	}
	return string(key) + s.labels.String()
}

// forget undoes the notes of what was visited after the first n.
func (w *walk) forget(n int) {
	for _, s := range w.journal[n:] {
		w.visited[s.typ] = w.visited[s.typ][:len(w.visited[s.typ])-1]
		delete(w.exact, s.key())
	}
	w.journal = w.journal[:n]
}

// failAt notes a failure, once for each field and type.
func (w *walk) failAt(f failure) {
	key := failed{f.field.id, f.on}
	if w.trial || !w.failed[key] {
		w.failures = append(w.failures, f)
	}
	if !w.trial {
		w.failed[key] = true
	}
}

// includes tells whether places offer at least what others do; both are as
// walk.sorted gives them.
func (w *walk) includes(places, others []querygraph.ResidencyID) bool {
	if isSubset(others, places) {
		return true
	}
	if !w.contextual {
		return false
	}
	return !slices.ContainsFunc(others, func(a querygraph.ResidencyID) bool {
		return !slices.ContainsFunc(places, func(b querygraph.ResidencyID) bool { return w.reach.Covers(b, a) })
	})
}

// isSubset tells whether all of a are in b; both are as walk.sorted gives them.
func isSubset(a, b []querygraph.ResidencyID) bool {
	if len(a) > len(b) {
		return false
	}
	i := 0
	for _, id := range b {
		if i < len(a) && a[i] == id {
			i++
		}
	}
	return i == len(a)
}
