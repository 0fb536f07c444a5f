package composition

import (
	"fmt"
	"strings"
)

// nameGraphs gives each subgraph its value of the enum join__Graph.
//
// Rule: the value is the subgraph's name in upper case, with "_" for every
// character that a GraphQL name cannot have, "_" before a leading digit, and "_"
// after a trailing "_<digits>"; names that become equal are numbered "_1", "_2".
func nameGraphs(subgraphs []*subgraph) {
	count := map[string]int{}
	for _, s := range subgraphs {
		s.graph = graphName(s.name)
		count[s.graph]++
	}
	next := map[string]int{}
	for _, s := range subgraphs {
		if base := s.graph; count[base] > 1 {
			next[base]++
			s.graph = fmt.Sprintf("%s_%d", base, next[base])
		}
		s.graphValue = enumName(s.graph)
	}
}

// graphArgument is the argument `graph` of join's directives.
func (s *subgraph) graphArgument() argument {
	return argument{name: "graph", value: s.graphValue}
}

func graphName(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r >= '0' && r <= '9':
			if i == 0 {
				b.WriteByte('_')
			}
			b.WriteRune(r)
		case r == '_', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	out := b.String()
	digits := strings.TrimRight(out, "0123456789")
	if digits != out && strings.HasSuffix(digits, "_") {
		out += "_"
	}
	return strings.ToUpper(out)
}
