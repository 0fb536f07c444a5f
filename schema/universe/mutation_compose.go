package universe

import (
	"fmt"
	"slices"
)

// composing finds a subgraph whose version of federation has @composeDirective.
func composing(s site) bool { return s.supports("composeDirective") }

// compose links a feature of the subgraph's own in which a directive of the given
// name is, and lets it stay in the supergraph.
func (p *part) compose(url, imported, name string) {
	p.append("extend schema @link(url: %q, import: [%s]) %s(name: %q)", url, imported, p.at("composeDirective"), "@"+name)
}

// composeBreakages break @composeDirective.
func composeBreakages() []breakage {
	const code, url = "DIRECTIVE_COMPOSITION_ERROR", "https://example.com/odd/v1.0"
	named := func(name string) breakage {
		return onType(code, composing, func(_ *mutator, s site) { s.append("extend schema %s(name: %q)", s.at("composeDirective"), name) })
	}
	// Two versions of a feature, of which the newer one takes less.
	versions := func(older, newer string) breakage {
		const linked = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.1", import: ["@composeDirective"]) @link(url: "https://example.com/odd/v1.%d", import: ["@odd"]) @composeDirective(name: "@odd") %s`
		return breakage{"INVALID_GRAPHQL", func(m *mutator) string {
			m.join("joined", fmt.Sprintf(linked, 0, older))
			m.join("joined2", fmt.Sprintf(linked, 1, newer))
			return "joined @odd"
		}}
	}
	return []breakage{
		versions(`directive @odd(x: Int) on FIELD_DEFINITION type Query { odd: Int @odd(x: 1) }`, `directive @odd on FIELD_DEFINITION type Query { odd2: Int @odd }`),
		versions(`directive @odd on OBJECT type Query { odd: Odd } type Odd @odd { x: Int }`, `directive @odd on FIELD_DEFINITION type Query { odd2: Int @odd }`),
		named(""), named("@nothing"), named("key"), named("@key"),
		onType(code, composing, func(_ *mutator, s site) { // of no feature
			s.append("directive @loose on FIELD_DEFINITION\nextend schema %s(name: \"@loose\")", s.at("composeDirective"))
		}),
		onType(code, composing, func(_ *mutator, s site) { // without "@"
			s.append("directive @odd on FIELD_DEFINITION\nextend schema @link(url: %q) %s(name: \"odd\")", url, s.at("composeDirective"))
		}),
		onType(code, composing, func(_ *mutator, s site) { // imported, but nowhere defined
			s.compose(url, `"@odd"`, "odd")
		}),
		onTwoComposing("odd", "odd", func(a, b *part) { // two major versions
			a.compose("https://example.com/odd/v1.0", `"@odd"`, "odd")
			b.compose("https://example.com/odd/v2.0", `"@odd"`, "odd")
		}),
		onTwoComposing("odd", "even", func(a, b *part) { // one directive, two names
			a.compose(url, `"@odd"`, "odd")
			b.compose(url, `{name: "@odd", as: "@even"}`, "even")
		}),
		onTwoComposing("some", "some", func(a, b *part) { // one name, two directives
			a.compose(url, `"@some"`, "some")
			b.compose(url, `{name: "@other", as: "@some"}`, "some")
		}),
		onTwoComposing("odd", "odd", func(a, b *part) { // one name, two features
			a.compose(url, `"@odd"`, "odd")
			b.compose("https://example.com/even/v1.0", `"@odd"`, "odd")
		}),
		onType("DISALLOWED_INACCESSIBLE", composing, func(_ *mutator, s site) {
			s.append("directive @odd(a: Int %s) on FIELD_DEFINITION\nextend type Query { odd: Int @odd }", s.at("inaccessible"))
			s.compose(url, `"@odd"`, "odd")
		}),
		onType("DISALLOWED_INACCESSIBLE", composing, func(_ *mutator, s site) {
			s.append("scalar odd__Level %s\ndirective @odd(a: odd__Level) on FIELD_DEFINITION\nextend type Query { odd: Int @odd }", s.at("inaccessible"))
			s.compose(url, `"@odd"`, "odd")
		}),
	}
}

// onTwoComposing makes a breakage of what two subgraphs disagree about. Each defines
// the directive that it composes.
func onTwoComposing(first, second string, do func(a, b *part)) breakage {
	return breakage{"DIRECTIVE_COMPOSITION_ERROR", func(m *mutator) string {
		parts := slices.DeleteFunc(slices.Clone(m.parts), func(p *part) bool { return !p.supports("composeDirective") })
		if len(parts) < 2 {
			return ""
		}
		m.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		for i, name := range []string{first, second} {
			parts[i].append("directive @%[1]s on FIELD_DEFINITION\nextend type Query { odd%[2]d: Int @%[1]s }", name, i)
		}
		do(parts[0], parts[1])
		return fmt.Sprintf("%s %s @%s", parts[0].name, parts[1].name, first)
	}}
}
