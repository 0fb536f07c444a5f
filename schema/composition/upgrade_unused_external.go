package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// dropUnusedExternal drops @external fields without a purpose.
//
// Rule: an @external field that no @key, @requires or @provides selects and no
// interface demands is dropped, and so is a type without further fields, unless
// something, be it a dropped field, refers to it or it is an entity.
// Codes: TYPE_WITH_ONLY_UNUSED_EXTERNAL.
func (u *upgrader) dropUnusedExternal() {
	u.recollectFacts()
	mentioned := u.mentioned()
	for _, t := range slices.Clone(u.types) {
		if t.kind != ast.Object && t.kind != ast.Interface {
			continue
		}
		for _, f := range slices.Clone(t.fields) {
			if f.external && !f.used {
				t.removeField(f.name)
			}
		}
		if len(t.fields) > 0 || t.name == "Query" { // which federation adds fields to
			continue
		}
		if mentioned[t.name] {
			u.fail(CodeTypeWithOnlyUnusedExternal, []Location{t.at},
				"type %q has only @external fields that no @key, @requires or @provides selects, but is referred to: remove the references, or give it a field that this subgraph resolves", t.name)
			continue
		}
		u.removeType(t.name)
	}
}

// mentioned are the types that the subgraph's schema refers to.
func (u *upgrader) mentioned() map[string]bool {
	names := map[string]bool{}
	for _, t := range u.types {
		isEntity := t.kind == ast.Object && has(t.applied, "key") // and so a member of _Entity
		names[t.name] = names[t.name] || isRoot(t.name) || isEntity
		for _, list := range [][]string{t.members, t.interfaces} {
			for _, name := range list {
				names[name] = true
			}
		}
		for _, f := range t.fields {
			names[f.typ.Name()] = true
		}
	}
	return names
}
