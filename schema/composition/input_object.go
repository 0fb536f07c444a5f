package composition

// mergeInputObject merges an input object type.
//
// Rule: an input object has the fields that it has in every subgraph that
// defines it, since each of them may receive the value; a field that is
// @inaccessible stays regardless. A required field cannot be missing anywhere.
// Codes: REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH, EMPTY_MERGED_INPUT_TYPE.
// Hints: INCONSISTENT_INPUT_OBJECT_FIELD.
func (m *merger) mergeInputObject(dest *typeDef, sources []*typeDef) {
	m.mergeTypeHead(dest, sources)
	var at []Location
	for _, t := range sources {
		at = append(at, t.at)
		for _, f := range t.fields {
			if dest.field(f.name) == nil {
				dest.addField(&field{coordinate: f.coordinate, name: f.name, parent: dest})
			}
		}
	}
	for _, f := range append([]*field(nil), dest.fields...) {
		m.mergeInputField(dest, f, sources)
	}
	if len(dest.fields) == 0 {
		m.fail(CodeEmptyMergedInputType, at, "no field of input type %q is in every subgraph that defines it, so nothing is left of it", dest.name)
	}
}

func (m *merger) mergeInputField(parent *typeDef, dest *field, types []*typeDef) {
	sources := make([]*field, len(types))
	lists := make([][]*application, len(types))
	var descriptions []described
	var missing, required []string
	var at []Location
	for i, t := range types {
		f := t.field(dest.name)
		if f == nil {
			missing = append(missing, t.in.name)
			at = append(at, t.at)
			continue
		}
		sources[i], lists[i] = f, f.applied
		dest.sourcesAt = append(dest.sourcesAt, f.at)
		at = append(at, f.at)
		descriptions = append(descriptions, described{t.in.name, f.description})
		if f.required() {
			required = append(required, t.in.name)
		}
	}
	dest.description = m.mergeDescription(dest.coordinate, `input field "`+dest.coordinate+`"`, descriptions)
	hidden := m.mergeInaccessibleNow(&dest.applied, lists)
	same := m.mergeType(dest, sources, input, false)
	m.mergeDefault(dest, sources, CodeInputFieldDefaultMismatch)
	m.joinField(dest, sources, len(missing) == 0, same, overrideState{})
	m.mergeDirectivesLater(dest.coordinate, &dest.applied, lists)
	if len(missing) == 0 || hidden {
		return
	}
	parent.removeField(dest.name)
	if len(required) > 0 {
		m.fail(CodeRequiredInputFieldMissing, at,
			"input field %q is required in %s but missing in %s: add it there, or make it optional, which leaves it out of the supergraph", dest.coordinate, subgraphList(required), subgraphList(missing))
		return
	}
	m.hint(HintInconsistentInputField, Warn, dest.coordinate,
		"input field %q is not in the supergraph, because it is missing in %s", dest.coordinate, subgraphList(missing))
}
