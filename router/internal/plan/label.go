package plan

import (
	"slices"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

// Labels marks the labels of progressive overrides on which the plan of an
// operation can depend: those of the fields that it selects, and of what keys and
// @requires lead to from there. Requests that agree on these share a plan,
// whatever other labels they set.
//
// Federation 2.7 §@override(label:)
func Labels(op *operation.Operation, graph *querygraph.Graph) querygraph.LabelSet {
	out := graph.NewLabelSet()
	if out == nil {
		return nil
	}
	addLabels(out, op.Root, graph)
	return out
}

func addLabels(out querygraph.LabelSet, set *operation.SelectionSet, graph *querygraph.Graph) {
	declared, ok := graph.Type(set.Type.Name)
	if !ok {
		return // introspection's own types
	}
	for _, t := range graph.Types[declared].Possible {
		out.Add(graph.TypeLabels(t))
	}
	for _, f := range set.Fields {
		for _, t := range graph.Types[declared].Possible {
			if f.Types != nil && !slices.Contains(f.Types, graph.Types[t].Name) {
				continue
			}
			if id, ok := graph.Field(t, f.Name); ok {
				out.Add(graph.FieldLabels(id))
			}
		}
		if f.Selections != nil {
			addLabels(out, f.Selections, graph)
		}
	}
}
