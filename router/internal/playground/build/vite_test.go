package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Not parallel: it changes PATH.
func TestBuildSaysThatNodeIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := build(context.Background(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "node is not in PATH: rebuilding the page needs Node") {
		t.Errorf("error is %v", err)
	}
}

func TestEnvironmentLeavesOutWhatChangesTheBuild(t *testing.T) {
	t.Parallel()
	got := environment([]string{"PATH=/bin", "NODE_ENV=production", "VITE_X=1", "NODE_OPTIONS=-r x", "HOME=/root"})
	if diff := cmp.Diff([]string{"PATH=/bin", "HOME=/root"}, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestCopySourcesLeavesOutEarlierBuilds(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), t.TempDir()
	for _, name := range []string{"package.json", "src/main.js", "node_modules/a/index.js", "dist/index.html"} {
		path := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := copySources(from, to); err != nil {
		t.Fatal(err)
	}
	got, err := readAll(os.DirFS(to))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{"package.json": []byte("package.json"), "src/main.js": []byte("src/main.js")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("copied (-want +got):\n%s", diff)
	}
}
