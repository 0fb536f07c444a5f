package composition

import "strings"

// checkContextNames looks at the names of contexts.
//
// Rule: the name of a @context begins with a letter and has only letters and
// digits, because the supergraph joins it to the subgraph's name with
// underscores.
// Codes: CONTEXT_NAME_INVALID.
func (c *composer) checkContextNames(s *subgraph) {
	for _, t := range s.types {
		for _, a := range find(t.applied, "context") {
			name, ok := stringOf(a.arg("name"))
			switch {
			case ok && isContextName(name):
			case strings.Contains(name, "_"):
				c.fail(CodeContextNameInvalid, []Location{a.at}, "the name of a context must not contain an underscore, but %q is called %q", t.name, name)
			default:
				c.fail(CodeContextNameInvalid, []Location{a.at}, "the name of a context must be a letter followed by letters and digits, but %q is called %q", t.name, name)
			}
		}
	}
}

func isContextName(name string) bool {
	for i, r := range []byte(name) {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// contextTypes lists the types that set a context of the subgraph.
func (s *subgraph) contextTypes(context string) []*typeDef {
	var out []*typeDef
	for _, t := range s.types {
		for _, a := range find(t.applied, "context") {
			if name, _ := stringOf(a.arg("name")); name == context {
				out = append(out, t)
				break
			}
		}
	}
	return out
}

// joinContexts writes the contexts that a type sets.
//
// Rule: @context reaches the supergraph under the name "<subgraph>__<context>",
// so that contexts of different subgraphs do not meet.
func (m *merger) joinContexts(dest *typeDef, sources []*typeDef) {
	for _, t := range sources {
		seen := map[string]bool{}
		for _, a := range find(t.applied, "context") {
			name, _ := stringOf(a.arg("name"))
			if seen[name] {
				continue
			}
			seen[name] = true
			dest.applied = append(dest.applied, &application{
				name: m.specNames["context"], spec: "context",
				args: []argument{{name: "name", value: stringValue(t.in.contextName(name))}},
			})
		}
	}
}

// contextName is what the supergraph calls a context of the subgraph.
func (s *subgraph) contextName(name string) string { return s.name + "__" + name }
