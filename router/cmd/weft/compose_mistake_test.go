package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestCompose_mistakesTellWhereAndWhat runs the cases of testdata/compose that
// show what developers get wrong, in both formats: each problem has a place with
// line and column in each subgraph that its message names, in JSON as in text,
// and the message says what to do.
func TestCompose_mistakesTellWhereAndWhat(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/compose/mistake_*.txtar")
	if err != nil || len(paths) < 10 {
		t.Fatalf("only %d mistakes (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			config := filepath.Join(write(t, files), "supergraph.yaml")
			_, stdout, _ := weft(t, "", "compose", "--config", config, "--format", "json")
			code, _, text := weft(t, "", "compose", "--config", config)
			if code != exitError {
				t.Errorf("exit %d", code)
			}
			var report struct{ Errors []problem }
			if err := json.Unmarshal([]byte(stdout), &report); err != nil || len(report.Errors) == 0 {
				t.Fatalf("%v in %s", err, stdout)
			}
			for _, p := range report.Errors {
				checkMistake(t, p, text)
			}
		})
	}
}

var (
	namedSubgraph = regexp.MustCompile(`subgraphs? "(\w+)"(?: and "(\w+)")?`)
	advice        = regexp.MustCompile(`add|remove|mark|give|Give|Remove|import|did you mean|expected|paths are relative|names must differ`)
)

func checkMistake(t *testing.T, p problem, text string) {
	t.Helper()
	located := map[string]bool{}
	for _, l := range p.Locations {
		located[l.Subgraph] = true
		if at := fmt.Sprintf("%s:%d:%d: ", l.File, l.Line, l.Column); l.Line == 0 || l.Column == 0 || !strings.Contains(text, at) {
			t.Errorf("%s: the text lacks %s\n%s", p.Code, at, text)
		}
	}
	for _, match := range namedSubgraph.FindAllStringSubmatch(p.Message, -1) {
		for _, name := range match[1:] {
			if name != "" && !located[name] {
				t.Errorf("%s: subgraph %q is involved but has no place: %s", p.Code, name, p.Message)
			}
		}
	}
	if len(p.Locations) == 0 || !strings.Contains(text, p.Message) || !advice.MatchString(p.Message) {
		t.Errorf("%s: no place, not in the text, or no advice: %s", p.Code, p.Message)
	}
}
