package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// mergeExecutableDirectives merges the definitions of directives that clients
// may write in their operations.
//
// Rule: a client may use a directive that every subgraph defines, at the
// executable locations that it has in all of them, with the arguments that it
// has in all of them; it is repeatable if it is so everywhere. Definitions for
// schemas only do not reach the supergraph.
// Hints: INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE,
// INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE,
// INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS, NO_EXECUTABLE_DIRECTIVE_INTERSECTION.
func (m *merger) mergeExecutableDirectives() {
	seen := map[string]bool{}
	for _, s := range m.subgraphs {
		for _, d := range s.directives {
			if s.specDirectives[d.name] != "" || seen[d.name] || m.super.composed[d.name] != nil {
				continue
			}
			seen[d.name] = true
			m.mergeExecutableDirective(d.name)
		}
	}
}

func (m *merger) mergeExecutableDirective(name string) {
	dest := &directiveDef{name: name, repeatable: true}
	args := make([][]*field, len(m.subgraphs))
	owners := make([]*field, len(m.subgraphs))
	var descriptions []described
	var missing []string
	var lists [][]ast.DirectiveLocation
	repeatables, executable := 0, false
	for i, s := range m.subgraphs {
		d := s.directive(name)
		if d == nil || s.specDirectives[name] != "" {
			missing = append(missing, s.name)
			continue
		}
		locations := executableLocations(d.locations)
		executable = executable || len(locations) > 0
		lists = append(lists, locations)
		if d.repeatable {
			repeatables++
		}
		dest.repeatable = dest.repeatable && d.repeatable
		args[i], owners[i] = d.args, &field{in: s, at: d.at}
		descriptions = append(descriptions, described{s.name, d.description})
	}
	coordinate := "@" + name
	if !executable {
		return
	}
	if len(missing) > 0 {
		m.hint(HintInconsistentExecutablePresence, Warn, coordinate,
			"executable directive %q is not in the supergraph, because it is not defined in %s", coordinate, subgraphList(missing))
		return
	}
	dest.locations = lists[0]
	differ := false
	for _, l := range lists[1:] {
		differ = differ || !sameLocations(dest.locations, l)
		dest.locations = slices.DeleteFunc(slices.Clone(dest.locations), func(x ast.DirectiveLocation) bool { return !slices.Contains(l, x) })
	}
	if len(dest.locations) == 0 {
		m.hint(HintNoExecutableIntersection, Warn, coordinate, "executable directive %q is not in the supergraph, because no location is allowed in every subgraph", coordinate)
		return
	}
	if differ {
		m.hint(HintInconsistentExecutableLocations, Warn, coordinate, "executable directive %q has different locations; the supergraph allows %s", coordinate, joinLocations(dest.locations))
	}
	if repeatables > 0 && !dest.repeatable {
		m.hint(HintInconsistentExecutableRepeatable, Warn, coordinate, "executable directive %q is repeatable in some subgraphs only; it is not in the supergraph", coordinate)
	}
	dest.description = m.mergeDescription(coordinate, "directive "+coordinate, descriptions)
	dest.args = m.mergeArguments(coordinate, args, owners)
	m.super.directives = append(m.super.directives, dest)
}

func executableLocations(all []ast.DirectiveLocation) []ast.DirectiveLocation {
	var out []ast.DirectiveLocation
	for _, l := range all {
		switch l {
		case ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription, ast.LocationField, ast.LocationFragmentDefinition,
			ast.LocationFragmentSpread, ast.LocationInlineFragment, ast.LocationVariableDefinition:
			out = append(out, l)
		}
	}
	return out
}

func sameLocations(a, b []ast.DirectiveLocation) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(l ast.DirectiveLocation) bool { return !slices.Contains(b, l) })
}
