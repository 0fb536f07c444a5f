package federation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func TestPlainFieldSetIsWhatTheParserGives(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"id", " tenant  number ", "a_1 __typename B2"} {
		document, err := parser.ParseQuery(&ast.Source{Name: "fields", Input: "{" + text + "}"})
		if err != nil {
			t.Fatal(err)
		}
		want := FieldSet(document.Operations[0].SelectionSet)
		got := plainFieldSet(text)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ast.Position{})); diff != "" {
			t.Errorf("%q (parser -, plain +):\n%s", text, diff)
		}
	}
}

func TestPlainFieldSetLeavesTheRestToTheParser(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  ", "1a", "a 2", "a { b }", "{ a }", "a(b: 1)", "a,b", "a\nb", "é", "a @b", "... on A { b }", "a: b"} {
		if got := plainFieldSet(text); got != nil {
			t.Errorf("%q: got %s, want nothing", text, got)
		}
	}
}
