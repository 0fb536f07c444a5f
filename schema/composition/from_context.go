package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkFromContext looks at where contextual arguments stand, and at the context
// that they name.
//
// Rule: an argument with @fromContext belongs to a field of an object type that
// has a resolvable key, so that the router can come back with the value. It has
// no default, the field is in none of the type's interfaces, and the context
// that it names is set by some type of the subgraph.
// Codes: CONTEXT_NOT_SET, NO_CONTEXT_IN_SELECTION, CONTEXT_NO_RESOLVABLE_KEY.
func (c *composer) checkFromContext(s *subgraph) {
	for _, d := range s.directives {
		for _, arg := range d.args {
			if a := first(arg.applied, "fromContext"); a != nil {
				c.fail(CodeContextNotSet, []Location{a.at}, "%q cannot be contextual: it is an argument of a directive", arg.coordinate)
			}
		}
	}
	for _, t := range s.types {
		for _, f := range t.fields {
			for _, arg := range f.args {
				if a := first(arg.applied, "fromContext"); a != nil {
					c.checkContextualArgument(s, t, f, arg, a)
				}
			}
		}
	}
}

func (c *composer) checkContextualArgument(s *subgraph, t *typeDef, f, arg *field, a *application) {
	at := []Location{a.at}
	if t.kind != ast.Object {
		c.fail(CodeContextNotSet, at, "%q cannot be contextual: it belongs to a field of an interface; put @fromContext on fields of object types that no interface has", arg.coordinate)
		return
	}
	for _, name := range t.interfaces {
		if i := s.typeNamed(name); i != nil && i.field(f.name) != nil {
			c.fail(CodeContextNotSet, append(at, i.field(f.name).at),
				"%q cannot be contextual: its field implements %q, and who asks the interface knows nothing of contexts", arg.coordinate, i.field(f.name).coordinate)
		}
	}
	if arg.def != nil {
		c.fail(CodeContextNotSet, at, "%q cannot be contextual and have the default %s: the value comes from the context", arg.coordinate, printValue(arg.def))
	}
	c.checkContextSelection(s, arg, a)
	if !slices.ContainsFunc(find(t.applied, "key"), func(key *application) bool {
		v := key.arg("resolvable")
		return v == nil || v.Raw != "false"
	}) {
		c.fail(CodeContextNoResolvableKey, append(at, t.at),
			"type %q needs a resolvable @key in this subgraph, because its field %q has the contextual argument %q: the router comes back by the key with the argument's value", t.name, f.coordinate, arg.name)
	}
}

// contextValue is what an argument takes from a context: the context's name in
// the subgraph, and what is selected of the types that set it, as it is written.
func contextValue(a *application) (context, selection string, ok bool) {
	text, ok := stringOf(a.arg("field"))
	if !ok {
		return "", "", false
	}
	return federation.SplitContextValue(text)
}

// eachContextValue calls visit for each type from which a contextual argument
// takes its value: with the field that has the argument, what is selected of the
// type, and the @fromContext. What cannot be read is left out.
func (s *subgraph) eachContextValue(visit func(f *field, t *typeDef, set federation.FieldSet, a *application)) {
	for _, t := range s.types {
		for _, f := range t.fields {
			for _, arg := range f.args {
				a := first(arg.applied, "fromContext")
				if a == nil {
					continue
				}
				name, text, _ := contextValue(a)
				set, err := federation.ParseFieldSet(text)
				if err != nil {
					continue
				}
				for _, setting := range s.contextTypes(name) {
					visit(f, setting, set, a)
				}
			}
		}
	}
}
