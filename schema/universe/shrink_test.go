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
