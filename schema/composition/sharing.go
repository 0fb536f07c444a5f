package composition

// checkSharing compares who resolves a field.
//
// Rule: a field that several subgraphs resolve is @shareable in all of them. A
// subgraph does not resolve a field that is @external (unless it provides it on
// some path) or that another subgraph overrides.
// Codes: INVALID_FIELD_SHARING.
func (m *merger) checkSharing(parent *typeDef, dest *field, sources []*field, overrides overrideState) {
	if parent.kind != "OBJECT" {
		return
	}
	var all, unshared []string
	var at []Location
	for i, f := range sources {
		if overrides.overridden(i) || f.fullyExternal() {
			continue
		}
		all = append(all, f.in.name)
		at = append(at, f.at)
		if !f.shareable {
			unshared = append(unshared, f.in.name)
		}
	}
	if len(all) < 2 || len(unshared) == 0 {
		return
	}
	where := "in " + subgraphList(unshared)
	if len(unshared) == len(all) {
		where = "in all of them"
	}
	m.fail(CodeInvalidFieldSharing, at,
		"field %q is resolved by %s, but is not @shareable %s: mark it @shareable everywhere if all give the same value, else rename it or take it over with @override",
		dest.coordinate, subgraphList(all), where)
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
