package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkCostOfInterfaceObjects looks for @cost that merging puts on interfaces.
//
// Rule: @cost stands on an interface object's fields, from which the
// implementations have it, but not on the type, nor on a field that another
// subgraph's interface has too: there it would stand on an interface.
// Codes: INVALID_GRAPHQL, COST_APPLIED_TO_INTERFACE_FIELD.
func (c *composer) checkCostOfInterfaceObjects() {
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			if !t.interfaceObject() {
				continue
			}
			if a := first(t.applied, "cost"); a != nil {
				c.invalid([]Location{a.at}, "%q is an interface in the supergraph, on which @cost cannot stand: move it from the type marked @interfaceObject to its fields", t.name)
			}
			for _, f := range t.fields {
				if a := first(f.applied, "cost"); a != nil && !f.external {
					c.checkCostOfInterfaceField(f, a)
				}
			}
		}
	}
}

func (c *composer) checkCostOfInterfaceField(f *field, a *application) {
	for _, s := range c.subgraphs {
		i := s.typeNamed(f.parent.name)
		if i == nil || i.kind != ast.Interface || i.field(f.name) == nil {
			continue
		}
		c.fail(CodeCostOnInterfaceField, []Location{a.at, i.field(f.name).at},
			"@cost on %q of subgraph %q would stand on the field of the interface that subgraph %q has: put it on the fields of the implementations", f.coordinate, f.in.name, s.name)
		return
	}
}
