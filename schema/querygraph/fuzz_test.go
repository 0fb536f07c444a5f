package querygraph_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// FuzzNew reads any text as a supergraph, makes its query graph, and asks what can
// be reached from the root types.
func FuzzNew(f *testing.F) {
	paths, err := filepath.Glob("../supergraph/testdata/*.graphqls")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	if paths, err = filepath.Glob("../composition/testdata/*.txtar"); err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == "supergraph" {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, sdl string) {
		super, err := supergraph.Parse("x", sdl)
		if err != nil {
			return
		}
		graph, err := querygraph.New(super)
		if err != nil {
			return
		}
		reach := querygraph.NewReach(graph)
		for _, typ := range graph.Types {
			for g := range super.Subgraphs {
				place := reach.ID(querygraph.Residency{Type: typ.ID, Graph: g})
				for _, field := range typ.Fields {
					if reach.Resolves(place, field) && !reach.Has(place, field) {
						t.Errorf("%s: resolved in %s, but not to be had there", graph.Coordinate(field), super.Subgraphs[g].Name)
					}
				}
			}
		}
	})
}
