package querygraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/supergraph"
)

// Reach tells what can be had from a place: to which subgraphs its objects can
// be taken by keys, and which fields, with what they require, then resolve.
//
// It is the least solution of
//
//	moves(p)      = {p} ∪ {(type, g) : some resolvable key k of g, each leaf l of k: has(p, l)}
//	has(p, f)     = some q in moves(p) resolves f
//	has(p, f l)   = some q in moves(p) resolves f, and has(child(q, f), l)
//	resolves(q,f) = the subgraph names f, not external or provided, and has(q, l)
//	                for each leaf l of what f requires there, and the subgraph
//	                can be asked again: it has a key of its own; and the values of
//	                its contextual arguments are given at q
//	child(p, f)   = what f returns, where p's type gives, instead of what was given
//	                at p, what of its own contexts has(p, l)
//
// Conditions of keys and @requires know nothing of the objects above them.
//
// where "p" of abstract type means: for each object type that p can have. A
// circle of conditions that nothing else fulfils stays unfulfilled. From a place
// of the query or mutation type all subgraphs can be reached; other types without
// keys stay where they are.
//
// An object also moves, by a key of an interface that it implements, to a subgraph
// that has the interface as an interface object; what it can have there are the
// interface's fields. At such an opaque place nobody knows its type. It moves on
// by the interface's keys, to other interface objects and to where the interface
// is a real one; there its type is known.
//
// Answers are kept, so that each fact is worked out once; the number of facts is
// bounded by places times leaves of field sets. A Reach is for one goroutine.
type Reach struct {
	graph  *Graph
	places places
	leaves leaves
	// roots are the types to which no key is needed.
	roots []TypeID
	// keyed are, for each type, the subgraphs that look it up by a key.
	keyed [][]int

	// decided says which labels are set.
	decided []supergraph.Override

	moves map[ResidencyID]*fact
	has   map[condition]*fact
	queue []*fact
}

// condition is that a leaf can be had from a place.
type condition struct {
	place ResidencyID
	leaf  *leaf
}

// fact is a condition, or where a place can move. It only ever grows.
type fact struct {
	condition               // leaf is nil if it is about moves
	holds     bool          // of a condition
	members   []ResidencyID // of moves; the place itself is the first
	// waiting are the facts to look at again when this one has grown.
	waiting []*fact
	queued  bool
}

// NewReach returns a Reach that knows nothing yet, for requests that set the
// given labels of progressive overrides, or do not. Without some of the graph's
// ConditionLabels, both subgraphs between which a field moves count as resolving
// it.
func NewReach(g *Graph, decided ...supergraph.Override) *Reach {
	r := &Reach{
		graph: g, decided: decided,
		places: places{index: map[string]ResidencyID{}},
		leaves: leaves{bySet: map[int][]*leaf{}, byText: map[string]*leaf{}},
		keyed:  make([][]int, len(g.Types)),
		moves:  map[ResidencyID]*fact{},
		has:    map[condition]*fact{},
	}
	for _, root := range []*ast.Definition{g.Supergraph.Schema.Query, g.Supergraph.Schema.Mutation} {
		if root != nil {
			t, _ := g.Type(root.Name)
			r.roots = append(r.roots, t)
		}
	}
	for i, t := range g.Supergraph.Types {
		for _, j := range t.Joins {
			if (t.Definition.Kind == ast.Object || hasInterfaceObject(t)) && slices.ContainsFunc(j.Keys, func(k supergraph.Key) bool { return k.Resolvable }) {
				r.keyed[i] = append(r.keyed[i], j.Graph)
			}
		}
	}
	return r
}

// Place returns the number of a place.
func (r *Reach) ID(p Residency) ResidencyID { return r.places.number(p) }

// At returns the place of a number.
func (r *Reach) At(id ResidencyID) Residency { return r.places.all[id] }

// Moves returns the places to which an object at the place can be taken, the
// place itself first. The result must not be changed.
func (r *Reach) Moves(id ResidencyID) []ResidencyID {
	f := r.movesOf(id)
	r.settle()
	return f.members
}

// Has tells whether a field of the place's type can be had from the place.
func (r *Reach) Has(id ResidencyID, field FieldID) bool {
	return slices.ContainsFunc(r.Moves(id), func(m ResidencyID) bool { return r.Resolves(m, field) })
}

// Resolves tells whether the place's own subgraph resolves a field of the
// place's type, or at an interface object of a type that implements it, all that
// it requires being obtainable from there.
func (r *Reach) Resolves(id ResidencyID, field FieldID) bool {
	for {
		// Asking can bring up conditions that were not worked out yet.
		resolves := r.resolves(nil, id, field)
		if len(r.queue) == 0 {
			return resolves
		}
		r.settle()
	}
}

// Missing returns the first part of a field set that can not be had from the
// place, written as a field set; ok is false if nothing is missing.
func (r *Reach) Missing(id ResidencyID, set *FieldSet) (part string, ok bool) {
	id = r.alone(id)
	for _, l := range r.leaves.of(set) {
		r.hasLeaf(nil, id, l)
	}
	r.settle()
	for _, l := range r.leaves.of(set) {
		if !r.hasLeaf(nil, id, l) {
			return l.String(), true
		}
	}
	return "", false
}

// Facts is how many facts have been worked out, a measure of the work done.
func (r *Reach) Facts() int { return len(r.moves) + len(r.has) }

// settle works until no fact grows any more.
func (r *Reach) settle() {
	for len(r.queue) > 0 {
		f := r.queue[len(r.queue)-1]
		r.queue = r.queue[:len(r.queue)-1]
		f.queued = false
		grown := false
		if f.leaf == nil {
			grown = r.growMoves(f)
		} else if !f.holds {
			f.holds = r.evaluate(f)
			grown = f.holds
		}
		if grown {
			for _, w := range f.waiting {
				r.enqueue(w)
			}
			f.waiting = nil
		}
	}
}

func (r *Reach) enqueue(f *fact) {
	if !f.queued {
		f.queued = true
		r.queue = append(r.queue, f)
	}
}

// movesOf returns the fact of where a place can move, as far as it is known.
func (r *Reach) movesOf(id ResidencyID) *fact {
	f := r.moves[id]
	if f == nil {
		f = &fact{condition: condition{place: id}, members: []ResidencyID{id}}
		r.moves[id] = f
		r.enqueue(f)
	}
	return f
}

// growMoves adds the places that have become reachable.
func (r *Reach) growMoves(f *fact) (grown bool) {
	p := r.At(f.place)
	switch {
	case slices.Contains(r.roots, p.Type):
		return r.growRoot(f, p)
	case r.graph.Abstract(p.Type) && !r.graph.Opaque(p):
		return false // its objects move each by its own type's keys
	}
	for again := true; again; {
		again = false
		for _, graph := range r.keyed[p.Type] {
			again = graph != p.Graph && r.growTo(f, Residency{Type: p.Type, Graph: graph, Given: p.Given}) || again
		}
		for _, s := range r.graph.Types[p.Type].StandIns {
			again = r.growTo(f, Residency{Type: s.Type, Graph: s.Graph, Given: p.Given}) || again
		}
		grown = grown || again
	}
	return grown
}

// growTo adds a place that has become reachable; it is false if that is not so, or
// was so before.
func (r *Reach) growTo(f *fact, to Residency) bool {
	known := slices.ContainsFunc(f.members[1:], func(m ResidencyID) bool { return r.At(m).Graph == to.Graph && r.At(m).Type == to.Type })
	if known || !r.enters(f, to.Type, to.Graph) {
		return false
	}
	f.members = append(f.members, r.ID(to))
	return true
}

// growRoot adds the root type of all other subgraphs.
func (r *Reach) growRoot(f *fact, p Residency) bool {
	if len(f.members) > 1 {
		return false
	}
	for _, j := range r.graph.Supergraph.Types[p.Type].Joins {
		if j.Graph != p.Graph {
			f.members = append(f.members, r.ID(Residency{Type: p.Type, Graph: j.Graph, Given: p.Given}))
		}
	}
	return true
}

// enters tells whether the objects of the fact's place can be looked up in a
// subgraph by one of its keys.
func (r *Reach) enters(f *fact, t TypeID, graph int) bool {
	for _, key := range r.graph.Types[t].In(graph).Keys {
		if key.Resolvable && r.hasAll(f, f.place, key.Fields) {
			return true
		}
	}
	return false
}

// hasAll tells whether all of a field set can be had from a place, as far as it
// is known; it notes that the asking fact depends on it.
func (r *Reach) hasAll(asking *fact, id ResidencyID, set *FieldSet) bool {
	id = r.alone(id)
	for _, l := range r.leaves.of(set) {
		if !r.hasLeaf(asking, id, l) {
			return false
		}
	}
	return true
}

func (r *Reach) hasLeaf(asking *fact, id ResidencyID, l *leaf) bool {
	c := condition{id, l}
	f := r.has[c]
	if f == nil {
		f = &fact{condition: c}
		r.has[c] = f
		r.enqueue(f)
	}
	if !f.holds && asking != nil {
		f.waiting = append(f.waiting, asking)
	}
	return f.holds
}

// evaluate tells whether a leaf can be had from a place: on each object type
// that an object there can have and that the leaf means.
func (r *Reach) evaluate(f *fact) bool {
	p := r.At(f.place)
	if r.graph.Opaque(p) {
		return r.evaluateOpaque(f, p)
	}
	for _, t := range r.graph.Possible(p) {
		if !f.leaf.field.On(t) {
			continue
		}
		id := f.place
		if t != p.Type {
			id = r.ID(Residency{Type: t, Graph: p.Graph, Provided: p.Provided, Given: p.Given})
		}
		if !r.evaluateOn(f, id, t) {
			return false
		}
	}
	return true
}

func (r *Reach) evaluateOn(f *fact, id ResidencyID, t TypeID) bool {
	field, ok := r.graph.Field(t, f.leaf.field.Name)
	if !ok {
		return false
	}
	if field == Typename {
		return true
	}
	moves := r.movesOf(id)
	moves.waiting = append(moves.waiting, f)
	for _, m := range moves.members {
		if r.graph.Abstract(t) && !r.graph.Opaque(r.At(m)) || !r.resolves(f, m, field) {
			continue
		}
		known := m
		if r.graph.Opaque(r.At(m)) {
			known = id
		}
		if f.leaf.rest == nil || r.hasLeaf(f, r.child(f, m, field, known), f.leaf.rest) {
			return true
		}
	}
	return false
}

// evaluateOpaque is evaluateOn where the objects' type is not known: what is meant
// only on some types, and the type's name, needs a subgraph that has the real
// interface; there the leaf can be had as from any place of the interface.
func (r *Reach) evaluateOpaque(f *fact, p Residency) bool {
	real, elsewhere := false, false
	moves := r.movesOf(f.place)
	moves.waiting = append(moves.waiting, f)
	for _, m := range moves.members {
		if !r.graph.Opaque(r.At(m)) {
			real = true
			elsewhere = elsewhere || r.hasLeaf(f, m, f.leaf)
		}
	}
	switch {
	case f.leaf.field.Name == "__typename":
		return real
	case f.leaf.field.Types != nil && !real:
		return false
	}
	return elsewhere || r.evaluateOn(f, f.place, p.Type)
}

// resolves tells whether the place's own subgraph resolves the field, as far as
// it is known.
func (r *Reach) resolves(asking *fact, id ResidencyID, field FieldID) bool {
	p := r.At(id)
	field, ok := r.graph.FieldAt(p, field)
	if !ok || !r.graph.Resolves(p.Graph, p.Type, field, p.Provided) {
		return false
	}
	if field == Typename {
		return true
	}
	if r.idle(r.graph.Fields[field].In(p.Graph).Override) {
		return false
	}
	if !r.given(p, r.graph.Fields[field].In(p.Graph).Context) {
		return false
	}
	requires := r.graph.Fields[field].In(p.Graph).Requires
	if requires == nil {
		return true
	}
	return r.hasAll(asking, id, requires) && r.reenters(asking, id)
}

// idle tells whether the other side of a progressive override resolves the field.
func (r *Reach) idle(o supergraph.Override) bool {
	return slices.Contains(r.decided, supergraph.Override{Label: o.Label, Set: !o.Set}) && o.Label != ""
}

// reenters tells whether the place's subgraph can be asked again for the same
// object, as @requires demands: it has a key whose fields it resolves itself, and
// one by which it looks objects up.
func (r *Reach) reenters(asking *fact, id ResidencyID) bool {
	p := r.At(id)
	keys := r.graph.Types[p.Type].In(p.Graph).Keys
	return slices.ContainsFunc(keys, func(k Key) bool { return !r.external(p.Graph, p.Type, k.Fields) }) &&
		slices.ContainsFunc(keys, func(k Key) bool { return k.Resolvable && r.hasAll(asking, id, k.Fields) })
}

// external tells whether a field set selects something that is external in the
// subgraph.
func (r *Reach) external(graph int, t TypeID, set *FieldSet) bool {
	for i := range set.Fields {
		f := &set.Fields[i]
		id, ok := r.graph.Field(t, f.Name)
		if !ok || id == Typename {
			continue
		}
		if in := r.graph.Fields[id].In(graph); !in.Present || in.External {
			return true
		}
		if f.Set != nil && r.external(graph, f.Set.Type, f.Set) {
			return true
		}
	}
	return false
}

// hasInterfaceObject tells whether some subgraph has the type as an interface
// object.
func hasInterfaceObject(t *supergraph.Type) bool {
	return slices.ContainsFunc(t.Joins, func(j supergraph.TypeJoin) bool { return j.InterfaceObject })
}
