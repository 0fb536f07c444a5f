package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkExternalOnInterface looks for @external where nothing is resolved.
//
// Rule: fields of interfaces are not @external.
// Codes: EXTERNAL_ON_INTERFACE.
func (c *composer) checkExternalOnInterface(s *subgraph) {
	for _, t := range s.types {
		if t.kind != ast.Interface {
			continue
		}
		for _, f := range t.fields {
			if a := first(f.applied, "external"); a != nil {
				c.fail(CodeExternalOnInterface, []Location{a.at}, "%q cannot be @external: a field of an interface has no resolver", f.coordinate)
			}
		}
	}
}

// checkExternalUsed looks for @external fields without a purpose.
//
// Rule: an @external field is selected by some @key, @requires, @provides or
// @fromContext of its subgraph, or an interface demands it.
// Codes: EXTERNAL_UNUSED.
func (c *composer) checkExternalUsed(s *subgraph) {
	for _, t := range s.types {
		for _, f := range t.fields {
			if f.external && !f.used {
				c.fail(CodeExternalUnused, []Location{f.at},
					"field %q is @external, but no @key, @requires, @provides or @fromContext selects it and no interface demands it: remove the field; or only its @external, if this subgraph resolves it", f.coordinate)
			}
		}
	}
}

// checkMergedOnExternal looks for directives that would be lost.
//
// Rule: a directive that reaches the supergraph stands on the definition of a
// field, not on an @external declaration of it.
// Codes: MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL.
func (c *composer) checkMergedOnExternal(s *subgraph) {
	merged := append(mergeable(), "inaccessible")
	for _, t := range s.types {
		for _, f := range t.fields {
			if !f.external {
				continue
			}
			for _, a := range f.applied {
				if slices.Contains(merged, a.spec) {
					c.fail(CodeMergedDirectiveOnExternal, []Location{a.at},
						"%s on %q has no effect, because the field is @external: move it to the subgraph that resolves the field", a, f.coordinate)
				}
			}
		}
	}
}
