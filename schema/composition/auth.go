package composition

import "github.com/vektah/gqlparser/v2/ast"

// authDirectives demand something of the caller.
func authDirectives() []string { return []string{"authenticated", "requiresScopes", "policy"} }

// checkAuthOnInterface checks where the directives for authorization stand.
//
// Rule: @authenticated, @requiresScopes and @policy do not stand on interfaces
// and their fields: an interface demands what its implementations demand
// together.
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
// demand.
func (m *merger) inheritAuth(dest *typeDef) {
	for _, impl := range m.super.possibleTypes(dest) {
		for _, t := range m.sources[impl.name] {
			m.pendingAuth[&dest.applied] = append(m.pendingAuth[&dest.applied], t.applied)
			for _, f := range dest.fields {
				if mine := t.field(f.name); mine != nil && !mine.external {
					m.pendingAuth[&f.applied] = append(m.pendingAuth[&f.applied], mine.applied)
				}
			}
		}
	}
}
