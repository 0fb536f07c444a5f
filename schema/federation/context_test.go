package federation_test

import (
	"testing"

	"github.com/weftql/weft/schema/federation"
)

func TestSplitContextValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in, context, selection string
		ok                     bool
	}{
		{"$user { id }", "user", " { id }", true},
		{"\n $ a1_B{id} ", "a1_B", "{id} ", true},
		{"$c-x { id }", "c", "-x { id }", true},
		{"$c ... on A { x }", "c", " ... on A { x }", true},
		{"$c", "c", "", false},
		{"$1c { id }", "", "1c { id }", false},
		{"{ id }", "", "", false},
		{"x $c { id }", "", "", false},
		{"", "", "", false},
		{"$é {id}", "", "é {id}", false},
	} {
		context, selection, ok := federation.SplitContextValue(tt.in)
		if context != tt.context || selection != tt.selection || ok != tt.ok {
			t.Errorf("%q: got %q, %q, %v", tt.in, context, selection, ok)
		}
	}
}
