package universe

import (
	"strings"
	"testing"

	"github.com/weftql/weft/schema/federation"
)

func TestRandomHasFederation1WhereAskedFor(t *testing.T) {
	t.Parallel()
	options := Everything()
	seen := map[string]bool{}
	for seed := range uint64(60) {
		options.Federation1 = []int{30, 100}[seed%2]
		unlinked := 0
		universe := Random(seed, options)
		for _, s := range universe.Subgraphs {
			document, err := federation.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			if _, linked := document.Federation(); linked {
				continue
			}
			unlinked++
			for _, style := range []string{"extend type Entity", "@extends", "@external", "@key(fields: [", "directive @key", "@provides(fields: \"nothing\")"} {
				seen[style] = seen[style] || strings.Contains(s.Sources[0].Text, style)
			}
			if strings.Contains(s.Sources[0].Text, "@shareable") {
				t.Errorf("seed %d: %s has a directive of federation 2", seed, s.Name)
			}
		}
		if unlinked == 0 {
			t.Errorf("seed %d: all subgraphs link federation 2", seed)
		}
		seen["all"] = seen["all"] || unlinked == len(universe.Subgraphs)
		seen["some"] = seen["some"] || unlinked < len(universe.Subgraphs)
	}
	if len(seen) != 8 {
		t.Errorf("seen only %v", seen)
	}
	for what, found := range seen {
		if !found {
			t.Errorf("no universe has %s", what)
		}
	}
}
