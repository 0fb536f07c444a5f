package composition

// mergeArguments merges the arguments of a field or directive. Sources that do
// not take part are nil.
//
// Rule: a field has the arguments that it has in every subgraph that resolves
// it; one that some subgraph requires and another lacks does not compose, and
// one that comes from a context is not in the supergraph.
// Codes: REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH.
// Hints: INCONSISTENT_ARGUMENT_PRESENCE.
func (m *merger) mergeArguments(coordinate string, sources [][]*field, owners []*field) []*field {
	var out []*field
	seen := map[string]bool{}
	for i, args := range sources {
		if owners[i] == nil {
			continue
		}
		for _, a := range args {
			if seen[a.name] {
				continue
			}
			seen[a.name] = true
			if dest := m.mergeArgument(coordinate, a.name, sources, owners); dest != nil {
				out = append(out, dest)
			}
		}
	}
	return out
}

func (m *merger) mergeArgument(coordinate, name string, sources [][]*field, owners []*field) *field {
	args := make([]*field, len(sources))
	var at []Location
	var missing, required []string
	var descriptions []described
	lists := make([][]*application, len(sources))
	for i, list := range sources {
		if owners[i] == nil {
			continue
		}
		a := fieldNamed(list, name)
		if a == nil {
			at = append(at, owners[i].at)
			missing = append(missing, owners[i].in.name)
			continue
		}
		args[i] = a
		lists[i] = a.applied
		at = append(at, a.at)
		descriptions = append(descriptions, described{owners[i].in.name, a.description})
		if a.required() {
			required = append(required, owners[i].in.name)
		}
	}
	dest := &field{coordinate: coordinate + "(" + name + ":)", name: name, sourcesAt: at}
	if m.mergeContextual(dest.coordinate, args) {
		return nil
	}
	if len(missing) > 0 {
		if len(required) > 0 {
			m.fail(CodeRequiredArgumentMissing, at,
				"argument %q is required in %s but missing in %s: add it there, or make it optional, which leaves it out of the supergraph", dest.coordinate, subgraphList(required), subgraphList(missing))
			return nil
		}
		m.hint(HintInconsistentArgumentPresence, Warn, dest.coordinate,
			"optional argument %q is not in the supergraph, because it is missing in %s", dest.coordinate, subgraphList(missing))
		return nil
	}
	dest.description = m.mergeDescription(dest.coordinate, `argument "`+dest.coordinate+`"`, descriptions)
	m.mergeDirectivesLater(dest.coordinate, &dest.applied, lists)
	m.mergeType(dest, args, input, true)
	m.mergeDefault(dest, args, CodeFieldArgumentDefaultMismatch)
	return dest
}
