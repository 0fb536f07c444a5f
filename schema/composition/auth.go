package composition

import "github.com/vektah/gqlparser/v2/ast"

// authDirectives demand something of the caller.
func authDirectives() []string { return []string{"authenticated", "requiresScopes", "policy"} }

// checkAuthOnInterface checks where the directives for authorization stand.
//
// Rule: @authenticated, @requiresScopes and @policy do not stand on interfaces
// and their fields, nor on types marked @interfaceObject: an interface demands
// what its implementations demand together. A field of an interface object has
// them for all implementations.
// Codes: AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE.
func (c *composer) checkAuthOnInterface(s *subgraph) {
	check := func(list []*application, coordinate string) {
		for _, spec := range authDirectives() {
			if a := first(list, spec); a != nil {
				c.fail(CodeAuthOnInterface, []Location{a.at},
					"@%s cannot be used on %q: put it on the implementations of the interface, which pass it on", spec, coordinate)
			}
		}
	}
	for _, t := range s.types {
		if t.interfaceObject() {
			check(t.applied, t.name)
		}
		if t.kind != ast.Interface {
			continue
		}
		check(t.applied, t.name)
		for _, f := range t.fields {
			check(f.applied, f.coordinate)
		}
	}
}

// inheritAuth adds to an interface, and to its fields, what its implementations
// demand, be it by way of another interface.
func (m *merger) inheritAuth(dest *typeDef) {
	for _, impl := range m.super.possibleTypes(dest) {
		for _, f := range dest.fields {
			m.addAuth(f, m.standIns(impl, f.name)...)
		}
		for _, t := range m.sources[impl.name] {
			m.pendingAuth[&dest.applied] = append(m.pendingAuth[&dest.applied], t.applied)
			for _, f := range dest.fields {
				if mine := t.field(f.name); mine != nil && !mine.external {
					m.addAuth(f, mine)
				}
			}
		}
	}
}

// inheritAuthOfInterfaceObjects adds to the field of an object type what interface
// objects demand for it.
func (m *merger) inheritAuthOfInterfaceObjects(parent *typeDef, dest *field) {
	m.addAuth(dest, m.standIns(parent, dest.name)...)
}

func (m *merger) addAuth(dest *field, from ...*field) {
	for _, f := range from {
		m.pendingAuth[&dest.applied] = append(m.pendingAuth[&dest.applied], f.applied)
	}
}
