package trial_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weftql/weft/router/internal/trial"
	"github.com/weftql/weft/schema/federation"
)

// TestKeptCasesPass tries the cases of testdata, which failed once. A file has a
// section NAME.graphqls for each subgraph, the operation and its variables, and
// how it was planned; what is in it beside that is what was wrong then.
func TestKeptCasesPass(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c := readCase(t, txtar.Parse(text))
			got, err := c.Try(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got.Caught() != "" {
				t.Errorf("%s: %s\nthe monolith: %s %s\nthe router:   %s %s", got.Caught(), got.Why(), got.Want.Data, got.Want.Errors, got.Got.Data, got.Got.Errors)
			}
			if !got.Answered() {
				t.Errorf("the case proves nothing: the monolith answers %s %s", got.Want.Data, got.Want.Errors)
			}
		})
	}
}

// settings is a case's section of that name.
type settings struct {
	// Seed is what the values are hashed with.
	Seed uint64 `json:"seed"`
	trial.Settings
}

func readCase(t *testing.T, file *txtar.Archive) (c trial.Case) {
	t.Helper()
	read := func(text []byte, into any) {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	for _, f := range file.Files {
		switch name, isSchema := strings.CutSuffix(f.Name, ".graphqls"); {
		case isSchema:
			c.Universe.Subgraphs = append(c.Universe.Subgraphs, federation.Subgraph{
				Name: name, URL: "http://" + name + ".test", Sources: []federation.Source{{Name: f.Name, Text: string(f.Data)}},
			})
		case f.Name == "operation.graphql":
			c.Operation.Query = string(f.Data)
		case f.Name == "variables.json":
			read(f.Data, &c.Operation.Variables)
		case f.Name == "settings.json":
			var s settings
			read(f.Data, &s)
			c.Universe.Seed, c.Settings = s.Seed, s.Settings
		}
	}
	return c
}

// archive writes a case that failed.
func archive(t *testing.T, c trial.Case, failed *trial.Trial) *txtar.Archive {
	t.Helper()
	out := &txtar.Archive{Comment: []byte(fmt.Sprintf("%s: %s\n\n", failed.Caught(), failed.Why()))}
	add := func(name, text string) {
		out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(strings.TrimRight(text, "\n") + "\n")})
	}
	asJSON := func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		return string(text)
	}
	for _, s := range c.Universe.Subgraphs {
		add(s.Name+".graphqls", s.Sources[0].Text)
	}
	add("operation.graphql", c.Operation.Query)
	if len(c.Operation.Variables) > 0 {
		add("variables.json", asJSON(c.Operation.Variables))
	}
	add("settings.json", asJSON(settings{c.Universe.Seed, c.Settings}))
	add("monolith", fmt.Sprintf("%s\n%s", failed.Want.Data, failed.Want.Errors))
	add("router", fmt.Sprintf("%s\n%s", failed.Got.Data, failed.Got.Errors))
	if failed.Plan != nil {
		var names []string
		if s, err := trial.New(t.Context(), c.Universe, c.Labels); err == nil {
			for _, sub := range s.Supergraph.Subgraphs {
				names = append(names, sub.Name)
			}
			add("plan", failed.Plan.Text(names))
		}
	}
	return out
}
