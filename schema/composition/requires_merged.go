package composition

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkRequiresMerged looks again at the arguments inside @requires and
// @fromContext.
//
// Rule: @requires and @fromContext pass only arguments that the merged field
// still has: one that some subgraph lacks is not in the supergraph.
// Codes: REQUIRES_INVALID_FIELDS, CONTEXT_INVALID_SELECTION.
func (c *composer) checkRequiresMerged() {
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			for _, f := range t.fields {
				for _, a := range find(f.applied, "requires") {
					c.checkMergedArguments(s, CodeRequiresInvalidFields, f, a, t.name, ast.SelectionSet(fieldsOf(a)))
				}
			}
		}
		s.eachContextValue(func(f *field, setting *typeDef, set federation.FieldSet, a *application) {
			c.checkMergedArguments(s, CodeContextInvalidSelection, f, a, setting.name, ast.SelectionSet(set))
		})
	}
}

func (c *composer) checkMergedArguments(s *subgraph, code Code, f *field, a *application, parent string, set ast.SelectionSet) {
	t := c.super.typeNamed(parent)
	if t == nil {
		return
	}
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			name := parent
			if sel.TypeCondition != "" {
				name = s.typeName(sel.TypeCondition)
			}
			c.checkMergedArguments(s, code, f, a, name, sel.SelectionSet)
		case *ast.Field:
			merged := t.field(sel.Name)
			if merged == nil {
				continue
			}
			for _, arg := range sel.Arguments {
				if merged.arg(arg.Name) == nil {
					c.fail(code, append([]Location{a.at}, merged.places()...),
						"%s on %q: the argument %q of field %q is not in every subgraph that resolves it, so it cannot be given", a, f.coordinate, arg.Name, merged.coordinate)
				}
			}
			for _, arg := range merged.args {
				if arg.required() && sel.Arguments.ForName(arg.name) == nil {
					c.fail(code, append([]Location{a.at}, arg.places()...),
						"%s on %q: the argument %q is required once the subgraphs are merged, but not given", a, f.coordinate, arg.coordinate)
				}
			}
			c.checkMergedArguments(s, code, f, a, merged.typ.Name(), sel.SelectionSet)
		}
	}
}
