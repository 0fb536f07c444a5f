package overlay_test

import (
	"os"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/overlay"
)

func TestApply(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(root+"/a.go", []byte("package a\n\nvar x = 1\n\nvar y = 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, patch, want string }{
		{"no diff", "What it is.\n", "no unified diff"},
		{"two names", "x\n--- a/a.go\n+++ b/doc.go\n@@ -1 +1 @@\n-package a\n+package x\n", "no unified diff"},
		{"a file that is gone", "x\n--- a/gone.go\n+++ b/gone.go\n@@ -1 +1 @@\n-a\n+b\n", "gone.go: no such file"},
		{"lines that have changed", "x\n--- a/a.go\n+++ b/a.go\n@@ -1 +1 @@\n-no such line\n+b\n", "hunk 1 0 times"},
		{"lines that come more than once", "x\n--- a/a.go\n+++ b/a.go\n@@ -1 +1 @@\n-\n+b\n", "instead of once"},
		{"nothing but context", "x\n--- a/a.go\n+++ b/a.go\n@@ -1 +1 @@\n package a\n", "changes nothing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := overlay.Apply(root, tt.patch); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	file, text, err := overlay.Apply(root, "x\n--- a/a.go\n+++ b/a.go\n@@ -9 +9 @@ func\n-var x = 1\n+var x = 3\n")
	if err != nil || file != "a.go" || text != "package a\n\nvar x = 3\n\nvar y = 2\n" {
		t.Errorf("got %q, %q, %v", file, text, err)
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	root, directory := t.TempDir(), t.TempDir()
	if err := os.Mkdir(root+"/p", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/p/a.go", []byte("package a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := overlay.Write(directory, root, "x\n--- a/p/a.go\n+++ b/p/a.go\n@@ -1 +1 @@\n-package a\n+package b\n")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if want := `{"Replace":{"` + root + `/p/a.go":"` + directory + `/a.go"}}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if text, err := os.ReadFile(directory + "/a.go"); err != nil || string(text) != "package b\n" {
		t.Errorf("got %q, %v", text, err)
	}
}
