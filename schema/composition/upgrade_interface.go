package composition

import "github.com/vektah/gqlparser/v2/ast"

// dropOnInterfaces drops directives that federation 1 ignored on interfaces.
//
// Rule: @key on an interface, and @provides and @requires on its fields, had no
// effect in federation 1.
func (u *upgrader) dropOnInterfaces() {
	for _, t := range u.types {
		if t.kind != ast.Interface {
			continue
		}
		t.applied = drop(t.applied, "key")
		for _, f := range t.fields {
			f.applied = drop(drop(f.applied, "provides"), "requires")
		}
	}
}
