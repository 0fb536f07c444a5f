package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkImplementations compares types with the interfaces that they implement.
//
// Rule: a type that implements an interface has its fields, with the same type
// or a narrower one, with the same arguments and no further required ones, and
// also implements what the interface implements.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkImplementations(s *subgraph) {
	for _, t := range s.types {
		for _, name := range t.interfaces {
			i := s.typeNamed(name)
			switch {
			case i == nil:
				c.invalid(t.places(), "type %q implements the unknown type %q%s", t.name, name, closest(name, s.typeNames()))
			case i.kind != ast.Interface:
				c.invalid(t.places(), "type %q implements %q, which is %s type", t.name, name, i.kindWithArticle())
			case i == t:
				c.invalid(t.places(), "the interface %q cannot implement itself", t.name)
			default:
				c.checkImplementation(&s.schema, t, i)
			}
		}
	}
}

func (c *composer) checkImplementation(s *schema, t, i *typeDef) {
	for _, name := range i.interfaces {
		if name != t.name && !slices.Contains(t.interfaces, name) {
			c.invalid(t.places(), "type %q must implement %q, because it implements %q, which does", t.name, name, i.name)
		}
	}
	for _, want := range i.fields {
		got := t.field(want.name)
		switch {
		case got == nil:
			c.invalid(slices.Concat(t.places(), want.places()), "type %q lacks the field %q of its interface %q", t.name, want.name, i.name)
			continue
		case !s.fits(got.typ, want.typ):
			c.invalid(slices.Concat(got.places(), want.places()), "the type %q of %q does not fit the type %q of %q in its interface", got.typ, got.coordinate, want.typ, want.coordinate)
		}
		for _, arg := range want.args {
			mine := got.arg(arg.name)
			switch {
			case mine == nil:
				c.invalid(slices.Concat(got.places(), arg.places()), "%q lacks the argument %q of its interface", got.coordinate, arg.coordinate)
			case !sameType(mine.typ, arg.typ):
				c.invalid(slices.Concat(mine.places(), arg.places()), "the type %q of %q must be %q, as in %q of its interface", mine.typ, mine.coordinate, arg.typ, arg.coordinate)
			}
		}
		for _, arg := range got.args {
			if arg.required() && want.arg(arg.name) == nil {
				c.invalid(slices.Concat(arg.places(), want.places()), "the argument %q is required, but %q of the interface does not have it", arg.coordinate, want.coordinate)
			}
		}
	}
}
