package federation_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/federation"
)

// FuzzParse reads a subgraph: there are errors with places, or links whose names
// can be asked for.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", {name: "@tag", as: "@label"}]) type Query { a: Int }`,
		`schema @link(url: "https://specs.apollo.dev/link/v1.0", as: "core") @core(url: "https://example.com/x/v1", for: SECURITY) { query: Q }`,
		`extend schema @link(url: "x", import: [1, {name: "a", as: "@b"}, {nope: "a"}], as: 3, for: X)`,
		"type T {\n  a Int\n", "\"\"\"", `type T @a(b: "`, "\ufefftype T", "type 3D",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := federation.Parse(federation.Subgraph{Name: "s", Sources: []federation.Source{{Name: "s", Text: text}}})
		var joined interface{ Unwrap() []error }
		switch {
		case errors.As(err, &joined):
			for _, one := range joined.Unwrap() {
				var e *federation.Error
				if errors.As(one, &e) && (e.Position == nil || e.Position.Line < 1 || e.Position.Column < 1 || e.Message == "") {
					t.Errorf("an error without place or message: %+v", e)
				}
			}
		case err != nil:
			t.Errorf("no list of errors: %v", err)
		default:
			for _, l := range doc.Links {
				if strings.HasPrefix(l.DirectiveName("x"), "@") || l.Identity == "" {
					t.Errorf("link %q: identity %q, names @%s", l.URL, l.Identity, l.DirectiveName("x"))
				}
			}
		}
	})
}

// FuzzSplitContextValue takes selections from contexts apart: nothing is lost.
func FuzzSplitContextValue(f *testing.F) {
	for _, seed := range []string{"$user { id }", "$ a ... on B { c }", "$a", "a { b }", "$3 {a}", "\ufeff$é{a}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, selection, ok := federation.SplitContextValue(text)
		if ok && (name == "" || !strings.HasSuffix(text, name+selection) || selection == "") {
			t.Errorf("%q: context %q, selection %q", text, name, selection)
		}
	})
}
