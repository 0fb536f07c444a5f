package composition

// checkBase looks for the definition that extensions extend.
//
// Rule: a type that some subgraph extends is defined, not only extended, in at
// least one subgraph; the root types need no definition.
// Codes: EXTENSION_WITH_NO_BASE.
func (m *merger) checkBase(dest *typeDef, sources []*typeDef) {
	if isRoot(dest.name) {
		return
	}
	for _, t := range sources {
		if t.defined {
			return
		}
	}
	for _, t := range sources {
		m.fail(CodeExtensionWithNoBase, []Location{t.at},
			"type %q is only extended: no subgraph defines it; write `%s %s` in the subgraph that owns it", dest.name, keyword(t), dest.name)
	}
}

func keyword(t *typeDef) string {
	switch t.kindName() {
	case "object":
		return "type"
	case "input object":
		return "input"
	}
	return t.kindName()
}
