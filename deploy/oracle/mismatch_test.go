package oracle

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

var sharedField = regexp.MustCompile(`^the shared field "(\w+)\.(\w+)"`)

// plannedWithoutMismatch is plannedAfterAll for a universe that neither composes,
// because subgraphs share fields that cannot return the same types: it is asked
// of the universe in which one subgraph alone has each of these fields.
func plannedWithoutMismatch(t *testing.T, apollo *Oracle, u universe.Universe, err error) bool {
	t.Helper()
	var list composition.Errors
	if !errors.As(err, &list) {
		return false
	}
	for _, e := range list {
		found := sharedField.FindStringSubmatch(e.Message)
		if found == nil {
			return false
		}
		u = unshared(t, u, found[1], found[2])
	}
	v := judgeUniverse(t, apollo, u)
	return strings.HasPrefix(v.class, "codes: Apollo [SATISFIABILITY_ERROR], ours []") && strings.HasSuffix(v.class, plannerAgrees)
}

// unshared leaves a field to the first subgraph that has it.
func unshared(t *testing.T, u universe.Universe, typ, field string) universe.Universe {
	t.Helper()
	out := universe.Universe{Seed: u.Seed}
	found := false
	for _, s := range u.Subgraphs {
		document, err := federation.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, definitions := range []*ast.DefinitionList{&document.AST.Definitions, &document.AST.Extensions} {
			kept := ast.DefinitionList{}
			for _, d := range *definitions {
				if f := d.Fields.ForName(field); d.Name == typ && f != nil {
					if found {
						d.Fields = without(d.Fields, f)
					}
					found = true
				}
				if d.Name != typ || len(d.Fields) > 0 {
					kept = append(kept, d)
				}
			}
			*definitions = kept
		}
		var text strings.Builder
		formatter.NewFormatter(&text).FormatSchemaDocument(document.AST)
		s.Sources = []federation.Source{{Name: s.Sources[0].Name, Text: text.String()}}
		out.Subgraphs = append(out.Subgraphs, s)
	}
	return out
}

func without(list ast.FieldList, f *ast.FieldDefinition) (rest ast.FieldList) {
	for _, other := range list {
		if other != f {
			rest = append(rest, other)
		}
	}
	return rest
}
