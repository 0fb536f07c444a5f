package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weftql/weft/schema/querygraph"
)

// reportOpaque reports objects whose type no subgraph can tell.
//
// Rule: where a query arrives at an interface object, some subgraph that defines
// the interface with its implementations can be reached by a key of the
// interface: only it knows the types of the objects.
// Codes: SATISFIABILITY_ERROR.
func (w *walk) reportOpaque(f failure) {
	var reasons strings.Builder
	var advice string
	at := w.placesOf(f.field)
	for _, id := range f.children {
		p := w.reach.At(id)
		if !w.graph.Opaque(p) {
			continue
		}
		t := &w.graph.Types[p.Type]
		name := w.subgraph(p.Graph).name
		fmt.Fprintf(&reasons, "- subgraph %q: has %q as @interfaceObject, so it cannot tell which type an object has\n", name, t.Name)
		for _, j := range w.graph.Supergraph.Types[p.Type].Joins {
			if j.InterfaceObject {
				continue
			}
			at = append(at, w.subgraph(j.Graph).typeNamed(t.Name).at)
			if why := w.reasonsOfKeys([]querygraph.ResidencyID{id}, t, j.Graph); why != "" {
				reasons.WriteString(why)
				continue
			}
			fmt.Fprintf(&reasons, "- cannot move to subgraph %q, which defines the interface: %q has no @key there\n", w.subgraph(j.Graph).name, t.Name)
		}
		if advice == "" {
			advice = fmt.Sprintf("Give the interface %q a resolvable @key in a subgraph that defines all of its implementations, with fields that subgraph %q resolves.", t.Name, name)
		}
	}
	w.fail(CodeSatisfiability, at, "the operation\n%s\ncannot be answered: no subgraph can be reached that tells the type of the objects of %q.\n%s%s",
		indented(w.witness(f)), w.graph.Coordinate(f.field.id), reasons.String(), advice)
}

// opaque tells whether some of the places are interface objects.
func (w *walk) opaque(places []querygraph.ResidencyID) bool {
	return slices.ContainsFunc(places, func(id querygraph.ResidencyID) bool { return w.graph.Opaque(w.reach.At(id)) })
}
