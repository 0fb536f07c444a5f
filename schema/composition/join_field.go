package composition

// joinField writes where a field is resolved.
//
// Rule: a field needs no join__field if every subgraph that has its type has the
// field, with the same type and without @external, @requires, @provides,
// @override or contextual arguments; else it has one for each subgraph that has it, except those that
// are overridden for all requests and no longer used.
func (m *merger) joinField(dest *field, sources []*field, everywhere, sameTypes bool, overrides overrideState) {
	if sameTypes && everywhere && !m.needsJoinField(dest, sources, overrides) {
		return
	}
	for i, f := range sources {
		if f == nil || overrides.dropped(i) {
			continue
		}
		args := []argument{f.in.graphArgument()}
		for _, name := range []string{"requires", "provides"} {
			if a := first(f.applied, name); a != nil {
				text, _ := stringOf(a.arg("fields"))
				args = append(args, argument{name: name, value: stringValue(text)})
			}
		}
		if a := first(f.applied, "override"); a != nil {
			text, _ := stringOf(a.arg("from"))
			args = append(args, argument{name: "override", value: stringValue(text)})
		}
		if !sameTypes {
			args = append(args, argument{name: "type", value: stringValue(f.typ.String())})
		}
		if f.external {
			args = append(args, argument{name: "external", value: boolValue(true)})
		}
		if overrides.used[i] {
			args = append(args, argument{name: "usedOverridden", value: boolValue(true)})
		}
		if label := overrides.labels[i]; label != "" {
			args = append(args, argument{name: "overrideLabel", value: stringValue(label)})
		}
		if contextual := f.in.contextArguments(f); contextual != nil {
			args = append(args, argument{name: "contextArguments", value: contextual})
		}
		dest.applied = append(dest.applied, join("field", args...))
	}
}

func (m *merger) needsJoinField(dest *field, sources []*field, overrides overrideState) bool {
	if dest.parent.name == "Query" && len(sources) < len(m.subgraphs) {
		return true // Query is part of every subgraph
	}
	for i, f := range sources {
		switch {
		case overrides.overridden(i), f.external, f.in.contextArguments(f) != nil:
			return true
		default:
			for _, name := range []string{"requires", "provides"} {
				if has(f.applied, name) {
					return true
				}
			}
		}
	}
	return false
}
