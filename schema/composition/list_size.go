package composition

import (
	"context"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkListSize checks the arguments of @listSize.
//
// Rule: @listSize stands on a list, or names list fields of the returned type in
// sizedFields; assumedSize is not negative; slicingArguments are arguments of
// type Int or Int!, also of the merged field, from which an argument is dropped
// that some subgraph lacks.
// Codes: LIST_SIZE_APPLIED_TO_NON_LIST, LIST_SIZE_INVALID_ASSUMED_SIZE,
// LIST_SIZE_INVALID_SLICING_ARGUMENT, LIST_SIZE_INVALID_SIZED_FIELD.
func (c *composer) checkListSize(s *subgraph) {
	for _, t := range s.types {
		for _, f := range t.fields {
			if a := first(f.applied, "listSize"); a != nil {
				c.checkListSizeOn(s, f, a)
			}
		}
	}
}

func (c *composer) checkListSizeOn(s *subgraph, f *field, a *application) {
	at := []Location{a.at}
	sized := items(a.arg("sizedFields"))
	if len(sized) == 0 && f.typ.Elem == nil {
		c.fail(CodeListSizeOnNonList, at, "@listSize on %q: its type %q is no list; name the list fields of the returned type in `sizedFields`", f.coordinate, f.typ)
	}
	if v := a.arg("assumedSize"); v != nil && v.Kind == ast.IntValue && strings.HasPrefix(v.Raw, "-") && v.Raw != "-0" {
		c.fail(CodeListSizeInvalidAssumedSize, at, "@listSize on %q: assumedSize %s is negative", f.coordinate, v.Raw)
	}
	for _, v := range items(a.arg("slicingArguments")) {
		switch arg := f.arg(v.Raw); {
		case arg == nil:
			c.fail(CodeListSizeInvalidSlicingArgument, at, "@listSize on %q: it has no argument %q to slice by", f.coordinate, v.Raw)
		case arg.typ.Elem != nil || arg.typ.NamedType != "Int":
			c.fail(CodeListSizeInvalidSlicingArgument, at, "@listSize on %q: the slicing argument %q must be of type Int or Int!, not %q", f.coordinate, v.Raw, arg.typ)
		}
	}
	if len(sized) == 0 {
		return
	}
	t := s.typeNamed(f.typ.Name())
	if !t.composite() {
		c.fail(CodeListSizeInvalidSizedField, at, "@listSize on %q: its type %q has no fields for `sizedFields`", f.coordinate, f.typ)
		return
	}
	for _, v := range sized {
		switch sub := t.field(v.Raw); {
		case sub == nil:
			c.fail(CodeListSizeInvalidSizedField, at, "@listSize on %q: type %q has no field %q", f.coordinate, t.name, v.Raw)
		case sub.typ.Elem == nil:
			c.fail(CodeListSizeOnNonList, at, "@listSize on %q: the sized field %q is no list", f.coordinate, sub.coordinate)
		}
	}
}

// checkListSizeMerged looks for slicing arguments that merging dropped.
func (c *composer) checkListSizeMerged(context.Context, []federation.Subgraph) error {
	for _, t := range c.super.types {
		for _, f := range t.fields {
			a := first(f.applied, "listSize")
			if a == nil {
				continue
			}
			for _, v := range items(a.arg("slicingArguments")) {
				if f.arg(v.Raw) == nil && !c.contextual(f, v.Raw) {
					c.fail(CodeListSizeInvalidSlicingArgument, f.places(),
						"@listSize on %q: the slicing argument %q is not in every subgraph that resolves the field, so clients cannot give it: add it there, or slice by another one", f.coordinate, v.Raw)
				}
			}
		}
	}
	return nil
}
