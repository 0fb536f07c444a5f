package composition

import "slices"

// mergeInterface merges an interface type.
//
// Rule: an interface has the union of its fields. A subgraph that defines a
// resolvable key on an interface can resolve any of its implementations, so it
// defines all of them.
// Codes: INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE.
// Hints: INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD.
func (m *merger) mergeInterface(dest *typeDef, sources []*typeDef) {
	hasKey := m.checkInterfaceKeys(dest, sources)
	m.checkInterfaceObjectSources(dest, sources)
	m.mergeTypeHead(dest, sources)
	m.mergeFields(dest, sources)
	m.inheritAuth(dest)
	if hasKey {
		return
	}
	for _, f := range dest.fields {
		lacking := slices.ContainsFunc(sources, func(t *typeDef) bool { return !t.interfaceObject() && t.field(f.name) == nil })
		if lacking && !m.resolvedByInterfaceObject(dest.name, f.name) {
			m.hintInconsistentField(HintInconsistentInterfaceField, dest, f, sources)
		}
	}
}

func (m *merger) checkInterfaceKeys(dest *typeDef, sources []*typeDef) (hasKey bool) {
	implementations := m.super.possibleTypes(dest)
	for _, t := range sources {
		if t.interfaceObject() {
			continue // which does not know the implementations
		}
		var key *application
		for _, k := range find(t.applied, "key") {
			hasKey = true
			if key == nil && resolvable(k) {
				key = k
			}
		}
		if key == nil {
			continue
		}
		var missing []string
		for _, impl := range implementations {
			if mine := t.in.typeNamed(impl.name); mine == nil || !slices.Contains(mine.interfaces, dest.name) {
				missing = append(missing, impl.name)
			}
		}
		if len(missing) > 0 {
			m.fail(CodeInterfaceKeyMissingImplementation, []Location{key.at},
				"interface %q has the resolvable key %s in subgraph %q, so that subgraph must define all of its implementations as such; it lacks %s",
				dest.name, key, t.in.name, list(missing))
		}
	}
	return hasKey
}
