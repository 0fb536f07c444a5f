package composition

import "slices"

// mergeFields merges the fields of object and interface types of one name.
//
// Rule: an object or interface has the fields that it has in any subgraph, in
// the order in which they first appear. Declarations that are @external do not
// take part in merging; a field that is @external everywhere has no definition,
// unless an interface object resolves it for an interface of the type: then the
// declarations say what type it has.
// Codes: EXTERNAL_MISSING_ON_BASE.
func (m *merger) mergeFields(dest *typeDef, sources []*typeDef) {
	declarations := map[*field][]*field{} // unused if there is one definition, as of most types
	for _, t := range sources {
		for _, f := range t.fields {
			into := dest.field(f.name)
			if into == nil {
				into = &field{coordinate: f.coordinate, name: f.name, parent: dest}
				dest.addField(into)
			}
			into.addPlace(f.at)
			if len(sources) > 1 {
				declarations[into] = append(declarations[into], f)
			}
		}
	}
	for i, f := range dest.fields {
		fields := declarations[f]
		if len(sources) == 1 {
			fields = sources[0].fields[i : i+1]
		}
		overrides := m.checkOverrides(f, fields)
		m.mergeField(f, fields, len(fields) == len(sources), overrides)
		if dest.name == "Subscription" {
			m.checkSubscriptionSharing(f, fields)
		} else {
			m.checkSharing(dest, f, fields, overrides)
		}
	}
}

// mergeField merges the declarations of one field; everywhere tells that no
// definition of its type lacks it.
func (m *merger) mergeField(dest *field, sources []*field, everywhere bool, overrides overrideState) {
	own := make([]*field, len(sources))
	var externals []*field
	applied := make([][]*application, len(sources))
	lists := make([][]*application, len(sources))
	var descriptions []described
	for i, f := range sources {
		applied[i] = f.applied
		if f.external {
			externals = append(externals, f)
			continue
		}
		own[i] = f
		descriptions = append(descriptions, described{f.in.name, f.description})
		lists[i] = f.applied
	}
	typed, called := own, own
	if len(externals) == len(sources) {
		standIns := m.standIns(dest.parent, dest.name)
		if !m.checkDefined(dest, externals, standIns) {
			return
		}
		typed, called = sources, slices.Concat(sources, standIns)
		m.borrowed = append(m.borrowed, dest)
	}
	dest.description = m.mergeDescription(dest.coordinate, `field "`+dest.coordinate+`"`, descriptions)
	m.mergeInaccessibleNow(&dest.applied, lists)
	args := make([][]*field, len(called))
	for i, f := range called {
		if f != nil {
			args[i] = f.args
		}
	}
	dest.args = m.mergeArguments(dest.coordinate, args, called)
	same := m.mergeType(dest, typed, output, false)
	m.checkExternals(dest, externals, same)
	m.joinField(dest, sources, everywhere, same, overrides)
	m.joinCacheTags(&dest.applied, applied)
	m.joinConnectors(&dest.applied, applied)
	m.mergeDirectivesLater(dest.coordinate, &dest.applied, lists)
}

// checkDefined reports whether a field that is external in all subgraphs that
// have it is defined by an interface object.
func (m *merger) checkDefined(dest *field, externals, standIns []*field) bool {
	if slices.ContainsFunc(standIns, func(f *field) bool { return !f.external }) {
		return true
	}
	var at []Location
	var names []string
	for _, f := range slices.Concat(externals, standIns) {
		at = append(at, f.at)
		names = append(names, f.in.name)
	}
	m.fail(CodeExternalMissingOnBase, at,
		"field %q is marked @external wherever it stands (%s): one subgraph must define it without @external", dest.coordinate, subgraphList(names))
	dest.typ = externals[0].typ
	return false
}
