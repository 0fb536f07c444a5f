package oracle

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

// contradicts reports whether Apollo composes a universe, which it calls
// unsatisfiable, once the @key directives of its types stand in another order.
// As their order means nothing, that proves the universe satisfiable. The
// smallest case known:
//
//	# a
//	type Query { q: E }
//	type E @key(fields: "id") { id: ID f: F }
//	type F @key(fields: "k", resolvable: false) { k: ID }
//	# b; with "k" before "x" it composes
//	type F @key(fields: "x") @key(fields: "k") { k: ID x: Int }
//	# c
//	type F @key(fields: "x") @key(fields: "k") { k: ID x: Int }
//	type E @key(fields: "id") { id: ID f: F @external r: Int @requires(fields: "f { x }") }
func contradicts(t *testing.T, apollo *Oracle, u universe.Universe) bool {
	t.Helper()
	length := func(a, b *ast.Directive) int {
		return len(a.Arguments.ForName("fields").Value.Raw) - len(b.Arguments.ForName("fields").Value.Raw)
	}
	reverse := func(list []*ast.Directive) { slices.Reverse(list) }
	shortest := func(list []*ast.Directive) { slices.SortStableFunc(list, length) }
	longest := func(list []*ast.Directive) { shortest(list); slices.Reverse(list) }
	for _, arrange := range []func([]*ast.Directive){shortest, reverse, longest} {
		var arranged []federation.Subgraph
		for _, s := range u.Subgraphs {
			arranged = append(arranged, rearrange(t, s, arrange))
		}
		if c, err := apollo.Compose(t.Context(), arranged); err == nil && len(c.Errors) == 0 {
			return true
		}
	}
	return false
}

// rearrange changes the order of the keys of each type.
func rearrange(t *testing.T, s federation.Subgraph, arrange func([]*ast.Directive)) federation.Subgraph {
	t.Helper()
	document, err := federation.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	key := "key" // as federation 1 has it
	if link, linked := document.Federation(); linked {
		key = link.DirectiveName("key")
	}
	for _, d := range slices.Concat(document.AST.Definitions, document.AST.Extensions) {
		keys := d.Directives.ForNames(key)
		arrange(keys)
		rest := slices.DeleteFunc(slices.Clone(d.Directives), func(a *ast.Directive) bool { return a.Name == key })
		d.Directives = slices.Concat(ast.DirectiveList(keys), rest)
	}
	var text strings.Builder
	formatter.NewFormatter(&text).FormatSchemaDocument(document.AST)
	s.Sources = []federation.Source{{Name: s.Sources[0].Name, Text: text.String()}}
	return s
}
