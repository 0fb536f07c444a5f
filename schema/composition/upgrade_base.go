package composition

// checkExtensionsHaveBase looks for the definition that extensions extend.
//
// Rule: a type that a federation 1 subgraph extends, with `extend type` or with
// @extends, is defined in another subgraph; the root types need no definition.
// Codes: EXTENSION_WITH_NO_BASE.
func (u *upgrader) checkExtensionsHaveBase() {
	for _, t := range u.types {
		if isRoot(t.name) || !isExtension(t) || anyDefined(u.elsewhere(t.name)) {
			continue
		}
		u.fail(CodeExtensionWithNoBase, []Location{t.at},
			"type %q is only extended: no subgraph defines it; write `%s %s` in the subgraph that owns it", t.name, keyword(t), t.name)
	}
}

func anyDefined(types []*typeDef) bool {
	for _, t := range types {
		if t.defined {
			return true
		}
	}
	return false
}
