package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// mergeImplements merges the interfaces of object and interface types.
//
// Rule: a type implements what it implements in any subgraph; join__implements
// says where.
func (m *merger) mergeImplements() {
	for _, dest := range m.super.types {
		if (dest.kind != ast.Object && dest.kind != ast.Interface) || m.mismatched[dest.name] {
			continue
		}
		for _, t := range m.sources[dest.name] {
			for _, name := range t.interfaces {
				if !slices.Contains(dest.interfaces, name) {
					dest.interfaces = append(dest.interfaces, name)
				}
				dest.applied = append(dest.applied, join("implements",
					t.in.graphArgument(),
					argument{name: "interface", value: stringValue(name)}))
			}
		}
	}
	m.super.indexImplementations()
}

func join(name string, args ...argument) *application {
	return &application{name: "join__" + name, args: args}
}
