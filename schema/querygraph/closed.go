package querygraph

import "slices"

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
