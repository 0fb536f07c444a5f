package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// overrideState says which sources of a field are overridden by another
// subgraph, by the sources' index.
type overrideState struct {
	unused map[int]bool // overridden and dropped
	used   map[int]bool // overridden, but kept for a key, a @requires, or an interface
	// labels are those of progressive overrides, at the sources on both sides.
	labels map[int]string
}

func (o overrideState) overridden(i int) bool { return o.used[i] || o.unused[i] }

// dropped reports whether nothing of the source is left in the supergraph.
func (o overrideState) dropped(i int) bool { return o.unused[i] && o.labels[i] == "" }

// checkOverrides applies @override(from:) to one field.
//
// Rule: a field with @override(from: "b") is resolved by its own subgraph, not
// by b. It names another subgraph, is no interface's field, and does not combine
// with @external on itself, nor with @requires, @provides or @override in b; nor
// does it stand on a type marked @interfaceObject or name a subgraph that has the
// field by such a type.
// Codes: OVERRIDE_ON_INTERFACE, OVERRIDE_FROM_SELF_ERROR,
// OVERRIDE_SOURCE_HAS_OVERRIDE, OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE.
// Hints: FROM_SUBGRAPH_DOES_NOT_EXIST, OVERRIDE_DIRECTIVE_CAN_BE_REMOVED,
// OVERRIDDEN_FIELD_CAN_BE_REMOVED.
func (m *merger) checkOverrides(dest *field, sources []*field) overrideState {
	var state overrideState
	for i, f := range sources {
		o := first(f.applied, "override")
		if o == nil {
			continue
		}
		if state.used == nil {
			state = overrideState{unused: map[int]bool{}, used: map[int]bool{}, labels: map[int]string{}}
		}
		if f.parent.interfaceObject() {
			m.fail(CodeOverrideCollision, []Location{o.at},
				"@override cannot be used on field %q of subgraph %q, whose type is marked @interfaceObject: it would have to move the field of each implementation", dest.coordinate, f.in.name)
			continue
		}
		if dest.parent.kind == ast.Interface {
			m.fail(CodeOverrideOnInterface, []Location{o.at},
				"@override cannot be used on field %q: interfaces have no resolvers", dest.coordinate)
			continue
		}
		from, _ := stringOf(o.arg("from"))
		isFrom := func(f *field) bool { return f.in.name == from }
		source := slices.IndexFunc(sources, isFrom)
		standIns := m.standIns(dest.parent, dest.name)
		switch {
		case from == f.in.name:
			m.fail(CodeOverrideFromSelf, []Location{o.at}, "field %q overrides itself: name another subgraph in @override(from:)", dest.coordinate)
		case source < 0 && slices.ContainsFunc(standIns, isFrom):
			standIn := standIns[slices.IndexFunc(standIns, isFrom)]
			m.fail(CodeOverrideCollision, []Location{o.at, standIn.at},
				"field %q cannot be overridden from subgraph %q, which has it for all implementations by its @interfaceObject field %q: name a subgraph that has the type %q",
				dest.coordinate, from, standIn.coordinate, dest.parent.name)
		case source < 0 && !slices.ContainsFunc(m.subgraphs, func(s *subgraph) bool { return s.name == from }):
			m.hint(HintFromSubgraphDoesNotExist, Warn, dest.coordinate,
				"@override on field %q of subgraph %q names %q, which is no subgraph%s", dest.coordinate, f.in.name, from, closest(from, m.subgraphNames()))
		case source < 0:
			m.hint(HintOverrideCanBeRemoved, Info, dest.coordinate,
				"field %q is no longer in subgraph %q: its @override in subgraph %q can be removed", dest.coordinate, from, f.in.name)
		default:
			m.applyOverride(dest, f, sources[source], o, i, source, state)
		}
	}
	return state
}

func (m *merger) applyOverride(dest, f, from *field, o *application, to, source int, state overrideState) {
	if other := first(from.applied, "override"); other != nil {
		m.fail(CodeOverrideSourceHasOverride, []Location{o.at, other.at},
			"field %q of subgraph %q overrides that of %q, which is itself marked @override: only one of them can be", dest.coordinate, f.in.name, from.in.name)
		return
	}
	collisions := []struct {
		f    *field
		spec string
	}{{f, "external"}, {from, "requires"}, {from, "provides"}}
	for _, c := range collisions {
		if other := first(c.f.applied, c.spec); other != nil {
			m.fail(CodeOverrideCollision, []Location{o.at, other.at},
				"@override on field %q of subgraph %q cannot be combined with @%s on the field in subgraph %q", dest.coordinate, f.in.name, c.spec, c.f.in.name)
			return
		}
	}
	labelled := m.applyOverrideLabel(dest, f, from, o, to, source, state)
	switch {
	case from.external:
		m.hint(HintOverrideCanBeRemoved, Info, dest.coordinate,
			"field %q is @external in subgraph %q: its @override in subgraph %q can be removed", dest.coordinate, from.in.name, f.in.name)
	case from.used:
		state.used[source] = true
		if labelled {
			return
		}
		m.hint(HintOverriddenFieldCanBeRemoved, Info, dest.coordinate,
			"field %q of subgraph %q is overridden; a federation directive or an interface still uses it there, so mark it @external", dest.coordinate, from.in.name)
	default:
		state.unused[source] = true
		if labelled {
			return
		}
		m.hint(HintOverriddenFieldCanBeRemoved, Info, dest.coordinate,
			"field %q of subgraph %q is overridden and can be removed there", dest.coordinate, from.in.name)
	}
}
