package universe

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// linkBreakages break @link and the definitions that it stands for.
func linkBreakages() []breakage {
	link := func(s site) *ast.Directive { return s.document.SchemaExtension[0].Directives[0] }
	linked := func(s site) bool { return len(s.document.SchemaExtension) > 0 } // federation 1 is not, and so its links do not count
	setURL := func(url string) func(*mutator, site) {
		return func(_ *mutator, s site) { link(s).Arguments.ForName("url").Value.Raw = url }
	}
	list := []breakage{
		onType("UNKNOWN_FEDERATION_LINK_VERSION", linked, setURL("https://specs.apollo.dev/federation/v2.99")),
		onType("UNKNOWN_FEDERATION_LINK_VERSION", linked, setURL("https://specs.apollo.dev/federation/v3.0")),
		onType("INVALID_LINK_IDENTIFIER", linked, func(_ *mutator, s site) { s.append("extend schema @link(url: \"https://example.com/thing/v1\")") }),
		onType("INVALID_LINK_IDENTIFIER", linked, func(_ *mutator, s site) { s.append("extend schema @link(url: \"not a url\")") }),
		joining("UNKNOWN_LINK_VERSION", `extend schema @link(url: "https://specs.apollo.dev/link/v9.0") type Query { odd: Int }`),
		onType("INVALID_GRAPHQL", isEntity, func(_ *mutator, s site) {
			s.append("directive %s(fields: Int!) repeatable on OBJECT | INTERFACE", s.at("key"))
		}),
		onType("DIRECTIVE_DEFINITION_INVALID", always, func(_ *mutator, s site) { s.append("directive %s on UNION", s.at("shareable")) }),
		onType("DIRECTIVE_DEFINITION_INVALID", always, func(_ *mutator, s site) { s.append("directive %s(name: Int!) on OBJECT", s.at("tag")) }),
		onType("DIRECTIVE_DEFINITION_INVALID", linked, func(_ *mutator, s site) { s.append("directive @link(url: Int!) repeatable on SCHEMA") }),
		onType("TYPE_DEFINITION_INVALID", always, func(_ *mutator, s site) { s.append("type %s { x: Int }", s.link.TypeName("FieldSet")) }),
		onType("INVALID_GRAPHQL", isEntity, func(_ *mutator, s site) { s.append("type _Any { x: Int }") }),
		onType("TYPE_DEFINITION_INVALID", linked, func(_ *mutator, s site) { s.append("enum link__Purpose { OTHER }") }),
		{"LINK_IMPORT_NAME_MISMATCH", func(m *mutator) string {
			a, b := m.parts[0], m.parts[1]
			if strings.HasPrefix(a.directive("tag"), "federation__") == strings.HasPrefix(b.directive("tag"), "federation__") {
				return ""
			}
			for _, p := range m.parts {
				p.append("extend type Query { tagged%s: Int %s(name: \"t\") }", strings.Trim(p.name, "-0123456789_"), p.at("tag"))
			}
			return "@tag"
		}},
		{"INVALID_SUBGRAPH_NAME", func(m *mutator) string {
			m.parts[0].name = "_"
			return "_"
		}},
	}
	for _, imported := range []string{`"@nothing"`, `"Nothing"`, `"key"`, `{name: "@cost", as: "cost"}`, `{as: "@other"}`, `7`} {
		list = append(list, onType("INVALID_LINK_DIRECTIVE_USAGE", func(s site) bool { return linked(s) && link(s).Arguments.ForName("import") != nil }, func(_ *mutator, s site) {
			imports := link(s).Arguments.ForName("import").Value
			imports.Children = append(imports.Children, &ast.ChildValue{Value: literal(imported)})
		}))
	}
	for _, links := range []string{
		`@link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed")`,
		`@link(url: "https://specs.apollo.dev/link/v9.0")`,
		`@link(url: "https://example.com/one/v1.0", import: ["@same"]) @link(url: "https://example.com/two/v1.0", import: ["@same"])`,
		`@link(url: "https://example.com/one/v1.0") @link(url: "https://example.org/one/v1.0")`,
		`@link(url: "https://example.com/one/v1.0", as: "a__b")`,
		`@link(url: "https://example.com/one/v1.0", as: "a_")`,
		`@link(url: "https://example.com/one/v1.0", import: ["@x", {name: "@x", as: "@y"}])`,
		`@link(url: "https://example.com/one/v1.0", import: [{name: "@x", as: "@federation__x"}])`,
		`@link(url: "https://example.com/one/v1.0", import: [{name: "@x", as: "@one"}])`,
		`@link(as: "one")`,
	} {
		list = append(list, onType("INVALID_LINK_DIRECTIVE_USAGE", linked, func(_ *mutator, s site) { s.append("extend schema %s", links) }))
	}
	return list
}

// rootBreakages give a root another type than the one of its name.
func rootBreakages() (list []breakage) {
	for _, root := range []string{"Query", "Mutation", "Subscription"} {
		list = append(list, onType("ROOT_"+strings.ToUpper(root)+"_USED", func(s site) bool {
			return s.typ.Name == "Query" && !s.has("context") && s.document.Schema == nil && (root == "Query" || s.document.Definitions.ForName(root) == nil && s.document.Extensions.ForName(root) == nil)
		}, func(_ *mutator, s site) {
			s.append("schema { %s: Start }\ntype Start { x: Int }", strings.ToLower(root))
			if root != "Query" {
				s.append("type %s { y: Int }", root)
			}
		}))
	}
	return list
}

// joining makes a breakage of one more subgraph, of which nothing else is known
// to the others.
func joining(code, sdl string) breakage {
	return breakage{code, func(m *mutator) string {
		m.join("joined", sdl)
		return fmt.Sprint("joined: ", strings.Fields(sdl)[0])
	}}
}
