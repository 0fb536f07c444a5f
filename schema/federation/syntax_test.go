package federation_test

import (
	"errors"
	"testing"

	"github.com/weftql/weft/schema/federation"
)

func TestParse_saysWhatStandsAtASyntaxError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, sdl, want string }{
		{"a field without colon", "type T {\n  name String\n}", `s:2:8: INVALID_GRAPHQL: syntax error: expected ":", found "String"`},
		{"a brace is missing", "type T {\n  a: Int\n\ntype U {\n  b: Int\n}", `s:4:6: INVALID_GRAPHQL: syntax error: expected ":", found "U"; is the "}" missing that ends the definition before this "type"?`},
		{"the last brace is missing", "type T {\n  a: Int\n", `s:3:1: INVALID_GRAPHQL: syntax error: expected a name, found the end of the file`},
		{"a brace too many", "type T {\n  a: Int\n}}\n", `s:3:2: INVALID_GRAPHQL: syntax error: unexpected "}"`},
		{"an unknown keyword", "tpye T {\n  a: Int\n}\n", `s:1:1: INVALID_GRAPHQL: syntax error: unexpected "tpye"`},
		{"a number for a name", "type 3D { a: Int }", `s:1:6: INVALID_GRAPHQL: syntax error: expected a name, found "3D"`},
		{"no type", "type T { a: }", `s:1:13: INVALID_GRAPHQL: syntax error: expected a name, found "}"`},
		{"a string that does not end", "type T { a: Int @deprecated(reason: \"x) }", `s:1:42: INVALID_GRAPHQL: syntax error: unexpected a string that does not end`},
		{"behind other letters", "type T { a(é: Int): Int b Int }", `s:1:12: INVALID_GRAPHQL: syntax error: expected a name, found the character "é"`},
		{"an empty type", "type T {}", `s:1:9: INVALID_GRAPHQL: syntax error: expected at least one definition, found }`},
		{"a string", "type T { a: \"x\" }", `s:1:14: INVALID_GRAPHQL: syntax error: expected a name, found a string`},
		{"a block string of several lines", "type Query { aaaaaaaaaaaaaaaaa: \"\"\"x\n\"\"\" }", `s:2:1: INVALID_GRAPHQL: syntax error: expected a name, found a string`},
		{"a query", "query { a }", `s:1:1: INVALID_GRAPHQL: syntax error: unexpected "query"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := federation.Parse(federation.Subgraph{Name: "s", Sources: []federation.Source{{Name: "s", Text: tt.sdl}}})
			var one *federation.Error
			if !errors.As(err, &one) || one.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
