package universe

import (
	"strings"
	"testing"
)

func TestShrinkKeepsWhatFails(t *testing.T) {
	t.Parallel()
	u := Random(11, Everything())
	fails := func(u Universe) bool {
		for _, s := range u.Subgraphs {
			if strings.Contains(s.Sources[0].Text, "@requires(") || strings.Contains(s.Sources[0].Text, "@myRequires(") {
				return true
			}
		}
		return false
	}
	if !fails(u) {
		t.Fatal("the universe does not fail to begin with")
	}
	small := Shrink(u, fails)
	if !fails(small) || len(small.Subgraphs) != 1 {
		t.Fatalf("shrunk to %d subgraphs that fail: %t", len(small.Subgraphs), fails(small))
	}
	if fields := strings.Count(small.Subgraphs[0].Sources[0].Text, ": "); fields > 8 {
		t.Errorf("the smallest universe is not small:\n%s", small.Subgraphs[0].Sources[0].Text)
	}
}

func TestShrinkOperationKeepsWhatFails(t *testing.T) {
	t.Parallel()
	o := Operation{
		Query:     `query Q($a: Int, $b: Boolean!) { one(x: $a) { two @skip(if: $b) { three four } ...F } five } fragment F on T { six { seven } }`,
		Variables: map[string]any{"a": 1, "b": true},
	}
	small := ShrinkOperation(o, func(o Operation) bool { return strings.Contains(o.Query, "four") })
	if got := strings.Join(strings.Fields(small.Query), " "); got != "query Q { one { two { four } } }" || len(small.Variables) != 0 {
		t.Errorf("got %s with %v", got, small.Variables)
	}
}
