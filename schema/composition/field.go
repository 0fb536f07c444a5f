package composition

// mergeFields merges the fields of object and interface types of one name.
//
// Rule: an object or interface has the fields that it has in any subgraph, in
// the order in which they first appear. Declarations that are @external do not
// take part in merging; a field that is @external everywhere has no definition.
// Codes: EXTERNAL_MISSING_ON_BASE.
func (m *merger) mergeFields(dest *typeDef, sources []*typeDef) {
	declarations := map[*field][]*field{}
	for _, t := range sources {
		for _, f := range t.fields {
			into := dest.field(f.name)
			if into == nil {
				into = &field{coordinate: dest.name + "." + f.name, name: f.name, parent: dest}
				dest.addField(into)
			}
			into.sourcesAt = append(into.sourcesAt, f.at)
			declarations[into] = append(declarations[into], f)
		}
	}
	for _, f := range dest.fields {
		fields := declarations[f]
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
	var externalAt []Location
	var names []string
	applied := make([][]*application, len(sources))
	anyOwn := false
	for i, f := range sources {
		applied[i] = f.applied
		if !f.external {
			own[i] = f
			anyOwn = true
			continue
		}
		externals = append(externals, f)
		externalAt = append(externalAt, f.at)
		names = append(names, f.in.name)
	}
	if !anyOwn {
		m.fail(CodeExternalMissingOnBase, externalAt,
			"field %q is marked @external wherever it stands (%s): one subgraph must define it without @external", dest.coordinate, subgraphList(names))
		dest.typ = externals[0].typ
		return
	}
	var descriptions []described
	lists := make([][]*application, len(own))
	args := make([][]*field, len(own))
	for i, f := range own {
		if f != nil {
			descriptions = append(descriptions, described{f.in.name, f.description})
			lists[i], args[i] = f.applied, f.args
		}
	}
	dest.description = m.mergeDescription(dest.coordinate, `field "`+dest.coordinate+`"`, descriptions)
	m.mergeInaccessibleNow(&dest.applied, lists)
	dest.args = m.mergeArguments(dest.coordinate, args, own)
	same := m.mergeType(dest, own, output, false)
	m.checkExternals(dest, externals, same)
	m.joinField(dest, sources, everywhere, same, overrides)
	m.joinCacheTags(&dest.applied, applied)
	m.mergeDirectivesLater(dest.coordinate, &dest.applied, lists)
}
