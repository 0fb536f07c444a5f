package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkInterfaceKeysImplemented compares interfaces' keys with those of their
// implementations.
//
// Rule: every implementation has the keys of its interface, resolvable where the
// interface's are. Keys that cannot be read are reported as such alone.
// Codes: INTERFACE_KEY_NOT_ON_IMPLEMENTATION.
func (c *composer) checkInterfaceKeysImplemented(s *subgraph) {
	for _, t := range s.types {
		if t.kind != ast.Interface {
			continue
		}
		for _, key := range find(t.applied, "key") {
			if key.wrong {
				continue
			}
			want := canonicalFields(ast.SelectionSet(fieldsOf(key)))
			for _, impl := range s.possibleTypes(t) {
				c.checkKeyOn(t, key, want, impl)
			}
		}
	}
}

func (c *composer) checkKeyOn(t *typeDef, key *application, want string, impl *typeDef) {
	for _, k := range find(impl.applied, "key") {
		if k.wrong {
			return
		}
		if canonicalFields(ast.SelectionSet(fieldsOf(k))) != want {
			continue
		}
		if resolvable(key) && !resolvable(k) {
			c.fail(CodeInterfaceKeyNotOnImplementation, []Location{k.at, key.at},
				"%s of interface %q must be resolvable on its implementation %q too", key, t.name, impl.name)
		}
		return
	}
	c.fail(CodeInterfaceKeyNotOnImplementation, []Location{impl.at, key.at},
		"type %q lacks %s, which its interface %q has: add it", impl.name, key, t.name)
}
