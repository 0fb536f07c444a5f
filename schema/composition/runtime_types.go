package composition

import (
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// checkRuntimeTypes compares what a field of abstract type can return in the
// subgraphs to which a query can come for it.
//
// Rule: subgraphs that share a field of interface or union type know at least
// one object type in common that it can return; else they cannot resolve it the
// same way.
// Codes: SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES.
// Hints: INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN.
func (w *walk) checkRuntimeTypes(f apiField, children []querygraph.ResidencyID) {
	if len(children) < 2 || !w.uncompared[f.id] {
		return
	}
	groups := newGroups()
	var common []string
	var at []Location
	for _, id := range children {
		p := w.reach.At(id)
		if !w.graph.Abstract(p.Type) || w.graph.Opaque(p) {
			continue // it gives one type, or does not tell which
		}
		var names []string
		for _, t := range w.graph.Possible(p) {
			names = append(names, w.graph.Types[t].Name)
		}
		slices.Sort(names)
		groups.add("the types "+list(names), w.subgraph(p.Graph).name)
		if len(at) == 0 {
			common = names
		}
		at = append(at, w.placeOf(w.homeIn(p.Graph, f)))
		common = slices.DeleteFunc(slices.Clone(common), func(n string) bool { return !slices.Contains(names, n) })
	}
	if len(groups.order) < 2 {
		return
	}
	delete(w.uncompared, f.id)
	coordinate := w.graph.Coordinate(f.id)
	if len(common) == 0 {
		w.fail(CodeShareableRuntimeTypes, at,
			"the shared field %q of type %q can return %s: no type in common, so the subgraphs cannot resolve it the same way", coordinate, f.definition.Type, groups.describe())
		return
	}
	w.hint(HintInconsistentRuntimeTypes, Warn, coordinate,
		"the shared field %q of type %q can return %s; it must return only what all of them know", coordinate, f.definition.Type, groups.describe())
}

// differingRuntimeTypes are the fields of abstract type that several subgraphs
// resolve and that can return other object types in one than in another.
func differingRuntimeTypes(graph *querygraph.Graph) map[querygraph.FieldID]bool {
	differing := map[querygraph.FieldID]bool{}
	for i := range graph.Fields {
		f := &graph.Fields[i]
		if f.Result == querygraph.NoType || !graph.Abstract(f.Result) {
			continue
		}
		joins := f.Joins
		for _, s := range graph.Types[f.Owner].StandIns {
			if id, ok := graph.Field(s.Type, f.Definition.Name); ok && graph.Fields[id].In(s.Graph).Present {
				joins = append(slices.Clip(joins), *graph.Fields[id].In(s.Graph))
			}
		}
		if differ(graph, joins) {
			differing[querygraph.FieldID(i)] = true
		}
	}
	return differing
}

func differ(graph *querygraph.Graph, joins []querygraph.FieldIn) bool {
	resolvers, different := 0, false
	var first []querygraph.TypeID
	for _, j := range joins {
		if !j.External {
			resolvers++
		}
		p := querygraph.Residency{Type: j.Result, Graph: j.Graph}
		if !graph.Abstract(j.Result) || graph.Opaque(p) {
			continue // it gives one type, or does not tell which
		}
		if first == nil {
			first = graph.Possible(p)
		}
		different = different || !slices.Equal(first, graph.Possible(p))
	}
	return resolvers > 1 && different
}
