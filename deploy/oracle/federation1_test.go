package oracle

import (
	"errors"
	"flag"
	"maps"
	"slices"
	"testing"

	"github.com/weftql/weft/schema/universe"
)

var federation1Universes = flag.Int("federation1", 40, "how many random universes TestComposition_federation1 composes")

// TestComposition_federation1 composes universes in which at least one subgraph
// is of federation 1; every third one is broken.
func TestComposition_federation1(t *testing.T) {
	t.Parallel()
	apollo, err := Start(t.Context())
	if errors.Is(err, ErrNotInstalled) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apollo.Close() })

	options := universe.Everything()
	counts := map[string]int{}
	for seed := *firstSeed; seed < *firstSeed+uint64(*federation1Universes); seed++ {
		options.Federation1 = []int{30, 60, 100}[seed/3%3]
		u := universe.Random(seed, options)
		var mutation universe.Mutation
		if seed%3 == 0 {
			u, mutation = universe.Mutate(seed/3, u)
		}
		v := judgeUniverse(t, apollo, u)
		v.seed, v.mutation = seed, mutation
		counts[outcome(v)]++
		for _, code := range v.codes {
			counts["code "+code]++
		}
		if v.class != "" && explain(v) == "" {
			t.Errorf("seed %d: %s\nmutation: %+v\n%s", seed, v.class, v.mutation, v.detail)
			keepUniverse(t, apollo, u, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[name], name)
	}
}

func outcome(v verdict) string {
	switch {
	case v.unsupported:
		return "skipped: unsupported by us"
	case v.class == "" && v.composed:
		return "equal: composed"
	case v.class == "":
		return "equal: refused"
	case explain(v) != "":
		return "deviation: " + explain(v)
	}
	return "DIFFERENT: " + v.class
}
