package composition_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
)

// FuzzCompose composes two texts: there is an error that says what is wrong, or a
// supergraph that loads as any schema does.
func FuzzCompose(f *testing.F) {
	for _, c := range goldenCases(f) {
		var texts [2]string
		for i, s := range c.subgraphs {
			texts[i%2] += s.Sources[0].Text
		}
		f.Add(texts[0], texts[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) { checkComposes(t, fuzzed("a", a), fuzzed("b", b)) })
}

// FuzzComposeArguments composes two sound subgraphs, in which the texts that
// federation reads inside of strings are anything: field sets, labels, names of
// subgraphs, selections from contexts.
func FuzzComposeArguments(f *testing.F) {
	f.Add("id", "n", "n", "b", "beta", "$c { n }")
	f.Add("id k { id }", "k { id }", "... on T { n }", "b", "percent(12.5)", "$c ... on T { n k { id } }")
	f.Add("__typename id", "n(x: 1)", "t: n", "_", "percent(100.0)", "$ c{n}")
	f.Add("{ id }", "n @skip(if: true)", "...F", "a", "", "$c { a: n } }")
	f.Fuzz(func(t *testing.T, key, requires, provides, from, label, selection string) {
		checkComposes(t, fuzzed("a", fmt.Sprintf(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@context", "@fromContext"])
type Query { t: T @provides(fields: %s) @shareable }
type T @key(fields: "id") @key(fields: %s) @context(name: "c") { id: ID! n(x: Int): Int @external k: K @shareable m: Int @requires(fields: %s) u: U o: Int @override(from: %s, label: %s) }
type K { id: ID @shareable }
type U @key(fields: "id") { id: ID! c(of: Int @fromContext(field: %s)): Int }
`, quote(provides), quote(key), quote(requires), quote(from), quote(label), quote(selection))), fuzzed("b", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key", "@shareable"])
type Query { t: T @shareable }
type T @key(fields: "id") { id: ID! n(x: Int): Int k: K @shareable o: Int }
type K { id: ID @shareable }
`))
	})
}

// FuzzComposeLink composes a subgraph with any link beside federation's.
func FuzzComposeLink(f *testing.F) {
	f.Add("https://specs.apollo.dev/tag/v0.3", "label", "@tag", "@label", "@label")
	f.Add("https://example.com/a/b/v1.0?x=y#z", "", "@mine", "@mine", "@mine")
	f.Add("https://specs.apollo.dev/federation/v2.99", "f", "@key", "@k", "@k")
	f.Add("http://[::1]:x/link/v0", "a__b", "Type", "Other", "")
	f.Add("https://specs.apollo.dev/link/v1.0", "core", "Purpose", "P", "@core")
	f.Fuzz(func(t *testing.T, url, as, name, renamed, composed string) {
		checkComposes(t, fuzzed("a", fmt.Sprintf(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@composeDirective"])
  @link(url: %s, as: %s, import: [{name: %s, as: %s}]) @composeDirective(name: %s)
directive @mine(a: Int) repeatable on FIELD_DEFINITION
type Query { a: Int @mine }
`, quote(url), quote(as), quote(name), quote(renamed), quote(composed))), fuzzed("b", fmt.Sprintf(`extend schema @link(url: %s) @link(url: "https://specs.apollo.dev/federation/v2.14")
type Query { b: Int }`, quote(url))))
	})
}

func fuzzed(name, sdl string) federation.Subgraph {
	return federation.Subgraph{Name: name, URL: "http://" + name, Sources: []federation.Source{{Name: name, Text: sdl}}}
}

// quote writes a string of GraphQL, which escapes as JSON does.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string has a JSON form
	}
	return string(quoted)
}

// checkComposes checks what holds for all input.
func checkComposes(t *testing.T, subgraphs ...federation.Subgraph) {
	t.Helper()
	result, err := compose(subgraphs)
	if err != nil {
		var list composition.Errors
		if !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("it is no list of errors: %v", err)
		}
		for _, one := range list {
			if one.Code == "" || strings.TrimSpace(one.Message) == "" {
				t.Errorf("an error says nothing: %+v", one)
			}
			for _, at := range one.Locations {
				known := slices.ContainsFunc(subgraphs, func(s federation.Subgraph) bool { return s.Name == at.Subgraph })
				if !known || (at.File != "" && (at.Line < 1 || at.Column < 1)) {
					t.Errorf("%s is in no subgraph, or at no place: %+v", one.Code, at)
				}
			}
		}
		return
	}
	if _, err := gqlparser.LoadSchema(&ast.Source{Name: "supergraph", Input: result.Supergraph}); err != nil {
		t.Errorf("the supergraph is no valid schema: %v\n%s", err, result.Supergraph)
	}
	slices.Reverse(subgraphs)
	if again, err := compose(subgraphs); err != nil || again.Supergraph != result.Supergraph {
		t.Errorf("in another order it composes to something else (%v)", err)
	}
}
