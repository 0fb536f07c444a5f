package bundle_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/playground/bundle"
)

func page() map[string][]byte {
	return map[string][]byte{
		"index.html":             []byte("<!doctype html><title>page</title>"),
		"playground/main-1.js":   []byte(strings.Repeat("console.log(1);\n", 100)),
		"playground/style-1.css": []byte("body{margin:0}"),
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()

	t.Run("what_is_written_is_read_back", func(t *testing.T) {
		t.Parallel()
		dir := written(t, page())
		b, err := bundle.Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]byte{}
		for _, file := range b.Files() {
			if got[file.Name], err = b.Content(file); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(page(), got); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})

	t.Run("two_folders_get_the_same_bytes", func(t *testing.T) {
		t.Parallel()
		if diff := cmp.Diff(tree(t, written(t, page())), tree(t, written(t, page()))); diff != "" {
			t.Errorf("folders differ:\n%s", diff)
		}
	})

	t.Run("stale_files_go_and_compare_is_clean", func(t *testing.T) {
		t.Parallel()
		dir := written(t, map[string][]byte{"playground/main-0.js": []byte("old")})
		if err := bundle.Write(dir, page()); err != nil {
			t.Fatal(err)
		}
		differences, err := bundle.Compare(dir, page())
		if err != nil {
			t.Fatal(err)
		}
		if len(differences) != 0 {
			t.Errorf("differences after Write: %q", differences)
		}
	})

	t.Run("a_name_that_leaves_the_folder_is_refused", func(t *testing.T) {
		t.Parallel()
		if err := bundle.Write(t.TempDir(), map[string][]byte{"../x": nil}); err == nil {
			t.Error("no error")
		}
	})
}

func TestCompareNamesEachDifference(t *testing.T) {
	t.Parallel()
	dir := written(t, page())
	built := page()
	built["index.html"] = []byte("changed")
	built["playground/new-1.js"] = []byte("new")
	delete(built, "playground/style-1.css")

	got, err := bundle.Compare(dir, built)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"index.html: differs (34 bytes committed, 7 built)",
		"playground/new-1.js: built, but not committed",
		"playground/style-1.css: committed, but the build does not make it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		spoil func(dir string) error
		want  string
	}{
		{
			name:  "folder_without_manifest",
			spoil: func(dir string) error { return os.Remove(filepath.Join(dir, "manifest.json")) },
			want:  "manifest.json",
		},
		{
			name: "manifest_with_unknown_field",
			spoil: func(dir string) error {
				return os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(`[{"size":1}]`), 0o600)
			},
			want: `unknown field "size"`,
		},
		{
			name:  "listed_file_that_is_missing",
			spoil: func(dir string) error { return os.Remove(filepath.Join(dir, "index.html.gz")) },
			want:  `lists "index.html"`,
		},
		{
			name:  "file_that_is_not_listed",
			spoil: func(dir string) error { return os.WriteFile(filepath.Join(dir, "x.js.gz"), nil, 0o600) },
			want:  `does not list "x.js.gz"`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := written(t, page())
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, err := bundle.Open(os.DirFS(dir))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one that contains %q", err, c.want)
			}
		})
	}
}

func TestContentRefusesAnotherFilesBytes(t *testing.T) {
	t.Parallel()
	dir := written(t, page())
	other, err := os.ReadFile(filepath.Join(dir, "index.html.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "playground/main-1.js.gz"), other, 0o600); err != nil {
		t.Fatal(err)
	}
	differences, err := bundle.Compare(dir, page())
	if err != nil {
		t.Fatal(err)
	}
	if len(differences) != 1 || !strings.Contains(differences[0], "the manifest says") {
		t.Errorf("differences are %q", differences)
	}
}

func written(t *testing.T, content map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := bundle.Write(dir, content); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree returns the folder's files as they lie there.
func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, pattern := range []string{"*.*", "*/*.*"} {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files[strings.TrimPrefix(path, dir)] = data
		}
	}
	return files
}
