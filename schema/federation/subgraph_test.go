package federation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/weftql/weft/schema/federation"
)

func TestParse(t *testing.T) {
	t.Parallel()

	t.Run("keeps extensions apart and positions of the real file", func(t *testing.T) {
		t.Parallel()
		doc, err := federation.Parse(federation.Subgraph{Name: "a", Sources: []federation.Source{
			{Name: "one.graphqls", Text: "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\")\n\ntype T { a: Int }\n"},
			{Name: "two.graphqls", Text: "# a comment\nextend type T {\n  \"é\" b: Int\n}\n"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.AST.Definitions) != 1 || len(doc.AST.Extensions) != 1 {
			t.Fatalf("%d definitions and %d extensions, want one of each", len(doc.AST.Definitions), len(doc.AST.Extensions))
		}
		pos := doc.AST.Extensions[0].Fields[0].Position
		if pos.Src.Name != "two.graphqls" || pos.Line != 3 || pos.Column != 7 {
			t.Errorf("the field is at %s:%d:%d, want two.graphqls:3:7", pos.Src.Name, pos.Line, pos.Column)
		}
		link, ok := doc.Federation()
		if !ok || link.Version != (federation.Version{Major: 2, Minor: 9}) {
			t.Errorf("federation link: %v %v", link, ok)
		}
	})

	t.Run("reports the syntax errors of every file", func(t *testing.T) {
		t.Parallel()
		_, err := federation.Parse(federation.Subgraph{Name: "a", Sources: []federation.Source{
			{Name: "one.graphqls", Text: "type T {\n"},
			{Name: "two.graphqls", Text: "\ntypo T { a: Int }"},
		}})
		want := "one.graphqls:2:1: INVALID_GRAPHQL: syntax error: expected a name, found the end of the file\ntwo.graphqls:2:1: INVALID_GRAPHQL: syntax error: unexpected \"typo\""
		if diff := cmp.Diff(want, errorText(err)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReadLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		want     []federation.Link
		err      string
	}{
		{
			name: "imports and renames",
			in:   `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", {name: "@tag", as: "@label"}, "FieldSet"])`,
			want: []federation.Link{{
				URL: "https://specs.apollo.dev/federation/v2.9", Identity: federation.FederationIdentity, Name: "federation", As: "federation",
				Version: federation.Version{Major: 2, Minor: 9},
				Imports: []federation.Import{{Name: "@key", As: "@key"}, {Name: "@tag", As: "@label"}, {Name: "FieldSet", As: "FieldSet"}},
			}},
		},
		{
			name: "namespace and purpose",
			in:   `schema @link(url: "https://example.com/a/thing", as: "x", for: SECURITY) { query: Query }`,
			want: []federation.Link{{URL: "https://example.com/a/thing", Identity: "https://example.com/a/thing", Name: "thing", As: "x", Purpose: "SECURITY"}},
		},
		{
			name: "a renamed @link",
			in:   `extend schema @core(url: "https://specs.apollo.dev/link/v1.0", as: "core") @core(url: "https://specs.apollo.dev/tag/v0.3")`,
			want: []federation.Link{
				{URL: "https://specs.apollo.dev/link/v1.0", Identity: federation.LinkIdentity, Name: "link", As: "core", Version: federation.Version{Major: 1}},
				{URL: "https://specs.apollo.dev/tag/v0.3", Identity: federation.TagIdentity, Name: "tag", As: "tag", Version: federation.Version{Minor: 3}},
			},
		},
		{name: "no url", in: `extend schema @link(as: "x")`, err: "f:1:16: INVALID_LINK_DIRECTIVE_USAGE: @link needs the argument `url`, a string"},
		{name: "relative url", in: `extend schema @link(url: "federation")`, err: `f:1:21: INVALID_LINK_IDENTIFIER: the url of @link must be absolute, as in "https://specs.apollo.dev/federation/v2.9", got "federation"`},
		{name: "kinds of names", in: `extend schema @link(url: "https://x.y/z", import: [{name: "@a", as: "b"}, 3])`, err: "f:1:52: INVALID_LINK_DIRECTIVE_USAGE: @link import: the new name of directive \"@a\" must start with \"@\", got \"b\"\nf:1:75: INVALID_LINK_DIRECTIVE_USAGE: @link import 3: it must be a string or {name:, as:}"},
		{name: "the same specification twice", in: `extend schema @link(url: "https://x.y/z/v1.0") @link(url: "https://x.y/z/v1.1", as: "w")`, err: `f:1:49: INVALID_LINK_DIRECTIVE_USAGE: cannot link "https://x.y/z": it is already linked; put all imports into one @link`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := federation.Parse(federation.Subgraph{Name: "a", Sources: []federation.Source{{Name: "f", Text: tt.in}}})
			if diff := cmp.Diff(tt.err, errorText(err)); diff != "" {
				t.Fatal(diff)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tt.want, doc.Links, cmpopts.IgnoreFields(federation.Link{}, "Position")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinkNames(t *testing.T) {
	t.Parallel()
	doc, err := federation.Parse(federation.Subgraph{Name: "a", Sources: []federation.Source{{
		Name: "f",
		Text: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed", import: [{name: "@key", as: "@id"}]) @link(url: "https://specs.apollo.dev/tag/v0.3")`,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{
		doc.Links[0].DirectiveName("key"), doc.Links[0].DirectiveName("requires"), doc.Links[0].TypeName("FieldSet"),
		doc.Links[1].DirectiveName("tag"),
	}
	if diff := cmp.Diff([]string{"id", "fed__requires", "fed__FieldSet", "tag"}, got); diff != "" {
		t.Error(diff)
	}
}
