package composition

import (
	"fmt"
	"slices"
	"strings"
)

// checkSharing compares who resolves a field.
//
// Rule: a field that several subgraphs resolve is @shareable in all of them. A
// subgraph does not resolve a field that is @external (unless it provides it on
// some path) or that another subgraph overrides; it resolves those of its
// interface objects for each implementation of the interface.
// Codes: INVALID_FIELD_SHARING.
func (m *merger) checkSharing(parent *typeDef, dest *field, sources []*field, overrides overrideState) {
	if parent.kind != "OBJECT" {
		return
	}
	standIns := m.standIns(parent, dest.name)
	if len(sources)+len(standIns) < 2 {
		return
	}
	resolvers, through := resolversOf(sources, standIns, overrides)
	var all, unshared []string
	var at []Location
	for _, f := range resolvers {
		all = append(all, f.in.name)
		at = append(at, f.at)
		if !f.shareable {
			unshared = append(unshared, f.in.name)
		}
	}
	if len(all) < 2 || len(unshared) == 0 {
		return
	}
	where := "in " + subgraphList(slices.Compact(slices.Clone(unshared)))
	if len(unshared) == len(all) {
		where = "in all of them"
	}
	m.fail(CodeInvalidFieldSharing, at, "field %q is resolved by %s%s, but is not @shareable %s: %s",
		dest.coordinate, subgraphList(slices.Compact(all)), through, where, m.sharingAdvice(parent, sources, unshared))
}

// resolversOf picks the declarations of subgraphs that resolve a field, and those
// of their interface objects, of which through tells people.
func resolversOf(sources, standIns []*field, overrides overrideState) (out []*field, through string) {
	for i, f := range sources {
		if !overrides.overridden(i) && !f.fullyExternal() {
			out = append(out, f)
		}
	}
	for _, f := range standIns {
		if !f.fullyExternal() {
			out = append(out, f)
			through = " (where by the @interfaceObject field \"" + f.coordinate + "\")"
		}
	}
	if through != "" {
		slices.SortStableFunc(out, func(a, b *field) int { return strings.Compare(a.in.name, b.in.name) })
	}
	return out, through
}

// sharingAdvice says what to do about a field that is resolved more than once: a
// key that is missing and a mistyped @override are the likeliest reasons.
func (m *merger) sharingAdvice(parent *typeDef, sources []*field, unshared []string) string {
	names := m.subgraphNames()
	var keyless []string
	for _, f := range sources {
		if slices.Contains(unshared, f.in.name) && !has(f.parent.applied, "key") {
			keyless = append(keyless, f.in.name)
		}
		if o := first(f.applied, "override"); o != nil {
			if from, _ := stringOf(o.arg("from")); !slices.Contains(names, from) {
				return fmt.Sprintf("its @override in subgraph %q names %q, which is no subgraph%s", f.in.name, from, closest(from, names))
			}
		}
	}
	for _, f := range sources {
		for _, key := range find(f.parent.applied, "key") {
			if fieldsOf(key).String() == f.name && len(keyless) > 0 {
				return fmt.Sprintf("it is the key of %q in subgraph %q; give the type %s in %s too, or mark the field @shareable there",
					parent.name, f.in.name, key, subgraphList(keyless))
			}
		}
	}
	return "mark it @shareable everywhere if all give the same value, else rename it or take it over with @override"
}

func (m *merger) subgraphNames() []string {
	names := make([]string, len(m.subgraphs))
	for i, s := range m.subgraphs {
		names[i] = s.name
	}
	return names
}

// checkSubscriptionSharing is the same for subscriptions, which cannot be shared.
func (m *merger) checkSubscriptionSharing(dest *field, sources []*field) {
	var names []string
	var at []Location
	for _, f := range sources {
		names = append(names, f.in.name)
		at = append(at, f.at)
	}
	for _, f := range sources {
		if has(f.applied, "shareable") {
			m.fail(CodeInvalidFieldSharing, at, "the subscription %q is @shareable, but a subscription cannot be shared", dest.coordinate)
			return
		}
	}
	if len(names) > 1 {
		m.fail(CodeInvalidFieldSharing, at, "the subscription %q is defined in %s: a subscription cannot be shared", dest.coordinate, subgraphList(names))
	}
}
