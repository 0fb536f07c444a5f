package federation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/federation"
)

func TestParseFieldSet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want, err string }{
		{name: "one field", in: "id", want: "id"},
		{name: "compound", in: "id\n  sku", want: "id sku"},
		{name: "nested", in: "id organization{id country { code }}", want: "id organization { id country { code } }"},
		{name: "outer braces are optional", in: " { id } ", want: "id"},
		{name: "type condition", in: "...on Book{isbn} ... { title }", want: "... on Book { isbn } ... { title }"},
		{name: "arguments, aliases and directives are kept", in: `p: price(currency: "USD", at: [1, {a: X}]) @skip(if: true)`, want: `p: price(currency: "USD", at: [1, {a: X}]) @skip(if: true)`},
		{name: "empty", in: " ", err: `field set " ": it selects nothing`},
		{name: "open brace", in: "id {", err: `field set "id {": expected at least one definition, found }`},
		{name: "a second operation cannot be smuggled in", in: "id } { sku", err: `field set "id } { sku": it must be one selection set`},
		{name: "nor a fragment", in: "id } fragment F on T { id", err: `field set "id } fragment F on T { id": it must be one selection set`},
		{name: "fragment spread", in: "...F", err: `field set "...F": the fragment spread "...F" is not allowed`},
		{name: "variable", in: "a { b(x: [$y]) }", err: `field set "a { b(x: [$y]) }": the argument "x" of field "b" uses a variable`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, err := federation.ParseFieldSet(tt.in)
			if got := errorText(err); got != tt.err {
				t.Fatalf("error: got %q, want %q", got, tt.err)
			}
			if diff := cmp.Diff(tt.want, set.String()); diff != "" {
				t.Error(diff)
			}
			if err != nil {
				return
			}
			again, err := federation.ParseFieldSet(set.String())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(set.String(), again.String()); diff != "" {
				t.Errorf("printing and parsing again changed it: %s", diff)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzParseFieldSet(f *testing.F) {
	for _, seed := range []string{"id", "a { b } ... on C { d(e: 1) }", "{ a }", "a }", "...F", "a(b: $c)", `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := federation.ParseFieldSet(text)
		if err != nil {
			return
		}
		again, err := federation.ParseFieldSet(set.String())
		if err != nil {
			t.Fatalf("%q prints as %q, which does not parse: %v", text, set.String(), err)
		}
		if again.String() != set.String() {
			t.Fatalf("%q prints as %q, then as %q", text, set.String(), again.String())
		}
	})
}
