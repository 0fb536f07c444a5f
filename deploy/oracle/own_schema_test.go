package oracle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

// TestComposition_ofTheProductsOwnSchema composes the subgraphs that come with
// Weft by both, and compares the supergraph with the one in the repository.
func TestComposition_ofTheProductsOwnSchema(t *testing.T) {
	apollo := startSeveral(t, 1)[0]
	var subgraphs []federation.Subgraph
	for _, s := range []federation.Subgraph{
		{Name: "todos", URL: "http://127.0.0.1:4002/graphql"},
		{Name: "users", URL: "http://127.0.0.1:4001/graphql"},
	} {
		files, err := filepath.Glob(filepath.Join("../../schema/subgraphs", s.Name, "*.graphqls"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no files: %v", s.Name, err)
		}
		for _, file := range files { // sorted
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s.Sources = append(s.Sources, federation.Source{Name: file, Text: string(text)})
		}
		subgraphs = append(subgraphs, s)
	}
	v := judgeUniverse(t, apollo, universe.Universe{Subgraphs: subgraphs})
	if v.class != "" || !v.composed || !v.compared[supergraphs] || !v.compared[apiSchemas] || !v.compared[hintSets] {
		t.Errorf("%s\n%s", v.class, v.detail)
	}
	theirs, err := apollo.Compose(t.Context(), subgraphs)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("../../schema/supergraph.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	differs, err := difference(theirs.Supergraph, string(kept))
	if err != nil || !differs.Empty() {
		t.Errorf("the supergraph in the repository: %v\n%s", err, differs)
	}
	t.Logf("%d subgraphs, %d lines of supergraph: equal", len(subgraphs), strings.Count(string(kept), "\n"))
}
