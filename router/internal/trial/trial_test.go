package trial_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weftql/weft/router/internal/trial"
	"github.com/weftql/weft/schema/universe"
)

var (
	cases    = flag.Int("cases", defaultCases, "how many random operations are tried")
	seed     = flag.Uint64("seed", 1, "the seed of the first universe")
	failures = flag.String("failures", "", "the directory for cases that fail, made small; by default the test's artifacts")
	minimize = flag.Bool("minimize", true, "make cases that fail small")
)

// maxShrunk is how many cases that fail are made small: one mistake has many
// consequences.
const maxShrunk = 3

// TestTheRouterAnswersAsTheMonolith plans and executes random operations on random
// universes. It fails when an oracle catches a case, and when the cases do not
// depend on what they are to prove.
func TestTheRouterAnswersAsTheMonolith(t *testing.T) {
	t.Parallel()
	start := time.Now()
	found := 0
	run := trial.Run{Cases: *cases, Seed: *seed, Operations: 25, Workers: runtime.GOMAXPROCS(0), Options: universe.Answerable()}
	run.Failed = func(_ int, c trial.Case, failed *trial.Trial) bool {
		found++
		t.Errorf("%s", report(t, c, failed, found))
		return found < maxShrunk
	}
	tally, err := run.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f cases per second\n%s", float64(tally.Cases)/time.Since(start).Seconds(), tally)
	if found > 0 || *cases < enoughCases {
		return
	}
	for _, missing := range tally.Shortfalls(run.Options) {
		t.Error(missing)
	}
}

// enoughCases is from how many cases on their statistics mean anything.
const enoughCases = 5000

// report makes a case small and writes it to a file.
func report(t *testing.T, c trial.Case, failed *trial.Trial, n int) string {
	t.Helper()
	if *minimize {
		c = c.Shrink(t.Context(), failed.Caught())
		if again, err := c.Try(t.Context()); err == nil {
			failed = again
		}
	}
	directory := *failures
	if directory == "" {
		directory = t.ArtifactDir()
	}
	path := filepath.Join(directory, fmt.Sprintf("seed_%d_%d.txtar", c.Universe.Seed, n))
	text := txtar.Format(archive(t, c, failed))
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Error(err)
	}
	return fmt.Sprintf("%s: %s\n%s", failed.Caught(), path, text)
}
