package trial_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weftql/weft/router/internal/trial"
	"github.com/weftql/weft/schema/overlay"
	"github.com/weftql/weft/schema/universe"
)

var (
	bugs = flag.Int("bugs", defaultBugs, "how many of the seeded bugs are tried")
	who  = flag.Bool("who", false, "in a build with a bug: say which oracle finds it")
)

const (
	bugsDirectory = "../plan/testdata/bugs"
	// maxBugCases is after how many cases a bug has to be found, at the latest.
	maxBugCases = 4000
	// moreBugCases is how many more are tried for the other oracle to find it too.
	moreBugCases = 500
)

// TestSeededBugsAreCaught builds this test once for each patch of
// plan/testdata/bugs, with the patched file laid over the real one, and asks it
// which oracle finds the bug. The one that README.md names has to.
func TestSeededBugsAreCaught(t *testing.T) {
	t.Parallel()
	if testing.Short() || *who {
		t.Skip("builds the planner once for each bug")
	}
	listed := listedBugs(t)
	paths, err := filepath.Glob(bugsDirectory + "/*.patch")
	if err != nil || len(paths) < 10 {
		t.Fatalf("only %d bugs (%v)", len(paths), err)
	}
	for _, path := range paths {
		if listed[filepath.Base(path)] == "" {
			t.Errorf("README.md does not say which oracle finds %s", path)
		}
		if _, _, err := overlay.Apply("..", read(t, path)); err != nil {
			t.Errorf("%s no longer applies: write it again for the code as it is now: %v", path, err)
		}
	}
	if len(paths) != len(listed) {
		t.Errorf("%d patches, but README.md lists %d", len(paths), len(listed))
	}
	var table strings.Builder
	for _, path := range paths[:min(*bugs, len(paths))] { // one after another: each build takes all processors
		name := strings.TrimSuffix(filepath.Base(path), ".patch")
		t.Run(name, func(t *testing.T) {
			output := runPatched(t, path)
			found := regexp.MustCompile(`found by (.*)`).FindStringSubmatch(output)
			switch catcher := listed[filepath.Base(path)]; {
			case found == nil:
				t.Errorf("nobody finds it; the tests said\n%s", output)
			case !strings.Contains(found[1], catcher+" after"):
				t.Errorf("found by %s, and not by the %s", found[1], catcher)
			default:
				fmt.Fprintf(&table, "%-28s %s\n", name, found[1])
			}
		})
	}
	t.Logf("found by, after how many cases\n%s", &table)
}

// listedBugs reads the table of README.md: which oracle finds which patch.
func listedBugs(t *testing.T) map[string]string {
	t.Helper()
	listed := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+\\.patch)` \\|[^|]+\\|[^|]+\\| ([a-z]+) \\|$").FindAllStringSubmatch(read(t, bugsDirectory+"/README.md"), -1) {
		listed[row[1]] = row[2]
	}
	return listed
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// runPatched returns what TestWhoFindsTheBug says with a patch applied.
func runPatched(t *testing.T, path string) string {
	t.Helper()
	replace, err := overlay.Write(t.TempDir(), "..", read(t, path))
	if err != nil {
		t.Fatalf("it no longer applies: write it again for the code as it is now: %v", err)
	}
	binary := filepath.Join(t.TempDir(), "trial.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", replace, "-vet=off", "-o", binary, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the patched package does not build: the bug has to be one that only tests see\n%s", output)
	}
	var output bytes.Buffer
	run := exec.CommandContext(t.Context(), binary, "-test.run", "^TestWhoFindsTheBug$", "-test.v", "-who", "-test.timeout", "5m")
	run.Stdout, run.Stderr = &output, &output
	if err := run.Run(); err != nil {
		t.Errorf("%v", err)
	}
	return output.String()
}

// TestWhoFindsTheBug tries cases until the verifier and the monolith have both found
// the bug that is in this build, or as many as it may take.
func TestWhoFindsTheBug(t *testing.T) {
	if !*who {
		t.Skip("there is no bug")
	}
	found, first := map[trial.Oracle]int{}, 0
	run := trial.Run{Cases: maxBugCases, Seed: 1, Operations: 25, Workers: 1, Options: universe.Answerable()}
	run.Failed = func(tried int, _ trial.Case, failed *trial.Trial) bool {
		for o := range failed.Found {
			if found[o] == 0 {
				found[o] = tried
			}
		}
		first = cmp.Or(first, tried)
		return (found[trial.Monolith] == 0 || found[trial.Verifier] == 0) && tried < first+moreBugCases
	}
	if _, err := run.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, o := range trial.Oracles() {
		if found[o] > 0 {
			list = append(list, fmt.Sprintf("%s after %d", o, found[o]))
		}
	}
	if len(list) > 0 {
		t.Logf("found by %s", strings.Join(list, ", "))
	}
}
