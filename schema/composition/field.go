package composition

// mergeFields merges the fields of object and interface types of one name.
//
// Rule: an object or interface has the fields that it has in any subgraph, in
// the order in which they first appear. Declarations that are @external do not
// take part in merging; a field that is @external everywhere has no definition.
// Codes: EXTERNAL_MISSING_ON_BASE.
func (m *merger) mergeFields(dest *typeDef, sources []*typeDef) {
	for _, t := range sources {
		if t == nil {
			continue
		}
		for _, f := range t.fields {
			if dest.field(f.name) == nil {
				dest.addField(&field{coordinate: dest.name + "." + f.name, name: f.name, parent: dest})
			}
		}
	}
	for _, f := range dest.fields {
		fields := make([]*field, len(sources))
		for i, t := range sources {
			if t != nil {
				fields[i] = t.field(f.name)
			}
			if fields[i] != nil {
				f.sourcesAt = append(f.sourcesAt, fields[i].at)
			}
		}
		overrides := m.checkOverrides(f, fields)
		m.mergeField(f, fields, sources, overrides)
		if dest.name == "Subscription" {
			m.checkSubscriptionSharing(f, fields)
		} else {
			m.checkSharing(dest, f, fields, overrides)
		}
	}
}

func (m *merger) mergeField(dest *field, sources []*field, types []*typeDef, overrides overrideState) {
	own := make([]*field, len(sources))
	var externals []*field
	var externalAt []Location
	var names []string
	everywhere := make([][]*application, len(sources))
	anyOwn := false
	for i, f := range sources {
		if f != nil {
			everywhere[i] = f.applied
		}
		switch {
		case f == nil:
		case f.external:
			externals = append(externals, f)
			externalAt = append(externalAt, f.at)
			names = append(names, m.subgraphs[i].name)
		default:
			own[i] = f
			anyOwn = true
		}
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
			descriptions = append(descriptions, described{m.subgraphs[i].name, f.description})
			lists[i], args[i] = f.applied, f.args
		}
	}
	dest.description = m.mergeDescription(dest.coordinate, `field "`+dest.coordinate+`"`, descriptions)
	m.mergeInaccessibleNow(&dest.applied, lists)
	dest.args = m.mergeArguments(dest.coordinate, args, own)
	same := m.mergeType(dest, own, output, false)
	m.checkExternals(dest, externals, same)
	m.joinField(dest, sources, types, same, overrides)
	m.joinCacheTags(&dest.applied, everywhere)
	m.mergeDirectivesLater(dest.coordinate, &dest.applied, lists)
}
