package composition

// checkInterfaceFields compares merged types with their merged interfaces.
//
// Rule: a type that implements an interface anywhere has all the fields that the
// interface has in any subgraph.
// Codes: INTERFACE_FIELD_NO_IMPLEM.
func (c *composer) checkInterfaceFields() {
	for _, t := range c.super.types {
		for _, name := range t.interfaces {
			i := c.super.typeNamed(name)
			if i == nil {
				continue
			}
			for _, f := range i.fields {
				if t.field(f.name) == nil {
					c.fail(CodeInterfaceFieldNoImplem, append(f.places(), t.places()...),
						"interface %q has the field %q in %s, but type %q, which implements it, has no field %q in any subgraph: add it to the type, or remove it from the interface",
						i.name, f.name, subgraphList(subgraphsOf(f.places())), t.name, f.name)
				}
			}
		}
	}
}

func subgraphsOf(at []Location) []string {
	names := make([]string, len(at))
	for i, l := range at {
		names[i] = l.Subgraph
	}
	return names
}
