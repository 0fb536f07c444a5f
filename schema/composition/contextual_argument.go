package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// mergeContextual tells whether an argument of a field is contextual; args are
// the argument in the subgraphs that resolve the field, nil where it is missing.
//
// Rule: an argument that has @fromContext in one subgraph is not in the
// supergraph, since the router gives it. So nobody can give it to the other
// subgraphs that resolve the field: where it is without @fromContext, it must be
// optional.
// Codes: CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS.
// Hints: CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS.
func (m *merger) mergeContextual(coordinate string, args []*field) bool {
	var contextual []Location
	var in []string
	for _, a := range args {
		if a != nil && has(a.applied, "fromContext") {
			contextual = append(contextual, a.at)
			in = append(in, a.in.name)
		}
	}
	if contextual == nil {
		return false
	}
	for _, a := range args {
		switch {
		case a == nil || has(a.applied, "fromContext"):
		case a.required():
			m.fail(CodeContextualArgument, append(slices.Clone(contextual), a.at),
				"argument %q comes from a context in %s, so that no query can give it, but %s requires it: make it optional there, or contextual too",
				coordinate, subgraphList(in), subgraphList([]string{a.in.name}))
		default:
			// The coordinate is left out because the supergraph has no such element.
			m.hint(HintContextualArgument, Info, "",
				"argument %q is not in the supergraph, because it comes from a context in %s; %s never gets it", coordinate, subgraphList(in), subgraphList([]string{a.in.name}))
		}
	}
	return true
}

// contextArguments is the value of join__field's argument of that name: where a
// subgraph takes the contextual arguments of one of its fields from; nil if it
// has none.
func (s *subgraph) contextArguments(f *field) *ast.Value {
	var out []*ast.Value
	for _, arg := range f.args {
		a := first(arg.applied, "fromContext")
		if a == nil {
			continue
		}
		context, selection, _ := contextValue(a)
		one := &ast.Value{Kind: ast.ObjectValue}
		for _, part := range []argument{
			{name: "context", value: stringValue(s.contextName(context))},
			{name: "name", value: stringValue(arg.name)},
			{name: "type", value: stringValue(arg.typ.String())},
			{name: "selection", value: stringValue(selection)},
		} {
			one.Children = append(one.Children, &ast.ChildValue{Name: part.name, Value: part.value})
		}
		out = append(out, one)
	}
	if out == nil {
		return nil
	}
	return listOf(out)
}

// contextual reports whether some subgraph has an argument of a merged field from
// a context.
func (c *composer) contextual(merged *field, name string) bool {
	for _, s := range c.subgraphs {
		if t := s.typeNamed(merged.parent.name); t != nil && t.field(merged.name) != nil {
			if a := t.field(merged.name).arg(name); a != nil && has(a.applied, "fromContext") {
				return true
			}
		}
	}
	return false
}
