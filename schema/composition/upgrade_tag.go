package composition

import "slices"

// dropTagOfExternal drops repeated tags.
//
// Rule: a @tag on an @external field is dropped if the field has the same tag in
// another subgraph where it is not @external.
func (u *upgrader) dropTagOfExternal() {
	for _, t := range u.types {
		for _, f := range t.fields {
			if has(f.applied, "external") {
				f.applied = slices.DeleteFunc(f.applied, func(a *application) bool {
					return a.spec == "tag" && taggedIn(u.elsewhere(t.name), f.name, applicationKey(a))
				})
			}
		}
	}
}

func taggedIn(types []*typeDef, name, tag string) bool {
	for _, t := range types {
		f := t.field(name)
		if f == nil || has(f.applied, "external") {
			continue
		}
		for _, a := range find(f.applied, "tag") {
			if applicationKey(a) == tag {
				return true
			}
		}
	}
	return false
}
