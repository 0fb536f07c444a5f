package composition

// mergeDefault merges the default values of an argument or input field.
//
// Rule: subgraphs that give a default give the same; a default that some
// subgraphs do not give is dropped, since they would not apply it.
// Codes: FIELD_ARGUMENT_DEFAULT_MISMATCH, INPUT_FIELD_DEFAULT_MISMATCH.
// Hints: INCONSISTENT_DEFAULT_VALUE_PRESENCE.
func (m *merger) mergeDefault(dest *field, sources []*field, code Code) {
	conflict, missing := false, false
	for _, f := range sources {
		switch {
		case f == nil:
		case f.def == nil:
			missing = true
		case dest.def == nil:
			dest.def = f.def
		case !equalValues(dest.def, f.def):
			conflict = true
		}
	}
	if dest.def == nil || (!conflict && !missing) {
		return
	}
	var at []Location
	groups := newGroups()
	for _, f := range sources {
		if f == nil {
			continue
		}
		at = append(at, f.at)
		if f.def == nil {
			groups.add("no default value", f.in.name)
		} else {
			groups.add("default value "+printValue(f.def), f.in.name)
		}
	}
	if conflict {
		m.fail(code, at, "%q has different default values: it has %s", dest.coordinate, groups.describe())
		return
	}
	dest.def = nil
	m.hint(HintInconsistentDefaultPresence, Warn, dest.coordinate, "%q has %s; the supergraph has none", dest.coordinate, groups.describe())
}
