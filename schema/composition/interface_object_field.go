package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// addInterfaceObjectFields gives the implementations of interfaces what interface
// objects add to them.
//
// Rule: a field that a subgraph resolves for an interface by @interfaceObject is a
// field of each object type that implements the interface, with the interface's
// description, arguments and directives. The supergraph marks one that no
// subgraph has on the object type itself by @join__field without arguments.
func (m *merger) addInterfaceObjectFields() {
	if len(m.interfaceObjects) == 0 {
		return
	}
	for _, t := range m.super.types {
		if t.kind != ast.Object || m.mismatched[t.name] {
			continue
		}
		for _, name := range t.interfaces {
			i := m.super.typeNamed(name)
			if i == nil || i.kind != ast.Interface {
				continue
			}
			for _, f := range i.fields {
				if t.field(f.name) == nil && m.resolvedByInterfaceObject(name, f.name) {
					m.addInterfaceObjectField(t, f)
				}
			}
		}
	}
	for _, f := range m.borrowed {
		m.inheritDirectives(f)
	}
}

// inheritDirectives gives a field that subgraphs only declare as external the
// directives that it has on the interface whose interface object resolves it.
func (m *merger) inheritDirectives(dest *field) {
	for _, name := range dest.parent.interfaces {
		if m.resolvedByInterfaceObject(name, dest.name) {
			dest.applied = append(dest.applied, inherited(m.super.typeNamed(name).field(dest.name).applied)...)
			return
		}
	}
}

func (m *merger) addInterfaceObjectField(t *typeDef, of *field) {
	dest := &field{
		at: of.at, sourcesAt: of.sourcesAt, coordinate: t.name + "." + of.name, name: of.name, description: of.description,
		typ: of.typ, applied: append([]*application{join("field")}, inherited(of.applied)...), parent: t,
	}
	for _, a := range of.args {
		arg := *a
		arg.coordinate = dest.coordinate + "(" + a.name + ":)"
		arg.applied = inherited(a.applied)
		dest.args = append(dest.args, &arg)
	}
	t.addField(dest)
	m.inheritAuthOfInterfaceObjects(t, dest)
	m.mergeDirectives(pendingDirectives{coordinate: dest.coordinate, dest: &dest.applied}, m.authOrder(), nil)
	m.checkSharing(t, dest, nil, overrideState{})
}

// inherited are the directives of an interface's field that its implementations
// get: not those that say where it is resolved, and not those of authorization,
// which come together from several interfaces.
func inherited(list []*application) []*application {
	return slices.DeleteFunc(slices.Clone(list), func(a *application) bool {
		return strings.HasPrefix(a.name, "join__") || slices.Contains(authDirectives(), a.spec)
	})
}
