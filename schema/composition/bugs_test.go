package composition_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
	file, text, err := applyPatch(string(patch))
	if err != nil {
		t.Fatalf("%s no longer applies: write it again for the code as it is now: %v", path, err)
	}
	directory := t.TempDir()
	patched := filepath.Join(directory, file)
	real, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {real: patched}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{patched: []byte(text), filepath.Join(directory, "overlay.json"): overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "go", "test", "-overlay", filepath.Join(directory, "overlay.json"), "-vet=off", "-count=1",
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

// applyPatch returns the name and the patched text of the one file that a
// unified diff is about. What stands before "--- a/" says what the bug is. Line
// numbers do not count: the lines of a hunk have to be in the file just once.
func applyPatch(patch string) (file, text string, err error) {
	_, patch, _ = strings.Cut(patch, "\n--- a/")
	file, patch, ok := strings.Cut(patch, "\n+++ b/"+firstLine(patch)+"\n")
	if !ok {
		return "", "", errors.New("it is no unified diff of one file, with the lines --- a/FILE and +++ b/FILE")
	}
	source, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	text = string(source)
	hunks := regexp.MustCompile(`(?m)^@@ .* @@.*\n`).Split(patch, -1)
	for i, hunk := range hunks[1:] {
		var before, after strings.Builder
		for line := range strings.Lines(hunk) {
			switch line[0] {
			case ' ':
				before.WriteString(line[1:])
				after.WriteString(line[1:])
			case '-':
				before.WriteString(line[1:])
			case '+':
				after.WriteString(line[1:])
			}
		}
		if n := strings.Count(text, before.String()); n != 1 || before.Len() == 0 {
			return "", "", fmt.Errorf("%s has the lines of hunk %d %d times instead of once:\n%s", file, i+1, n, before.String())
		}
		text = strings.Replace(text, before.String(), after.String(), 1)
	}
	if text == string(source) {
		return "", "", errors.New("it changes nothing")
	}
	return file, text, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func TestApplyPatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, patch, want string }{
		{"no diff", "What it is.\n", "no unified diff"},
		{"two names", "x\n--- a/key.go\n+++ b/doc.go\n@@ -1 +1 @@\n-package composition\n+package x\n", "no unified diff"},
		{"a file that is gone", "x\n--- a/gone.go\n+++ b/gone.go\n@@ -1 +1 @@\n-a\n+b\n", "gone.go: no such file"},
		{"lines that have changed", "x\n--- a/scalar.go\n+++ b/scalar.go\n@@ -1 +1 @@\n-no such line\n+b\n", "hunk 1 0 times"},
		{"lines that come more than once", "x\n--- a/codes.go\n+++ b/codes.go\n@@ -1 +1 @@\n-\n+b\n", "instead of once"},
		{"nothing but context", "x\n--- a/scalar.go\n+++ b/scalar.go\n@@ -1 +1 @@\n package composition\n", "changes nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := applyPatch(tt.patch); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	file, text, err := applyPatch("x\n--- a/scalar.go\n+++ b/scalar.go\n@@ -9 +9 @@ func\n-package composition\n+package changed\n")
	if err != nil || file != "scalar.go" || !strings.HasPrefix(text, "package changed\n\n") {
		t.Errorf("got %q, %q, %v", file, firstLine(text), err)
	}
}
