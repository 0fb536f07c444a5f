package composition

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// fieldSetRule is what distinguishes the field sets of @key, @requires and
// @provides. An empty code means that the rule does not apply.
type fieldSetRule struct {
	directive       string
	invalidFields   Code // does not parse, unknown field, alias, missing or superfluous sub-selection
	invalidType     Code // not a string
	directiveInside Code
	hasArguments    Code
	selectsAbstract Code
	missingExternal Code
}

// fieldSetCheck is the check of one field set.
type fieldSetCheck struct {
	*composer
	*fieldSetRule
	s  *subgraph
	a  *application
	on string // the coordinate that the directive stands on
	// notExternal are the leaves that should be, reported if the set is valid.
	notExternal Errors
}

// errStop ends the check of a field set after an error.
var errStop = errors.New("stop")

// checkFieldSet checks the `fields` argument of an application against the type
// that it selects from.
func (c *composer) checkFieldSet(s *subgraph, a *application, on string, parent *typeDef, rule *fieldSetRule) {
	check := &fieldSetCheck{composer: c, fieldSetRule: rule, s: s, a: a, on: on}
	text, ok := stringOf(a.arg("fields"))
	if !ok {
		a.wrong = true
		check.failSet(rule.invalidType, "the argument `fields` must be a string, as in \"id name\"")
		return
	}
	set, err := federation.ParseFieldSet(text)
	if err != nil {
		a.wrong = true
		check.failSet(rule.invalidFields, "%s", err)
		return
	}
	if check.selections(parent, ast.SelectionSet(set), false) == nil { // its error is reported already
		c.errs = append(c.errs, check.notExternal...)
	}
}

func (c *fieldSetCheck) failSet(code Code, format string, args ...any) {
	c.fail(code, []Location{c.a.at}, "%s on %q: %s", c.a, c.on, fmt.Sprintf(format, args...))
}

func (c *fieldSetCheck) needless(at []Location, format string, args ...any) {
	c.notExternal = append(c.notExternal, &Error{
		Code: c.missingExternal, Locations: append([]Location{c.a.at}, at...),
		Message: fmt.Sprintf("%s on %q: %s", c.a, c.on, fmt.Sprintf(format, args...)),
	})
}

func (c *fieldSetCheck) selections(parent *typeDef, set ast.SelectionSet, underExternal bool) error {
	for _, sel := range set {
		var err error
		switch sel := sel.(type) {
		case *ast.Field:
			err = c.field(parent, sel, underExternal)
		case *ast.InlineFragment:
			err = c.fragment(parent, sel, underExternal)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *fieldSetCheck) fragment(parent *typeDef, sel *ast.InlineFragment, underExternal bool) error {
	if len(sel.Directives) > 0 {
		c.failSet(c.directiveInside, "directives are not allowed in it, but it has @%s", sel.Directives[0].Name)
		return errStop
	}
	t := parent
	if sel.TypeCondition != "" {
		t = c.s.typeNamed(c.s.typeName(sel.TypeCondition))
	}
	if !t.composite() {
		c.failSet(c.invalidFields, "the condition `... on %s` names no object, interface or union type of this subgraph", sel.TypeCondition)
		return errStop
	}
	if !c.s.overlap(parent, t) {
		c.failSet(c.invalidFields, "the condition `... on %s` can never hold for a value of type %q", sel.TypeCondition, parent.name)
		return errStop
	}
	return c.selections(t, sel.SelectionSet, underExternal)
}

func (c *fieldSetCheck) field(parent *typeDef, sel *ast.Field, underExternal bool) error {
	if sel.Alias != "" && sel.Alias != sel.Name {
		c.failSet(c.invalidFields, "it cannot have the alias %q", sel.Alias)
		return errStop
	}
	if len(sel.Directives) > 0 {
		c.failSet(c.directiveInside, "directives are not allowed in it, but it has @%s", sel.Directives[0].Name)
		return errStop
	}
	if sel.Name == "__typename" {
		if c.missingExternal != "" && !underExternal {
			c.needless(nil, "\"%s.__typename\" needs no @%s: every subgraph knows it", parent.name, c.directive)
		}
		return nil
	}
	f := parent.field(sel.Name)
	if f == nil {
		c.a.wrong = true
		advice := closest(sel.Name, parent.fieldNames())
		if advice == "" {
			advice = "; if another subgraph resolves it, declare it here with @external"
		}
		c.failSet(c.invalidFields, "type %q has no field %q in this subgraph%s", parent.name, sel.Name, advice)
		return errStop
	}
	if err := c.arguments(f, sel); err != nil {
		return err
	}
	t := c.s.typeNamed(f.typ.Name())
	if c.selectsAbstract != "" && t.abstract() {
		c.failSet(c.selectsAbstract, "field %q is %s, which a key cannot select", f.coordinate, t.kindWithArticle())
		return errStop
	}
	return c.leaf(f, t, sel, underExternal || f.external)
}

// leaf checks that a field is selected as its type demands, and that the leaves
// of @requires and @provides come from elsewhere.
func (c *fieldSetCheck) leaf(f *field, t *typeDef, sel *ast.Field, external bool) error {
	switch {
	case t.composite() && len(sel.SelectionSet) == 0:
		c.failSet(c.invalidFields, "field %q is of type %q and needs a selection, as in \"%s { … }\"", f.coordinate, t.name, sel.Name)
		return errStop
	case !t.composite() && len(sel.SelectionSet) > 0:
		c.failSet(c.invalidFields, "field %q is of type %q, from which nothing can be selected", f.coordinate, f.typ)
		return errStop
	case t.composite():
		return c.selections(t, sel.SelectionSet, external)
	}
	if c.missingExternal != "" && !external {
		advice := "declare it with @external if another subgraph resolves it, else remove it from the field set"
		if has(f.applied, "external") {
			advice = "though marked @external, it is a key of a type extension, which counts as this subgraph's own; remove it from the field set"
		}
		c.needless([]Location{f.at}, "field %q is resolved by this subgraph: %s", f.coordinate, advice)
	}
	return nil
}

func (c *fieldSetCheck) arguments(f *field, sel *ast.Field) error {
	if c.hasArguments != "" && len(f.args) > 0 {
		c.failSet(c.hasArguments, "field %q has arguments, which @%s cannot give", f.coordinate, c.directive)
		return errStop
	}
	for _, arg := range sel.Arguments {
		def := f.arg(arg.Name)
		switch {
		case def == nil:
			c.failSet(c.invalidFields, "field %q has no argument %q", f.coordinate, arg.Name)
			return errStop
		case !c.s.validValue(arg.Value, def.typ):
			c.failSet(c.invalidFields, "%s is no value of type %q for the argument %q", printValue(arg.Value), def.typ, def.coordinate)
			return errStop
		}
	}
	for _, def := range f.args {
		if def.required() && sel.Arguments.ForName(def.name) == nil {
			c.failSet(c.invalidFields, "the required argument %q is not given", def.coordinate)
			return errStop
		}
	}
	return nil
}

// canonicalFields writes a field set in an order that does not depend on how it
// was written, so that equal sets compare equal.
func canonicalFields(set ast.SelectionSet) string {
	parts := make([]string, 0, len(set))
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			part := sel.Name
			if len(sel.SelectionSet) > 0 {
				part += "{" + canonicalFields(sel.SelectionSet) + "}"
			}
			parts = append(parts, part)
		case *ast.InlineFragment:
			parts = append(parts, "..."+sel.TypeCondition+"{"+canonicalFields(sel.SelectionSet)+"}")
		}
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), " ")
}
