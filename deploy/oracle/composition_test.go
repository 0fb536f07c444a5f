package oracle

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weftql/weft/schema/universe"
)

var (
	universes = flag.Int("universes", 60, "how many random universes TestComposition composes, those aside that a mutation did not break as it should")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first universe")
	mutation  = flag.Int("mutation", -1, "the number of the only mutation to apply, to each universe")
	shrink    = flag.Bool("shrink", false, "make the universes that are kept as small as possible")
	keep      = flag.String("keep", "", "a directory for the universes that differ")
)

// trial is a universe and how it came out.
type trial struct {
	verdict
	universe universe.Universe
	contents map[string]bool // what the universe has
}

// TestComposition composes random universes with both, every third one with a
// broken rule. A long run also fails for what should have come up and did not.
func TestComposition(t *testing.T) {
	t.Parallel()
	oracles := startSeveral(t, max(2, runtime.NumCPU()))
	catalogue, err := oracles[0].Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := newReport(catalogue)
	take := func(tasks []task) {
		for _, one := range tryAll(t, oracles, tasks) {
			r.count(one)
			if one.class != "" && explain(one.verdict) == "" {
				keepUniverse(t, oracles[0], &one)
				t.Errorf("seed %d: %s\nmutation: %+v\n%s", one.seed, one.class, one.mutation, one.detail)
			}
		}
	}
	var tasks []task
	for i := range uint64(*universes) {
		tasks = append(tasks, task{*firstSeed + i, *mutation})
	}
	take(tasks)
	if *universes >= longRun {
		for round := range uint64(enough + 5) {
			take(r.rare(*firstSeed + uint64(*universes) + round))
		}
	}
	t.Log("\n" + r.String())
	if missing := r.missing(); len(missing) > 0 && *universes >= longRun {
		t.Errorf("required %d times, and came up less: %v", enough, missing)
	}
}

// task is a universe to try. Its mutation is a number, or -1 for the one that the
// seed says, or none.
type task struct {
	seed     uint64
	mutation int
}

// tryAll does the tasks, several at a time, and returns their trials in order.
func tryAll(t *testing.T, oracles []*Oracle, tasks []task) []trial {
	t.Helper()
	var (
		trials = make([][]trial, len(tasks))
		group  sync.WaitGroup
		next   atomic.Int64
	)
	for _, apollo := range oracles {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(trials); i = int(next.Add(1)) - 1 {
				switch {
				case tasks[i].mutation >= 0:
					trials[i] = tryMutation(t, apollo, tasks[i])
				case tasks[i].seed%3 == 0:
					trials[i] = tryCode(t, apollo, tasks[i].seed)
				default:
					trials[i] = tryWhole(t, apollo, tasks[i].seed)
				}
			}
		})
	}
	group.Wait()
	return slices.Concat(trials...)
}

// startSeveral starts oracles, or skips the test if there are none.
func startSeveral(t *testing.T, count int) (list []*Oracle) {
	t.Helper()
	for range count {
		apollo, err := Start(t.Context())
		if errors.Is(err, ErrNotInstalled) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = apollo.Close() })
		list = append(list, apollo)
	}
	return list
}

// tryWhole composes a universe that breaks no rule on purpose.
func tryWhole(t *testing.T, apollo *Oracle, seed uint64) []trial {
	t.Helper()
	u := universe.Random(seed, optionsOf(seed/3))
	bounds := limits{}
	if seed%50 == 25 {
		bounds = limits{paths: 1, states: 1}
	}
	return []trial{judged(seed, u, universe.Mutation{Number: -1}, judgeUniverse(t, apollo, u, bounds))}
}

// tryCode composes a broken universe; the codes take turns. Where a universe has
// no place for the mutation, or breaks another rule too early, others follow,
// which count as well.
func tryCode(t *testing.T, apollo *Oracle, seed uint64) (trials []trial) {
	t.Helper()
	list := universe.Codes()
	turn := seed / 3
	code := list[turn%uint64(len(list))]
	for attempt := range uint64(40) {
		u, mutation, ok := universe.MutateTo(code, seed+attempt<<32, universe.Random(seed+attempt<<32, optionsOf(turn/uint64(len(list))+attempt)))
		if !ok {
			continue
		}
		one := judged(seed, u, mutation, judgeUniverse(t, apollo, u))
		trials = append(trials, one)
		if len(trials) == 4 || slices.Contains(one.codes, code) {
			break
		}
	}
	return trials
}

// tryMutation composes the first universe that has a place for a mutation.
func tryMutation(t *testing.T, apollo *Oracle, c task) []trial {
	t.Helper()
	for attempt := range uint64(40) {
		u, mutation, ok := universe.MutateBy(c.mutation, c.seed+attempt<<32, universe.Random(c.seed+attempt<<32, optionsOf(c.seed+attempt)))
		if ok {
			return []trial{judged(c.seed, u, mutation, judgeUniverse(t, apollo, u))}
		}
	}
	return nil
}

func judged(seed uint64, u universe.Universe, mutation universe.Mutation, v verdict) trial {
	v.seed, v.mutation = seed, mutation
	return trial{verdict: v, universe: u, contents: contents(u)}
}

// optionsOf lets every fourth universe have subgraphs of federation 1, some or
// only such.
func optionsOf(turn uint64) universe.Options {
	options := universe.Everything()
	if turn%4 == 3 {
		options.Federation1 = []int{30, 60, 100}[turn/4%3]
	}
	return options
}

// keepUniverse writes a universe that differs to the directory of -keep.
func keepUniverse(t *testing.T, apollo *Oracle, one *trial) {
	t.Helper()
	if *keep == "" {
		return
	}
	u := one.universe
	if *shrink {
		u = universe.Shrink(u, func(u universe.Universe) bool { return judgeUniverse(t, apollo, u).class == one.class })
		one.detail = judgeUniverse(t, apollo, u).detail
	}
	text := fmt.Sprintf("# seed %d: %s\n# %+v\n%s\n", one.seed, one.class, one.mutation, one.detail)
	for _, s := range u.Subgraphs {
		text += fmt.Sprintf("-- %s.graphqls --\n%s", s.Name, s.Sources[0].Text)
	}
	if err := os.WriteFile(filepath.Join(*keep, fmt.Sprintf("%d.txtar", one.seed)), []byte(text), 0o600); err != nil {
		t.Error(err)
	}
}
