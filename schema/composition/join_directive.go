package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// joinDirectives writes directives of the subgraphs as @join__directive.
//
// Rule: a directive that only routers which know it read in the supergraph stands
// there as @join__directive: its name, its arguments, and the subgraphs that
// apply it so. The order of arguments does not matter.
//
// nameOf gives the name under which an application is written; those without one
// are left out.
func (m *merger) joinDirectives(dest *[]*application, sources [][]*application, nameOf func(*application) string) {
	type joined struct {
		name   string
		args   []argument
		graphs []*ast.Value
	}
	var all []*joined
	byKey := map[string]*joined{}
	for _, list := range sources {
		for _, a := range list {
			name := nameOf(a)
			if name == "" {
				continue
			}
			key := name + " " + applicationKey(a)
			if byKey[key] == nil {
				byKey[key] = &joined{name: name, args: a.args}
				all = append(all, byKey[key])
			}
			byKey[key].graphs = append(byKey[key].graphs, a.in.graphArgument().value)
		}
	}
	for _, j := range all {
		args := &ast.Value{Kind: ast.ObjectValue}
		for _, a := range j.args {
			args.Children = append(args.Children, &ast.ChildValue{Name: a.name, Value: a.value})
		}
		*dest = append(*dest, join("directive",
			argument{name: "graphs", value: listOf(slices.Clone(j.graphs))},
			argument{name: "name", value: stringValue(j.name)},
			argument{name: "args", value: args}))
	}
}
