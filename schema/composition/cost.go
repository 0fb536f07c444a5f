package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkCost checks where @cost stands.
//
// Rule: @cost does not stand on a field of an interface; its implementations
// have the costs.
// Codes: COST_APPLIED_TO_INTERFACE_FIELD.
func (c *composer) checkCost(s *subgraph) {
	for _, t := range s.types {
		if t.kind != ast.Interface {
			continue
		}
		for _, f := range t.fields {
			if a := first(f.applied, "cost"); a != nil {
				c.fail(CodeCostOnInterfaceField, []Location{a.at}, "@cost cannot be used on %q, a field of an interface: put it on the implementations", f.coordinate)
			}
		}
	}
}
