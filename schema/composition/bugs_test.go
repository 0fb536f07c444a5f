package composition_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/overlay"
)

// TestSeededBugsAreCaught builds this package once for each patch of
// testdata/bugs, with the patched file laid over the real one, and runs the
// golden cases and the random universes on it: the test that testdata/bugs/README.md
// names has to fail. The package itself knows nothing of it.
func TestSeededBugsAreCaught(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds this package once for each bug")
	}
	caught := catchers(t)
	paths, err := filepath.Glob("testdata/bugs/*.patch")
	if err != nil || len(paths) < 5 {
		t.Fatalf("only %d bugs (%v)", len(paths), err)
	}
	if len(paths) != len(caught) {
		t.Errorf("%d patches, but README.md lists %d", len(paths), len(caught))
	}
	for _, path := range paths { // one after another: each build takes all processors
		t.Run(strings.TrimSuffix(filepath.Base(path), ".patch"), func(t *testing.T) {
			catcher := caught[filepath.Base(path)]
			if catcher == "" {
				t.Fatal("README.md does not say which test catches it")
			}
			output := runPatched(t, path)
			if !strings.Contains(output, "--- FAIL: "+catcher+" (") {
				t.Errorf("%s does not fail with this bug; the tests said\n%s", catcher, output)
			}
		})
	}
}

// catchers reads the table of README.md: which test catches which patch.
func catchers(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/bugs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	caught := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+\\.patch)` \\|[^|]+\\| `([^`]+)` \\|$").FindAllStringSubmatch(string(text), -1) {
		caught[row[1]] = row[2]
	}
	return caught
}

// runPatched returns what the tests say of the package with a patch applied.
func runPatched(t *testing.T, path string) string {
	t.Helper()
	patch, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	path, err = overlay.Write(t.TempDir(), ".", string(patch))
	if err != nil {
		t.Fatalf("it no longer applies: write it again for the code as it is now: %v", err)
	}
	command := exec.CommandContext(t.Context(), "go", "test", "-overlay", path, "-vet=off", "-count=1",
		"-run", "^TestCompose$|^TestCompose_ofRandomSubgraphs", ".")
	output, err := command.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) || context.Cause(t.Context()) != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if strings.Contains(string(output), "[build failed]") {
		t.Fatalf("the patched package does not build: the bug has to be one that only tests see\n%s", output)
	}
	return string(output)
}
