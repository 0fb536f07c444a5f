package composition

import "slices"

// mergeUnion merges the members of a union.
//
// Rule: a union has the members that it has in any subgraph; join__unionMember
// says where.
// Hints: INCONSISTENT_UNION_MEMBER.
func (m *merger) mergeUnion(dest *typeDef, sources []*typeDef) {
	m.mergeTypeHead(dest, sources)
	for _, t := range sources {
		for _, name := range t.members {
			if !slices.Contains(dest.members, name) {
				dest.members = append(dest.members, name)
			}
		}
	}
	for _, member := range dest.members {
		var missing []string
		for _, t := range sources {
			switch {
			case slices.Contains(t.members, member):
				dest.applied = append(dest.applied, join("unionMember",
					t.in.graphArgument(),
					argument{name: "member", value: stringValue(member)}))
			default:
				missing = append(missing, t.in.name)
			}
		}
		if len(missing) > 0 {
			m.hint(HintInconsistentUnionMember, Debug, dest.name,
				"union %q has the member %q in some subgraphs only, not in %s", dest.name, member, subgraphList(missing))
		}
	}
}
