package composition

import (
	"context"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkInaccessible looks whether the API schema, which is what remains without
// the @inaccessible elements, is a schema.
func (c *composer) checkInaccessible(context.Context, []federation.Subgraph) error {
	if c.super.typeNamed("Query") != nil {
		c.checkQueryAccessible()
	}
	c.checkSpecificationAccessible()
	for _, t := range c.super.types {
		if hidden(t.applied) || c.super.specificationOf(t.name) != "" {
			continue
		}
		c.checkChildren(t)
		for _, f := range t.fields {
			c.checkAccessibleField(t, f)
		}
	}
	for _, d := range c.super.directives {
		if c.super.specificationOf("@"+d.name) != "" {
			continue
		}
		for _, a := range d.args {
			c.checkAccessibleInput(a, "a required argument of its directive")
		}
	}
	return nil
}

func hidden(list []*application) bool { return has(list, "inaccessible") }

// checkQueryAccessible looks at the query root.
//
// Rule: Query is accessible.
// Codes: QUERY_ROOT_TYPE_INACCESSIBLE.
func (c *composer) checkQueryAccessible() {
	if t := c.super.typeNamed("Query"); hidden(t.applied) {
		c.fail(CodeQueryRootInaccessible, t.places(), "type \"Query\" is @inaccessible, but clients need the query root")
	}
}

// checkChildren looks for accessible types without accessible content.
//
// Rule: an accessible object, interface or input object has an accessible field,
// an enum a value, a union a member.
// Codes: ONLY_INACCESSIBLE_CHILDREN.
func (c *composer) checkChildren(t *typeDef) {
	total, visible, what := 0, 0, "fields"
	count := func(isHidden bool) {
		total++
		if !isHidden {
			visible++
		}
	}
	for _, f := range t.fields {
		count(hidden(f.applied))
	}
	for _, v := range t.values {
		what = "values"
		count(hidden(v.applied))
	}
	for _, name := range t.members {
		what = "members"
		member := c.super.typeNamed(name)
		count(member != nil && hidden(member.applied))
	}
	if total > 0 && visible == 0 {
		c.fail(CodeOnlyInaccessibleChildren, t.places(), "type %q is accessible, but all of its %s are @inaccessible: hide the type too", t.name, what)
	}
}

// checkAccessibleField checks one field of an accessible type.
func (c *composer) checkAccessibleField(t *typeDef, f *field) {
	if t.kind == ast.InputObject {
		c.checkAccessibleInput(f, "a required field of its input type")
		return
	}
	if hidden(f.applied) {
		c.checkHiddenImplementation(t, f)
		return
	}
	c.checkReference(f)
	for _, a := range f.args {
		c.checkAccessibleInput(a, "a required argument of its field")
		if hidden(a.applied) {
			c.checkHiddenArgument(t, f, a)
		} else if a.required() {
			c.checkRequiredOfHidden(t, f, a)
		}
	}
}

// checkAccessibleInput checks an argument or input field.
//
// Rule: an @inaccessible argument or input field is not required, since clients
// cannot give it.
// Codes: REQUIRED_INACCESSIBLE.
func (c *composer) checkAccessibleInput(f *field, what string) {
	if !hidden(f.applied) {
		c.checkReference(f)
		c.checkDefaultAccessible(f, f.def, f.typ)
		return
	}
	if f.required() {
		c.fail(CodeRequiredInaccessible, f.places(), "%q is @inaccessible, but is %s: make it optional or give it a default", f.coordinate, what)
	}
}

// checkReference looks at the type of an accessible element.
//
// Rule: what is accessible has an accessible type.
// Codes: REFERENCED_INACCESSIBLE.
func (c *composer) checkReference(f *field) {
	if t := c.super.typeNamed(f.typ.Name()); t != nil && hidden(t.applied) {
		c.fail(CodeReferencedInaccessible, append(f.places(), t.places()...),
			"type %q is @inaccessible, but %q, which has this type, is not: hide it too", t.name, f.coordinate)
	}
}

// checkDefaultAccessible looks into a default value.
//
// Rule: the default of what is accessible uses no @inaccessible enum value or
// input field.
// Codes: DEFAULT_VALUE_USES_INACCESSIBLE.
func (c *composer) checkDefaultAccessible(f *field, v *ast.Value, typ *ast.Type) {
	if v == nil {
		return
	}
	if v.Kind == ast.ListValue {
		for _, item := range items(v) {
			c.checkDefaultAccessible(f, item, typ)
		}
		return
	}
	t := c.super.typeNamed(typ.Name())
	if t == nil {
		return
	}
	uses := func(coordinate string, at []Location) {
		c.fail(CodeDefaultUsesInaccessible, append(f.places(), at...), "the default of %q uses %q, which is @inaccessible", f.coordinate, coordinate)
	}
	switch {
	case t.kind == ast.Enum:
		if value := t.value(v.Raw); value != nil && hidden(value.applied) {
			uses(value.coordinate, value.places())
		}
	case t.kind == ast.InputObject && v.Kind == ast.ObjectValue:
		for _, child := range v.Children {
			sub := t.field(child.Name)
			if sub == nil {
				continue
			}
			if hidden(sub.applied) {
				uses(sub.coordinate, sub.places())
				continue
			}
			c.checkDefaultAccessible(f, child.Value, sub.typ)
		}
	}
}
