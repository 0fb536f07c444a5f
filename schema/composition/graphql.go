package composition

import "github.com/vektah/gqlparser/v2/ast"

// graphqlRules are the rules of GraphQL's own specification that a subgraph's
// SDL must keep, in the order in which they run. All of them raise
// INVALID_GRAPHQL.
func (c *composer) graphqlRules() []func(*subgraph) {
	return []func(*subgraph){
		c.checkUniqueNames,
		c.checkReservedNames,
		c.checkRoots,
		c.checkTypeReferences,
		c.checkMembers,
		c.checkImplementations,
		c.checkNotEmpty,
		c.checkInputCycles,
		c.checkAppliedDirectives,
		c.checkDefaultValues,
		c.checkDeprecatedInputs,
	}
}

func (c *composer) invalid(at []Location, format string, args ...any) {
	c.fail(CodeInvalidGraphQL, at, format, args...)
}

// eachField visits the fields and input fields of all types, and their
// arguments.
func (s *subgraph) eachField(onField, onArgument func(*typeDef, *field)) {
	for _, t := range s.types {
		for _, f := range t.fields {
			onField(t, f)
			for _, a := range f.args {
				onArgument(t, a)
			}
		}
	}
}

// eachArgument visits every argument of fields and of the user's own directives.
func (s *subgraph) eachArgument(visit func(*field)) {
	s.eachField(func(*typeDef, *field) {}, func(_ *typeDef, a *field) { visit(a) })
	for _, d := range s.directives {
		if s.specDirectives[d.name] == "" {
			for _, a := range d.args {
				visit(a)
			}
		}
	}
}

// place is an element that can have directives.
type place struct {
	location   ast.DirectiveLocation
	coordinate string
	applied    []*application
}

// eachPlace visits all elements with directives.
func (s *subgraph) eachPlace(visit func(place)) {
	at := func(location ast.DirectiveLocation, coordinate string, applied []*application) {
		if len(applied) > 0 {
			visit(place{location, coordinate, applied})
		}
	}
	at(ast.LocationSchema, "schema", s.applied)
	for _, t := range s.types {
		at(ast.DirectiveLocation(t.kind), t.name, t.applied)
		fieldLocation := ast.LocationFieldDefinition
		if t.kind == ast.InputObject {
			fieldLocation = ast.LocationInputFieldDefinition
		}
		for _, f := range t.fields {
			at(fieldLocation, f.coordinate, f.applied)
			for _, a := range f.args {
				at(ast.LocationArgumentDefinition, a.coordinate, a.applied)
			}
		}
		for _, v := range t.values {
			at(ast.LocationEnumValue, v.coordinate, v.applied)
		}
	}
	for _, d := range s.directives {
		if s.specDirectives[d.name] == "" {
			for _, a := range d.args {
				at(ast.LocationArgumentDefinition, a.coordinate, a.applied)
			}
		}
	}
}
