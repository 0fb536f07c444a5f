package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// joinCacheTags writes the cache tags of a type or field.
//
// Rule: @cacheTag(format:) reaches the supergraph as @join__directive with the
// subgraphs that have it, one per format: routers that cache read it there. An
// @external or overridden declaration counts as well.
func (m *merger) joinCacheTags(dest *[]*application, sources [][]*application) {
	type tag struct {
		args   []argument
		graphs []*ast.Value
	}
	var tags []*tag
	byKey := map[string]*tag{}
	for _, list := range sources {
		for _, a := range find(list, "cacheTag") {
			key := applicationKey(a)
			if byKey[key] == nil {
				byKey[key] = &tag{args: a.args}
				tags = append(tags, byKey[key])
			}
			byKey[key].graphs = append(byKey[key].graphs, enumName(a.in.graph))
		}
	}
	for _, t := range tags {
		args := &ast.Value{Kind: ast.ObjectValue}
		for _, a := range t.args {
			args.Children = append(args.Children, &ast.ChildValue{Name: a.name, Value: a.value})
		}
		*dest = append(*dest, join("directive",
			argument{name: "graphs", value: listOf(slices.Clone(t.graphs))},
			argument{name: "name", value: stringValue("federation__cacheTag")},
			argument{name: "args", value: args}))
	}
}
