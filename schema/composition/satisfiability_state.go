package composition

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

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
	// failed are the fields that have failed, uncompared those whose possible
	// types differ, if a query comes to enough of their subgraphs.
	failed     map[failed]bool
	uncompared map[querygraph.FieldID]bool
	byType     map[querygraph.TypeID][]apiField
}

// visit is what was looked at of a type: its places, in which case of labels.
type visit struct {
	entries, places []querygraph.ResidencyID
	labels          labelling
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
	// homes are the subgraphs that name the field, in their order.
	homes []home
	// moves tells whether some home has it for some requests only.
	moves bool
}

// home is a subgraph that names a field, and which field it is there: that of an
// interface where the subgraph has it as an interface object.
type home struct {
	graph int
	field querygraph.FieldID
	in    *querygraph.FieldIn
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
		failed:     map[failed]bool{},
		uncompared: differingRuntimeTypes(graph),
		byType:     map[querygraph.TypeID][]apiField{},
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
	s.places = w.sorted(slices.DeleteFunc(s.places, func(id querygraph.ResidencyID) bool {
		p := w.reach.At(id) // of an interface: the objects are among those at the places of their type
		return w.graph.Abstract(p.Type) && !w.graph.Opaque(p)
	}))
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
	visible := api.Fields // in the same order, but without those that are hidden
	for i, f := range source.Fields {
		if len(visible) == 0 || visible[0].Name != f.Definition.Name {
			continue
		}
		id := w.graph.Types[t].Fields[i]
		field := apiField{id: id, definition: visible[0], result: w.graph.Fields[id].Result}
		visible = visible[1:]
		field.homes = w.homes(field, t)
		field.moves = slices.ContainsFunc(field.homes, func(h home) bool { return h.in.Override.Label != "" })
		list = append(list, field)
	}
	w.byType[t] = list
	return list
}

// homes are those of an object type's field, interface objects included.
func (w *walk) homes(f apiField, t querygraph.TypeID) []home {
	joins := w.graph.Fields[f.id].Joins
	homes := make([]home, len(joins))
	for i := range joins {
		homes[i] = home{joins[i].Graph, f.id, &joins[i]}
	}
	if len(w.graph.Types[t].StandIns) == 0 {
		return homes
	}
	for _, s := range w.graph.Types[t].StandIns {
		if id, ok := w.graph.Field(s.Type, f.definition.Name); ok && w.graph.Fields[id].In(s.Graph).Present {
			homes = append(homes, w.home(s.Graph, id))
		}
	}
	slices.SortStableFunc(homes, func(a, b home) int { return a.graph - b.graph })
	return homes
}

func (w *walk) home(graph int, field querygraph.FieldID) home {
	return home{graph, field, w.graph.Fields[field].In(graph)}
}

// follow returns the places behind a field; resolved tells whether some place of
// the state resolves it.
func (w *walk) follow(s *state, f apiField) (children []querygraph.ResidencyID, resolved bool) {
	for _, h := range f.homes {
		if !s.labels.active(h.in.Override) {
			continue
		}
		at, _ := slices.BinarySearchFunc(s.places, h.graph, func(id querygraph.ResidencyID, graph int) int {
			return w.reach.At(id).Graph - graph
		})
		for ; at < len(s.places) && w.reach.At(s.places[at]).Graph == h.graph; at++ {
			p := w.reach.At(s.places[at])
			if p.Type != w.graph.Fields[h.field].Owner || !w.reach.Resolves(s.places[at], h.field) {
				continue
			}
			if f.result == querygraph.NoType {
				return nil, true
			}
			resolved = true
			children = append(children, w.reach.Child(s.places[at], h.field, w.known(s, s.places[at])))
		}
	}
	return w.sorted(children), resolved
}

// known is a place of the state at which the type of the objects at the given one
// is known: that one, unless it is an interface object.
func (w *walk) known(s *state, id querygraph.ResidencyID) querygraph.ResidencyID {
	if w.reach.At(id).Type != s.typ {
		for _, other := range s.places {
			if w.reach.At(other).Type == s.typ {
				return other
			}
		}
	}
	return id
}

// on narrows places to one object type. There are none if the objects cannot be
// of that type in one of the places' subgraphs: impossible is true then. A place
// of another object type adds nothing. An interface object stays what it is, if a
// subgraph that tells the types can be reached from it, and adds that one; what a
// field provides for it holds for the interface only.
func (w *walk) on(t querygraph.TypeID, places []querygraph.ResidencyID) (narrowed []querygraph.ResidencyID, impossible bool) {
	for _, id := range places {
		p := w.reach.At(id)
		if w.graph.Opaque(p) {
			if real := w.real(t, id); len(real) > 0 {
				p.Provided = nil
				narrowed = append(append(narrowed, w.reach.ID(p)), real...)
			}
			continue
		}
		if _, possible := slices.BinarySearch(w.graph.Possible(p), t); possible {
			p.Type = t
			narrowed = append(narrowed, w.reach.ID(p))
		} else if w.graph.Abstract(p.Type) {
			return nil, true
		}
	}
	return w.sorted(narrowed), false
}

// real are the places of an object type that an object at an interface object's
// place can be moved to, to where its type is known.
func (w *walk) real(t querygraph.TypeID, opaque querygraph.ResidencyID) (out []querygraph.ResidencyID) {
	for _, id := range w.reach.Moves(opaque) {
		p := w.reach.At(id)
		if _, possible := slices.BinarySearch(w.graph.Possible(p), t); possible && !w.graph.Opaque(p) {
			out = append(out, w.reach.ID(querygraph.Residency{Type: t, Graph: p.Graph, Given: p.Given}))
		}
	}
	return out
}

// covered tells whether a state needs no look, and else notes that it gets one.
// More places only help, unless possible types are still to be compared at them.
func (w *walk) covered(s *state) bool {
	includes := func(v visit) bool { return w.includes(s.places, v.places) }
	key := s.key(s.places)
	if len(w.uncompared) > 0 {
		includes = func(v visit) bool { return isSubset(v.entries, s.entries) }
		key = s.key(s.entries)
	}
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
	case w.exact[key], slices.ContainsFunc(before, func(v visit) bool { return s.labels.includes(v.labels) && includes(v) }):
		return true
	}
	w.visited[s.typ] = append(before, visit{s.entries, s.places, s.labels})
	w.exact[key] = true
	w.journal = append(w.journal, s)
	return false
}

// key tells states apart that are not looked at twice.
func (s *state) key(places []querygraph.ResidencyID) string {
	key := binary.AppendVarint(nil, int64(s.typ))
	for _, id := range places {
		key = binary.AppendVarint(key, int64(id))
	}
	return string(key) + s.labels.String()
}

// forget undoes the notes of what was visited after the first n.
func (w *walk) forget(n int) {
	for _, s := range w.journal[n:] {
		w.visited[s.typ] = w.visited[s.typ][:len(w.visited[s.typ])-1]
		delete(w.exact, s.key(s.places))
		delete(w.exact, s.key(s.entries))
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
