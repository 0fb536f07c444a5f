package composition_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

// TestDocument_isWhatTheSupergraphReadsAs compares the document of the last check
// with what a router reads from the text.
func TestDocument_isWhatTheSupergraphReadsAs(t *testing.T) {
	t.Parallel()
	inputs := [][]federation.Subgraph{universe.Company(1, 12).Subgraphs}
	options := universe.Everything()
	options.Federation1 = 20
	for seed := range uint64(150) {
		inputs = append(inputs, universe.Random(seed, options).Subgraphs)
	}
	compared := 0
	for i, subgraphs := range inputs {
		result, err := composition.Compose(t.Context(), subgraphs, composition.Options{})
		if err != nil {
			continue
		}
		compared++
		want, err := parser.ParseSchema(&ast.Source{Name: "supergraph", Input: result.Supergraph})
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		got := composition.Document(t.Context(), subgraphs)
		diff := cmp.Diff(want, got,
			cmpopts.EquateEmpty(),
			cmpopts.IgnoreTypes((*ast.Position)(nil), []*ast.Position(nil), (*ast.CommentGroup)(nil)),
			cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Description" }, cmp.Ignore()),
			cmp.Comparer(func(a, b *ast.Value) bool { return a == b || a != nil && b != nil && a.String() == b.String() }))
		if diff != "" {
			t.Fatalf("%d (text -, document +):\n%s", i, diff)
		}
	}
	if compared < len(inputs)/2 {
		t.Errorf("only %d of %d compose", compared, len(inputs))
	}
}
