package composition

import "fmt"

// contextReason says why a subgraph cannot be given a contextual argument.
//
// Rule: a subgraph resolves a field with a contextual argument only where an
// object above sets the context, that is one of which the field's own object is
// a part. The nearest such object counts; what the argument takes from it must be
// obtainable there.
// Codes: SATISFIABILITY_ERROR.
func (w *walk) contextReason(graph int, f apiField, argument string) string {
	return fmt.Sprintf("the argument %q of field %q cannot be given: no object above sets the context %q, or the nearest that does has no value for it",
		argument, w.graph.Coordinate(f.id), w.contextOf(graph, f, argument))
}

// contextAdvice says what would help a field that lacks a contextual argument;
// it is empty if that is not what the field lacks.
func (w *walk) contextAdvice(f failure) string {
	for _, id := range f.state.places {
		graph := w.reach.At(id).Graph
		in := w.graph.Fields[f.field.id].In(graph)
		if argument := w.reach.Lacks(id, f.field.id); argument != "" && f.state.idle(in) == "" {
			return fmt.Sprintf("In subgraph %q, put @context(name: %q) on a type above %q in this operation; or resolve the field elsewhere without the argument.",
				w.subgraph(graph).name, w.contextOf(graph, f.field, argument), w.graph.Types[f.state.typ].Name)
		}
	}
	return ""
}

// contextOf is the context of a contextual argument, as the subgraph calls it.
func (w *walk) contextOf(graph int, f apiField, argument string) string {
	own := w.ownField(w.homeIn(graph, f))
	if own == nil || own.arg(argument) == nil {
		return ""
	}
	a := first(own.arg(argument).applied, "fromContext")
	if a == nil {
		return ""
	}
	context, _, _ := contextValue(a)
	return context
}
