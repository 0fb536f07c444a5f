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
	if len(children) < 2 || w.compared[f.id] || !w.graph.Abstract(f.result) || !w.shared(f) {
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
	w.compared[f.id] = true
	coordinate := w.graph.Coordinate(f.id)
	if len(common) == 0 {
		w.fail(CodeShareableRuntimeTypes, at,
			"the shared field %q of type %q can return %s: no type in common, so the subgraphs cannot resolve it the same way", coordinate, f.definition.Type, groups.describe())
		return
	}
	w.hint(HintInconsistentRuntimeTypes, Warn, coordinate,
		"the shared field %q of type %q can return %s; it must return only what all of them know", coordinate, f.definition.Type, groups.describe())
}

// shared tells whether several subgraphs resolve a field.
func (w *walk) shared(f apiField) bool {
	resolvers := 0
	for _, h := range f.homes {
		if !h.in.External {
			resolvers++
		}
	}
	return resolvers > 1
}
