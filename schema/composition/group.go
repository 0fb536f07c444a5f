package composition

import "strings"

// groups collects which subgraphs agree on something, in order of appearance,
// for messages such as `type "Int" in subgraphs "a" and "c", but "String" in
// subgraph "b"`.
type groups struct {
	order   []string
	members map[string][]string
}

func newGroups() *groups { return &groups{members: map[string][]string{}} }

func (g *groups) add(value, subgraph string) {
	if _, ok := g.members[value]; !ok {
		g.order = append(g.order, value)
	}
	g.members[value] = append(g.members[value], subgraph)
}

// describe joins the groups: `Int in subgraph "a", but String in subgraph "b"`.
func (g *groups) describe() string {
	parts := make([]string, len(g.order))
	for i, value := range g.order {
		parts[i] = value + " in " + subgraphList(g.members[value])
	}
	return strings.Join(parts, ", but ")
}

func subgraphList(names []string) string {
	if len(names) == 1 {
		return "subgraph " + list(names)
	}
	return "subgraphs " + list(names)
}
