package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkDefaultValues looks at the default values of arguments and input fields.
//
// Rule: a default is a value of its element's type. Values of custom scalars
// are the subgraph's own concern.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkDefaultValues(s *subgraph) {
	check := func(f *field) {
		if f.def == nil {
			return
		}
		if !s.validValue(f.def, f.typ) {
			c.invalid([]Location{f.at}, "%s is no value of type %q, so it cannot be the default of %q", printValue(f.def), f.typ, f.coordinate)
			return
		}
		f.def = s.normalize(f.def, f.typ)
	}
	s.eachField(func(t *typeDef, f *field) {
		if t.kind == ast.InputObject {
			check(f)
		}
	}, func(*typeDef, *field) {})
	s.eachArgument(check)
}

// validValue reports whether a constant can be coerced to a type. Required
// fields of input objects may be missing: callers fill them in by their own
// defaults.
func (s *schema) validValue(v *ast.Value, t *ast.Type) bool {
	if v.Kind == ast.NullValue {
		return !t.NonNull
	}
	if t.Elem != nil {
		if v.Kind != ast.ListValue {
			return s.validValue(v, t.Elem)
		}
		for _, child := range v.Children {
			if !s.validValue(child.Value, t.Elem) {
				return false
			}
		}
		return true
	}
	switch t.NamedType {
	case "Int":
		return v.Kind == ast.IntValue
	case "Float":
		return v.Kind == ast.IntValue || v.Kind == ast.FloatValue
	case "String":
		return v.Kind == ast.StringValue || v.Kind == ast.BlockValue
	case "Boolean":
		return v.Kind == ast.BooleanValue
	case "ID":
		return v.Kind == ast.IntValue || v.Kind == ast.StringValue || v.Kind == ast.BlockValue
	}
	def := s.typeNamed(t.NamedType)
	if def == nil {
		def = s.specInputs[t.NamedType]
	}
	switch {
	case def == nil: // a specification's scalar, or unknown and reported as such
		return true
	case def.kind == ast.Enum:
		return (v.Kind == ast.EnumValue || v.Kind == ast.StringValue) && def.value(v.Raw) != nil
	case def.kind == ast.InputObject:
		return v.Kind == ast.ObjectValue && !slices.ContainsFunc(v.Children, func(child *ast.ChildValue) bool {
			f := def.field(child.Name)
			return f == nil || !s.validValue(child.Value, f.typ)
		})
	}
	return true
}

// normalize writes values of enums as names, and names as strings where the type
// is a custom scalar, so that equal values compare equal.
func (s *subgraph) normalize(v *ast.Value, t *ast.Type) *ast.Value {
	if v.Kind == ast.ListValue {
		item := t
		if t.Elem != nil {
			item = t.Elem
		}
		values := items(v)
		for i := range values {
			values[i] = s.normalize(values[i], item)
		}
		return listOf(values)
	}
	for t.Elem != nil {
		t = t.Elem
	}
	def := s.typeNamed(t.NamedType)
	switch {
	case def == nil:
		return v
	case v.Kind == ast.StringValue && def.kind == ast.Enum:
		return enumName(v.Raw)
	case v.Kind == ast.EnumValue && def.kind == ast.Scalar:
		return stringValue(v.Raw)
	case v.Kind == ast.ObjectValue && def.kind == ast.InputObject:
		out := &ast.Value{Kind: ast.ObjectValue}
		for _, child := range v.Children {
			out.Children = append(out.Children, &ast.ChildValue{Name: child.Name, Value: s.normalize(child.Value, def.field(child.Name).typ)})
		}
		return out
	}
	return v
}
