package composition

import "slices"

// checkKinds compares the kinds of a type's definitions.
//
// Rule: a type has the same kind in every subgraph that defines it; one marked
// @interfaceObject counts as an interface.
// Codes: TYPE_KIND_MISMATCH.
func (m *merger) checkKinds(dest *typeDef, sources []*typeDef) {
	if !slices.ContainsFunc(sources, func(t *typeDef) bool { return t.mergedKind() != dest.kind }) {
		return
	}
	var at []Location
	groups := newGroups()
	for _, t := range sources {
		at = append(at, t.at)
		kind := t.kindWithArticle() + " type"
		if t.interfaceObject() {
			kind += " that stands for an interface (@interfaceObject)"
		}
		groups.add(kind, t.in.name)
	}
	m.mismatched[dest.name] = true
	m.fail(CodeTypeKindMismatch, at, "type %q has mismatched kinds: it is %s; give it one kind everywhere", dest.name, groups.describe())
}
