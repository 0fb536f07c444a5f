package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkInterfaceObjectsAreUpgraded looks for interface objects that count on
// federation 1.
//
// Rule: in federation 1 a @key on an interface had no effect, so nobody can be
// asked by it which type an object has. An interface that some subgraph stands in
// for by @interfaceObject has no @key in a federation 1 subgraph.
// Codes: INTERFACE_OBJECT_USAGE_ERROR.
func (c *composer) checkInterfaceObjectsAreUpgraded() {
	objects := map[string][]*typeDef{}
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			if !s.federation1 && t.interfaceObject() {
				objects[t.name] = append(objects[t.name], t)
			}
		}
	}
	if len(objects) == 0 {
		return
	}
	reported := map[string]bool{}
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			if !s.federation1 || t.kind != ast.Interface || !has(t.applied, "key") || objects[t.name] == nil || reported[t.name] {
				continue
			}
			reported[t.name] = true
			c.failInterfaceKeyOfFederation1(t.name, objects[t.name])
		}
	}
}

func (c *composer) failInterfaceKeyOfFederation1(name string, objects []*typeDef) {
	var at []Location
	var standing, keyed []string
	for _, t := range objects {
		at = append(at, t.at)
		standing = append(standing, t.in.name)
	}
	for _, s := range c.subgraphs {
		if t := s.typeNamed(name); s.federation1 && t != nil && t.kind == ast.Interface && has(t.applied, "key") {
			at = append(at, t.at)
			keyed = append(keyed, s.name)
		}
	}
	c.fail(CodeInterfaceObjectUsage, at,
		"%q is marked @interfaceObject in %s, which needs another subgraph to tell the types of its objects by a @key of the interface; in federation 1 that key has no effect: let %s link federation 2, or remove the @key of %q there",
		name, subgraphList(standing), subgraphList(keyed), name)
}
