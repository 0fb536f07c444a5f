package composition

import "github.com/vektah/gqlparser/v2/ast"

// interfaceObject reports whether the type stands for an interface of other
// subgraphs: `type I @interfaceObject`, an object type here whose objects are, in
// truth, of types that this subgraph does not know.
func (t *typeDef) interfaceObject() bool {
	return t != nil && t.kind == ast.Object && has(t.applied, "interfaceObject")
}

// checkInterfaceObjects checks what @interfaceObject stands on.
//
// Rule: a type with @interfaceObject is an entity, so that other subgraphs can be
// asked which object it is; as it is an interface in the supergraph, it is
// neither a root type nor a member of a union.
// Codes: INTERFACE_OBJECT_USAGE_ERROR.
func (c *composer) checkInterfaceObjects(s *subgraph) {
	for _, t := range s.types {
		if a := first(t.applied, "interfaceObject"); a != nil && t.kind == ast.Object && !has(t.applied, "key") {
			c.fail(CodeInterfaceObjectUsage, []Location{a.at},
				"%q is marked @interfaceObject, but has no @key, by which other subgraphs could tell which object it is: give it the @key of the interface %q", t.name, t.name)
		}
	}
}

// checkInterfaceObjectPlaces looks for interface objects where no interface can be.
func (m *merger) checkInterfaceObjectPlaces() {
	if len(m.interfaceObjects) == 0 {
		return
	}
	for _, s := range m.subgraphs {
		for _, t := range s.types {
			if t.interfaceObject() && isRoot(t.name) {
				m.fail(CodeInterfaceObjectUsage, []Location{t.at}, "%q is a root type of the schema, which cannot stand for an interface: remove its @interfaceObject", t.name)
			}
			if t.kind != ast.Union {
				continue
			}
			for _, name := range t.members {
				if o := s.typeNamed(name); o.interfaceObject() {
					m.fail(CodeInterfaceObjectUsage, []Location{o.at, t.at},
						"%q is marked @interfaceObject, so it is an interface in the supergraph and cannot be a member of the union %q", o.name, t.name)
				}
			}
		}
	}
}

// mergedKind is the kind that the type has in the supergraph.
func (t *typeDef) mergedKind() ast.DefinitionKind {
	if t.interfaceObject() {
		return ast.Interface
	}
	return t.kind
}
