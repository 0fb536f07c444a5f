package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkTypeReferences looks at the types of fields and arguments.
//
// Rule: they exist, and are not a specification's own; fields of objects and interfaces have output types,
// arguments and fields of input objects have input types.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkTypeReferences(s *subgraph) {
	check := func(f *field, pos position) {
		name := f.typ.Name()
		if isBuiltInScalar(name) {
			return
		}
		t := s.typeNamed(name)
		switch {
		case s.specTypes[name]:
			c.invalid([]Location{f.at}, "%q has the type %q, which belongs to a specification and is not in the supergraph", f.coordinate, name)
		case t == nil:
			c.invalid([]Location{f.at}, "%q has the unknown type %q%s", f.coordinate, name, closest(name, s.typeNames()))
		case pos == output && t.kind == ast.InputObject:
			c.invalid([]Location{f.at}, "the type of %q must be an output type, but %q is an input object type", f.coordinate, name)
		case pos == input && t.composite():
			c.invalid([]Location{f.at}, "the type of %q must be an input type, but %q is %s type", f.coordinate, name, t.kindWithArticle())
		}
	}
	s.eachField(func(t *typeDef, f *field) {
		if t.kind == ast.InputObject {
			check(f, input)
		} else {
			check(f, output)
		}
	}, func(*typeDef, *field) {})
	s.eachField(func(*typeDef, *field) {}, func(_ *typeDef, a *field) { check(a, input) })
	for _, d := range s.directives {
		if s.specDirectives[d.name] != "" {
			continue
		}
		for _, a := range d.args {
			if s.specTypes[a.typ.Name()] && len(executableLocations(d.locations)) == 0 {
				continue // stays in the subgraph
			}
			check(a, input)
		}
	}
}

func (t *typeDef) kindWithArticle() string {
	switch name := t.kindName(); name {
	case "object", "interface", "enum", "input object":
		return "an " + name
	default:
		return "a " + name
	}
}

// checkMembers looks at unions.
//
// Rule: a union's members are object types.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkMembers(s *subgraph) {
	for _, t := range s.types {
		for _, name := range t.members {
			switch member := s.typeNamed(name); {
			case member == nil:
				c.invalid([]Location{t.at}, "the union %q has the unknown type %q as a member%s", t.name, name, closest(name, s.typeNames()))
			case member.kind != ast.Object:
				c.invalid([]Location{t.at}, "the union %q cannot have the member %q, which is %s type", t.name, name, member.kindWithArticle())
			}
		}
	}
}

// checkNotEmpty looks for types without content.
//
// Rule: objects, interfaces and input objects have a field, enums a value,
// unions a member.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkNotEmpty(s *subgraph) {
	for _, t := range s.types {
		if len(t.fields)+len(t.values)+len(t.members) > 0 || t.kind == ast.Scalar {
			continue
		}
		if t.name == "Query" {
			continue // federation adds fields of its own to it
		}
		part := "field"
		switch t.kind {
		case ast.Enum:
			part = "value"
		case ast.Union:
			part = "member"
		}
		c.invalid([]Location{t.at}, "%s type %q must have at least one %s", t.kindName(), t.name, part)
	}
}

// checkInputCycles looks for input objects that no finite value can satisfy.
//
// Rule: an input object does not contain itself through non-null fields alone.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkInputCycles(s *subgraph) {
	const (
		unvisited = iota
		open
		done
	)
	state := map[*typeDef]int{}
	var visit func(t *typeDef)
	visit = func(t *typeDef) {
		state[t] = open
		for _, f := range t.fields {
			if !f.typ.NonNull || f.typ.Elem != nil {
				continue
			}
			next := s.typeNamed(f.typ.NamedType)
			if next == nil || next.kind != ast.InputObject {
				continue
			}
			switch state[next] {
			case open:
				c.invalid([]Location{f.at}, "the input type %q contains itself through the non-null field %q: no value can satisfy it", next.name, f.coordinate)
			case unvisited:
				visit(next)
			}
		}
		state[t] = done
	}
	for _, t := range s.types {
		if t.kind == ast.InputObject && state[t] == unvisited {
			visit(t)
		}
	}
}

// checkDeprecatedInputs looks for inputs that nobody could stop using.
//
// Rule: a required argument or input field is not @deprecated.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkDeprecatedInputs(s *subgraph) {
	check := func(f *field) {
		if d := first(f.applied, "deprecated"); d != nil && f.required() {
			c.invalid([]Location{d.at}, "%q is required and cannot be @deprecated: make it optional first", f.coordinate)
		}
	}
	s.eachField(func(t *typeDef, f *field) {
		if t.kind == ast.InputObject {
			check(f)
		}
	}, func(_ *typeDef, a *field) { check(a) })
}
