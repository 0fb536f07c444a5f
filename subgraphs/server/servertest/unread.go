package servertest

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Unread returns the fields of a subgraph that can be read, as Type.field, but that
// none of the operations selects, sorted: what tests of every field forget. What
// mutations alone answer, and what other subgraphs have, does not count.
func Unread(t testing.TB, schema *ast.Schema, operations []string) (missing []string) {
	t.Helper()
	selected := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch selection := selection.(type) {
			case *ast.Field:
				selected[selection.ObjectDefinition.Name+"."+selection.Name] = true
				walk(selection.SelectionSet)
			case *ast.InlineFragment:
				walk(selection.SelectionSet)
			}
		}
	}
	for _, operation := range operations {
		document, err := gqlparser.LoadQueryWithRules(schema, operation, rules.NewDefaultRules())
		if err != nil {
			t.Fatalf("%v\n%s", err, operation)
		}
		walk(document.Operations[0].SelectionSet)
	}
	for name := range readable(schema) {
		for _, field := range schema.Types[name].Fields {
			if path := name + "." + field.Name; !selected[path] && !strings.HasPrefix(field.Name, "_") && field.Directives.ForName("external") == nil {
				missing = append(missing, path)
			}
		}
	}
	slices.Sort(missing)
	return missing
}

// readable are the names of the object types that a query can lead to.
func readable(schema *ast.Schema) map[string]bool {
	seen := map[string]bool{}
	var visit func(*ast.Definition)
	visit = func(definition *ast.Definition) {
		if definition == nil || seen[definition.Name] || strings.HasPrefix(definition.Name, "__") {
			return
		}
		if definition.Kind != ast.Object {
			for _, possible := range schema.GetPossibleTypes(definition) {
				if possible != definition {
					visit(possible)
				}
			}
			return
		}
		seen[definition.Name] = true
		for _, field := range definition.Fields {
			visit(schema.Types[field.Type.Name()])
		}
	}
	visit(schema.Query)
	for name := range seen {
		if strings.HasPrefix(name, "_") {
			delete(seen, name)
		}
	}
	return seen
}
