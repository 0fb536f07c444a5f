package composition

import "github.com/vektah/gqlparser/v2/ast"

// addShareable marks what federation 1 let several subgraphs resolve.
//
// Rule: in federation 1 everything could be resolved anywhere. An object type
// without key that another subgraph has too is @shareable; so is a field of an
// entity or of a root type that another subgraph resolves, unless it is part of
// a key. Subscriptions are not.
func (u *upgrader) addShareable() {
	for _, t := range u.types {
		if t.kind != ast.Object || t.name == "Subscription" {
			continue
		}
		others := u.elsewhere(t.name)
		if !has(t.applied, "key") && !isRoot(t.name) {
			if len(others) > 0 && !has(t.applied, "shareable") {
				t.applied = append(t.applied, shareable(t.at))
			}
			continue
		}
		written := u.original.typeNamed(t.name)
		for _, f := range t.fields {
			if !written.field(f.name).inKey && !has(f.applied, "shareable") && resolvedIn(others, f.name) {
				f.applied = append(f.applied, shareable(f.at))
			}
		}
	}
}

func shareable(at Location) *application {
	return &application{at: at, name: "shareable", spec: "shareable"}
}

func resolvedIn(types []*typeDef, name string) bool {
	for _, t := range types {
		if f := t.field(name); f != nil && !f.fullyExternal() {
			return true
		}
	}
	return false
}
