package composition

// described is one subgraph's description of an element.
type described struct{ subgraph, text string }

// mergeDescription picks an element's description.
//
// Rule: the description that most subgraphs give wins, the first subgraph's on a
// tie; empty descriptions do not count.
// Hints: INCONSISTENT_DESCRIPTION.
func (m *merger) mergeDescription(coordinate, what string, all []described) string {
	if text, same := sameDescription(all); same {
		return text
	}
	count := map[string]int{}
	groups := newGroups()
	for _, d := range all {
		if d.text != "" {
			count[d.text]++
			groups.add(d.text, d.subgraph)
		}
	}
	best := groups.order[0]
	for _, text := range groups.order[1:] {
		if count[text] > count[best] {
			best = text
		}
	}
	m.hint(HintInconsistentDescription, Warn, coordinate,
		"%s has different descriptions; the supergraph takes that of %s", what, subgraphList(groups.members[best]))
	return best
}

// sameDescription returns the only description that there is; empty if there is
// none.
func sameDescription(all []described) (text string, same bool) {
	for _, d := range all {
		switch {
		case d.text == "" || d.text == text:
		case text != "":
			return "", false
		default:
			text = d.text
		}
	}
	return text, true
}
