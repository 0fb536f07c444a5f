package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkInterfaceObjectSources compares the definitions of an interface that some
// subgraphs stand in for.
//
// Rule: what one subgraph marks @interfaceObject is an interface in another one,
// and a subgraph does not define both the stand-in and a type that implements the
// interface: an object has one type in a subgraph.
// Codes: INTERFACE_OBJECT_USAGE_ERROR.
func (m *merger) checkInterfaceObjectSources(dest *typeDef, sources []*typeDef) {
	objects := m.interfaceObjects[dest.name]
	if len(objects) == 0 {
		return
	}
	real := false
	for _, t := range sources {
		real = real || !t.interfaceObject()
	}
	if !real {
		var at []Location
		var names []string
		for _, t := range objects {
			at = append(at, t.at)
			names = append(names, t.in.name)
		}
		m.fail(CodeInterfaceObjectUsage, at,
			"%q is marked @interfaceObject wherever it stands (%s): one subgraph must define it as an interface, with the types that implement it", dest.name, subgraphList(names))
	}
	for _, t := range objects {
		at := []Location{t.at}
		var names []string
		for _, name := range m.implementationsAnywhere(dest.name) {
			if mine := t.in.typeNamed(name); mine != nil {
				at = append(at, mine.at)
				names = append(names, mine.name)
			}
		}
		if len(names) > 0 {
			m.fail(CodeInterfaceObjectUsage, at,
				"subgraph %q marks %q @interfaceObject and also defines %s, which implements that interface: define the interface itself there, or leave its implementations to other subgraphs",
				t.in.name, dest.name, list(names))
		}
	}
}

// implementationsAnywhere names the object types that implement an interface in
// some subgraph; not those that the first subgraph with the name has as another kind
// of type, which is what the supergraph would have.
func (m *merger) implementationsAnywhere(name string) (out []string) {
	for _, s := range m.subgraphs {
		for _, t := range s.implementations[name] {
			first := m.sources[t.name][slices.IndexFunc(m.sources[t.name], func(t *typeDef) bool { return t != nil })]
			if first.mergedKind() == ast.Object && t.mergedKind() == ast.Object && !slices.Contains(out, t.name) {
				out = append(out, t.name)
			}
		}
	}
	return out
}

// standIns are the fields of interface objects by which subgraphs resolve a field
// of an object type that they do not have, in the order of the type's interfaces
// and then of the subgraphs.
func (m *merger) standIns(parent *typeDef, name string) (out []*field) {
	if len(m.interfaceObjects) == 0 || parent.kind != ast.Object {
		return nil
	}
	for _, i := range parent.interfaces {
		for _, t := range m.interfaceObjects[i] {
			if f := t.field(name); f != nil && t.in.typeNamed(parent.name) == nil {
				out = append(out, f)
			}
		}
	}
	return out
}

// resolvedByInterfaceObject tells whether some interface object resolves a field
// of the interface.
func (m *merger) resolvedByInterfaceObject(name, field string) bool {
	for _, t := range m.interfaceObjects[name] {
		if f := t.field(field); f != nil && !f.external {
			return true
		}
	}
	return false
}
