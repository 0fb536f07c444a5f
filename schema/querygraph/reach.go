package querygraph

import "slices"

// Residency is where an object stands: in the response of one subgraph.
type Residency struct {
	// Type is the object's type.
	Type  TypeID
	Graph int
	// Provided is what the subgraph provides for it there.
	Provided Provided
}

// Reached is what can be had of an object from one residency.
type Reached struct {
	// Graphs tells for each subgraph whether the object can be had in it: it
	// stands there, or it can be looked up with fields that can be had.
	Graphs []bool
	fields map[FieldID]bool
}

// Has tells whether the field can be had.
func (r *Reached) Has(f FieldID) bool { return f == Typename || r.fields[f] }

// Reach computes the least fixpoint of lookups: starting from what the
// residency's subgraph resolves, it enters every subgraph that has a resolvable
// key whose fields can be had, and adds what that resolves, fields with
// @requires only once their inputs can be had. What needs itself is never had.
func (g *Graph) Reach(from Residency) *Reached {
	return (&reacher{graph: g}).reach(from)
}

// maxReach bounds how deep keys may need keys of other objects.
const maxReach = 16

type reacher struct {
	graph *Graph
	// above are the residencies that are being computed.
	above []Residency
}

func (r *reacher) reach(from Residency) *Reached {
	out := &Reached{Graphs: make([]bool, len(r.graph.Supergraph.Subgraphs)), fields: map[FieldID]bool{}}
	if len(r.above) >= maxReach || slices.ContainsFunc(r.above, from.equal) {
		return out
	}
	r.above = append(r.above, from)
	defer func() { r.above = r.above[:len(r.above)-1] }()
	out.Graphs[from.Graph] = true
	t := &r.graph.Types[from.Type]
	root := t.Name == r.graph.Supergraph.Schema.Query.Name
	for changed := true; changed; {
		changed = false
		for graph := range out.Graphs {
			in := &t.In[graph]
			if !out.Graphs[graph] && in.Present && (root || r.keyed(from, out, graph)) {
				out.Graphs[graph] = true
				changed = true
			}
			if !out.Graphs[graph] {
				continue
			}
			for _, id := range t.Fields {
				if !out.fields[id] && r.obtains(from, out, graph, id) {
					out.fields[id] = true
					changed = true
				}
			}
		}
	}
	return out
}

func (r Residency) equal(o Residency) bool {
	return r.Type == o.Type && r.Graph == o.Graph && slices.Equal(r.Provided, o.Provided)
}

// keyed tells whether the object can be looked up in a subgraph.
func (r *reacher) keyed(from Residency, out *Reached, graph int) bool {
	return slices.ContainsFunc(r.graph.Types[from.Type].In[graph].Keys, func(k Key) bool {
		return k.Resolvable && r.covers(from, out, k.Fields)
	})
}

// obtains tells whether a subgraph that the object can be had in gives a field.
func (r *reacher) obtains(from Residency, out *Reached, graph int, f FieldID) bool {
	var provided Provided
	if graph == from.Graph {
		provided = from.Provided
	}
	in := &r.graph.Fields[f].In[graph]
	if !r.graph.Resolves(graph, from.Type, f, provided) {
		return false
	}
	return in.Requires == nil || in.External || r.covers(from, out, in.Requires) && r.keyed(from, out, graph)
}

// covers tells whether all of a field set can be had.
func (r *reacher) covers(from Residency, out *Reached, set *FieldSet) bool {
	for i := range set.Fields {
		f := &set.Fields[i]
		if !f.On(from.Type) {
			continue
		}
		id, ok := r.graph.Field(from.Type, f.Name)
		if !ok || !out.Has(id) || f.Set != nil && !r.coversBelow(from, out, id, f.Set) {
			return false
		}
	}
	return true
}

// coversBelow tells whether the parts of a composite field can be had from one
// of the subgraphs that resolve it.
func (r *reacher) coversBelow(from Residency, out *Reached, f FieldID, set *FieldSet) bool {
	for graph, reached := range out.Graphs {
		if !reached || !r.obtains(from, out, graph, f) {
			continue
		}
		var provided Provided
		if graph == from.Graph {
			provided = from.Provided
		}
		below := r.graph.Below(graph, from.Type, f, provided)
		missing := func(t TypeID) bool {
			child := Residency{Type: t, Graph: graph, Provided: below}
			return !r.covers(child, r.reach(child), set)
		}
		if !slices.ContainsFunc(r.graph.ResultTypes(graph, f), missing) {
			return true
		}
	}
	return false
}

// Closed tells for each type and subgraph whether an object of the type that
// stands in the subgraph needs no other: the subgraph resolves all of its fields,
// and so on for all that these return.
func (g *Graph) Closed() [][]bool {
	out := make([][]bool, len(g.Types))
	for i := range g.Types {
		out[i] = make([]bool, len(g.Types[i].In))
		for graph := range out[i] {
			out[i][graph] = g.Types[i].In[graph].Present
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range g.Types {
			for graph := range out[i] {
				if out[i][graph] && !g.closedGiven(out, &g.Types[i], graph) {
					out[i][graph] = false
					changed = true
				}
			}
		}
	}
	return out
}

func (g *Graph) closedGiven(closed [][]bool, t *Type, graph int) bool {
	open := func(id TypeID) bool { return !closed[id][graph] }
	if g.Abstract(t.ID) {
		return !slices.ContainsFunc(t.In[graph].Possible, open)
	}
	for _, id := range t.Fields {
		in := &g.Fields[id].In[graph]
		if !in.Present || in.External || in.Requires != nil || slices.ContainsFunc(g.ResultTypes(graph, id), open) {
			return false
		}
	}
	return true
}
