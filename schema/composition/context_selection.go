package composition

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkContextSelection looks at what a contextual argument takes from its
// context.
//
// Rule: @fromContext names a context and selects, of each type that sets it,
// exactly one leaf of the argument's type. Either all these types have the field,
// as in "$c { name }", or there is one `... on T { name }` for each object type
// T that is meant, at least one for every type that sets the context. Since the
// value may be missing, no `!` counts in the types compared, and none is allowed
// in the argument's. Aliases and directives are not allowed, nor is a way through
// a type marked @interfaceObject.
// Codes: NO_CONTEXT_IN_SELECTION, CONTEXT_NOT_SET, CONTEXT_INVALID_SELECTION.
func (c *composer) checkContextSelection(s *subgraph, arg *field, a *application) {
	name, text, ok := contextValue(a)
	if !ok {
		c.fail(CodeNoContextInSelection, []Location{a.at},
			"%s on %q names no context: write the context's name and what is taken from it, as in \"$context { name }\"", a, arg.coordinate)
		return
	}
	types := s.contextTypes(name)
	if len(types) == 0 {
		c.fail(CodeContextNotSet, []Location{a.at},
			"%q takes its value from the context %q, which no type of this subgraph sets: put @context(name: %q) on one", arg.coordinate, name, name)
		return
	}
	check := &contextCheck{
		fieldSetCheck: fieldSetCheck{
			composer: c, s: s, a: a, on: arg.coordinate,
			fieldSetRule: &fieldSetRule{
				directive: "fromContext", invalidFields: CodeContextInvalidSelection, directiveInside: CodeContextInvalidSelection,
			},
		},
		context: name, arg: arg,
	}
	set, err := federation.ParseFieldSet(text)
	if err != nil {
		check.invalid("%s", err)
		return
	}
	conditions := 0
	for _, sel := range set {
		if _, ok := sel.(*ast.InlineFragment); ok {
			conditions++
		}
	}
	switch {
	case conditions == 0:
		for _, t := range types {
			if !check.value(t, ast.SelectionSet(set)) {
				return
			}
		}
	case conditions < len(set):
		check.invalid("it selects a field beside those of certain types: put that field into a condition, as in `... on T { name }`")
	default:
		check.conditions(types, ast.SelectionSet(set))
	}
}

// contextCheck is the check of what one argument takes from its context.
type contextCheck struct {
	fieldSetCheck
	context string
	arg     *field
}

func (c *contextCheck) invalid(format string, args ...any) {
	c.failSet(CodeContextInvalidSelection, format, args...)
}

// conditions checks a selection that distinguishes types.
func (c *contextCheck) conditions(types []*typeDef, set ast.SelectionSet) {
	met := map[*typeDef]bool{}
	seen := map[string]bool{}
	for _, sel := range set {
		sel := sel.(*ast.InlineFragment)
		t := c.s.typeNamed(sel.TypeCondition)
		switch {
		case len(sel.Directives) > 0:
			c.failSet(c.directiveInside, "directives are not allowed in it, but it has @%s", sel.Directives[0].Name)
			return
		case seen[sel.TypeCondition]:
			c.invalid("it has the condition `... on %s` twice", sel.TypeCondition)
			return
		case sel.TypeCondition == "":
			c.invalid("a fragment in it needs a type, as in `... on T { name }`")
			return
		case t == nil || t.kind != ast.Object:
			c.invalid("the condition `... on %s` names no object type of this subgraph", sel.TypeCondition)
			return
		}
		seen[sel.TypeCondition] = true
		used := false
		for _, setting := range types {
			if c.s.overlap(setting, t) {
				met[setting], used = true, true
			}
		}
		if !used {
			c.invalid("the condition `... on %s` can never hold, because no type that sets the context %q can be of that type", t.name, c.context)
			return
		}
		if !c.value(t, sel.SelectionSet) {
			return
		}
	}
	for _, t := range types {
		if !met[t] {
			example := "T"
			if possible := c.s.possibleTypes(t); len(possible) > 0 {
				example = possible[0].name
			}
			c.invalid("it takes nothing from type %q, which sets the context %q too: add a condition, as in `... on %s { name }`", t.name, c.context, example)
		}
	}
}

// value checks a selection of one leaf from a type, and tells whether it is one.
func (c *contextCheck) value(parent *typeDef, set ast.SelectionSet) bool {
	single := set
	for len(single) > 0 {
		f, ok := single[0].(*ast.Field)
		if !ok || len(single) > 1 {
			c.invalid("it must select exactly one leaf of type %q, as in \"$%s { name }\"", parent.name, c.context)
			return false
		}
		single = f.SelectionSet
	}
	if c.selections(parent, set, false) != nil {
		return false
	}
	if t := c.interfaceObjectIn(parent, set); t != nil {
		c.invalid("it takes the value from type %q, which is marked @interfaceObject: take it from an object whose type the subgraph knows", t.name)
		return false
	}
	got := c.typeOf(parent, set)
	if got != c.arg.typ.String() {
		c.invalid("it gives %q a value of type %q, but the argument is of type %q; since there may be no value, that type must be without `!`", c.arg.name, got, c.arg.typ)
	}
	return got == c.arg.typ.String()
}

// interfaceObjectIn is an interface object among the types that a selection of one
// leaf goes through, or nil.
func (c *contextCheck) interfaceObjectIn(parent *typeDef, set ast.SelectionSet) *typeDef {
	if parent.interfaceObject() {
		return parent
	}
	if sel := set[0].(*ast.Field); len(sel.SelectionSet) > 0 {
		return c.interfaceObjectIn(c.s.typeNamed(parent.field(sel.Name).typ.Name()), sel.SelectionSet)
	}
	return nil
}

// typeOf is the type of the leaf that a valid selection of one leaf selects,
// without any `!`: a list if something on the way is one.
func (c *contextCheck) typeOf(parent *typeDef, set ast.SelectionSet) string {
	sel := set[0].(*ast.Field)
	if sel.Name == "__typename" {
		return "String"
	}
	f := parent.field(sel.Name)
	inner := f.typ.Name()
	if len(sel.SelectionSet) > 0 {
		inner = c.typeOf(c.s.typeNamed(inner), sel.SelectionSet)
	}
	for t := f.typ; t.Elem != nil; t = t.Elem {
		inner = "[" + inner + "]"
	}
	return inner
}
