package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expectations in testdata")

// TestCompose_golden runs the cases of testdata/compose: the head says why a
// case exists and, behind "args: ", what follows `weft compose`; the files are
// there when it runs; "exit", "stdout" and "stderr" come out. DIR stands for the
// directory of the files.
func TestCompose_golden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/compose/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			inputs, want := map[string]string{}, map[string]string{}
			var files []txtar.File
			for _, f := range archive.Files {
				switch f.Name {
				case "exit", "stdout", "stderr":
					want[f.Name] = string(f.Data)
				default:
					inputs[f.Name] = string(f.Data)
					files = append(files, f)
				}
			}
			dir := write(t, inputs)
			_, line, _ := strings.Cut(string(archive.Comment), "args: ")
			line, _, _ = strings.Cut(line, "\n")
			args := append([]string{"compose", "--config", filepath.Join(dir, "supergraph.yaml")}, strings.Fields(line)...)
			code, stdout, stderr := weft(t, "", args...)
			if strings.Contains(line, "json") && !json.Valid([]byte(stdout)) {
				t.Errorf("standard output is no JSON")
			}
			got := map[string]string{"exit": fmt.Sprintln(code)}
			for name, text := range map[string]string{"stdout": stdout, "stderr": stderr} {
				if text != "" {
					got[name] = strings.ReplaceAll(text, filepath.ToSlash(dir), "DIR")
				}
			}
			if !*update {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("want - got +:\n%s", diff)
				}
				return
			}
			archive.Files = files
			for _, name := range []string{"exit", "stdout", "stderr"} {
				if got[name] != "" {
					archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
				}
			}
			if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}
