package composition

import "github.com/vektah/gqlparser/v2/ast"

// enumUse notes where an enum type is used.
type enumUse struct {
	in, out *field // an example of each
	at      [2][]Location
}

// noteEnumUse is called for every field, input field and argument.
func (m *merger) noteEnumUse(dest *field, sources []*field, pos position) {
	if dest.typ == nil {
		return
	}
	name := dest.typ.Name()
	if t := m.super.typeNamed(name); t == nil || t.kind != ast.Enum {
		return
	}
	use := m.enums[name]
	if use == nil {
		use = &enumUse{}
		m.enums[name] = use
	}
	target := &use.out
	if pos == input {
		target = &use.in
	}
	if *target != nil {
		return
	}
	*target = dest
	for _, f := range sources {
		if f != nil {
			use.at[pos] = append(use.at[pos], f.at)
		}
	}
}

// mergeEnum merges the values of an enum.
//
// Rule: an enum that is only returned has the values of any subgraph; one that
// is only passed in has the values that every subgraph defining it has; one that
// is both has the same values everywhere. @inaccessible values are exempt.
// Codes: ENUM_VALUE_MISMATCH, EMPTY_MERGED_ENUM_TYPE.
// Hints: INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
// INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM, UNUSED_ENUM_TYPE.
func (m *merger) mergeEnum(dest *typeDef, sources []*typeDef) {
	m.mergeTypeHead(dest, sources)
	use := m.enums[dest.name]
	if use == nil || (use.in == nil && use.out == nil) {
		use = &enumUse{}
		m.hint(HintUnusedEnumType, Debug, dest.name, "enum %q is used nowhere, so its values are merged as for an output", dest.name)
	}
	var names []string
	seen := map[string]bool{}
	var at []Location
	for _, t := range sources {
		at = append(at, t.at)
		for _, v := range t.values {
			if !seen[v.name] {
				seen[v.name] = true
				names = append(names, v.name)
			}
		}
	}
	for _, name := range names {
		m.mergeEnumValue(dest, name, sources, use)
	}
	if len(dest.values) == 0 {
		m.fail(CodeEmptyMergedEnumType, at, "no value of enum %q, which is passed in, is in every subgraph that defines it, so nothing is left of it", dest.name)
	}
}

func (m *merger) mergeEnumValue(dest *typeDef, name string, sources []*typeDef, use *enumUse) {
	v := &enumValue{name: name, coordinate: dest.name + "." + name}
	lists := make([][]*application, len(sources))
	var descriptions []described
	var missing, present []string
	var at []Location
	for i, t := range sources {
		mine := t.value(name)
		if mine == nil {
			missing = append(missing, t.in.name)
			at = append(at, t.at)
			continue
		}
		present = append(present, t.in.name)
		at = append(at, mine.at)
		lists[i] = mine.applied
		v.sourcesAt = append(v.sourcesAt, mine.at)
		descriptions = append(descriptions, described{t.in.name, mine.description})
	}
	v.description = m.mergeDescription(v.coordinate, `enum value "`+v.coordinate+`"`, descriptions)
	hidden := m.mergeInaccessibleNow(&v.applied, lists)
	for _, t := range sources {
		if t.value(name) != nil {
			v.applied = append(v.applied, join("enumValue", t.in.graphArgument()))
		}
	}
	keep := true
	switch {
	case len(missing) == 0:
	case use.in != nil && use.out != nil:
		if !hidden {
			m.fail(CodeEnumValueMismatch, at,
				"enum %q is both returned (%q) and passed in (%q), so every subgraph must define the same values; %q is in %s but not in %s: add it there, or remove it everywhere",
				dest.name, use.out.coordinate, use.in.coordinate, name, subgraphList(present), subgraphList(missing))
		}
	case use.in != nil:
		if !hidden {
			keep = false
			m.hint(HintInconsistentInputEnumValue, Warn, v.coordinate,
				"enum value %q is not in the supergraph, because the enum is passed in and the value is missing in %s", v.coordinate, subgraphList(missing))
		}
	default:
		m.hint(HintInconsistentOutputEnumValue, Debug, v.coordinate, "enum value %q is missing in %s", v.coordinate, subgraphList(missing))
	}
	if keep {
		dest.values = append(dest.values, v)
		m.mergeDirectivesLater(v.coordinate, &v.applied, lists)
	}
}
