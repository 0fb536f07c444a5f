package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// dropIdleExternal drops @external where it said nothing.
//
// Rule: federation 1 ignored @external on fields of interfaces and on types.
func (u *upgrader) dropIdleExternal() {
	dropExternalOfTypes(u.subgraph)
	for _, t := range u.types {
		if t.kind == ast.Interface {
			for _, f := range t.fields {
				f.applied = drop(f.applied, "external")
			}
		}
	}
}

func dropExternalOfTypes(s *subgraph) {
	for _, t := range s.types {
		if t.kind == ast.Object {
			t.applied = drop(t.applied, "external")
		}
	}
}

// dropExternalOfKeys drops @external from the key fields of extensions.
//
// Rule: federation 1 wanted @external on the fields of an extension's keys,
// though the subgraph resolves them. Of an extension without a key, these are
// the fields of the first key that each other subgraph gives the type.
func (u *upgrader) dropExternalOfKeys() {
	for _, t := range u.types {
		if !isExtension(t) {
			continue
		}
		var fields []string
		if keys := find(t.applied, "key"); len(keys) > 0 {
			for _, key := range keys {
				fields = append(fields, topLevelFields(t, key)...)
			}
		} else {
			for _, other := range u.elsewhere(t.name) {
				if key := first(other.applied, "key"); key != nil {
					fields = append(fields, topLevelFields(other, key)...)
				}
			}
		}
		for _, f := range t.fields {
			if slices.Contains(fields, f.name) {
				f.applied = drop(f.applied, "external")
			}
		}
	}
}

// topLevelFields are the names of the type's own fields that a key selects.
func topLevelFields(t *typeDef, key *application) (names []string) {
	t.in.eachSelected(t, fieldsOf(key), false, func(f *field) {
		if f.parent == t {
			names = append(names, f.name)
		}
	})
	return names
}
