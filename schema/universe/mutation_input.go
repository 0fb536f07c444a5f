package universe

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// onSeveral makes a breakage of what is done to one of several declarations of a
// type in different subgraphs.
func onSeveral(code string, match func(site) bool, do func(site)) breakage {
	return breakage{code, func(m *mutator) string {
		s := m.aType(func(s site) bool {
			return match(s) && len(m.types(func(o site) bool { return o.part != s.part && o.typ.Name == s.typ.Name })) > 0 &&
				// An extension holds only a part of the fields.
				len(m.types(func(o site) bool { return o.part == s.part && o.typ.Name == s.typ.Name })) == 1
		})
		if s.typ == nil {
			return ""
		}
		do(s)
		return s.String()
	}}
}

func isEnum(s site) bool { return s.typ.Kind == ast.Enum }

// inputBreakages break input objects and enums.
func inputBreakages() []breakage {
	return []breakage{
		onSeveral("INPUT_FIELD_DEFAULT_MISMATCH", func(s site) bool {
			return isInput(s) && slices.ContainsFunc(s.typ.Fields, func(f *ast.FieldDefinition) bool { return f.DefaultValue != nil })
		}, func(s site) {
			for _, f := range s.typ.Fields {
				if f.DefaultValue != nil {
					f.DefaultValue = changed(f.DefaultValue)
				}
			}
		}),
		onSeveral("REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", isInput, func(s site) {
			s.typ.Fields = append(s.typ.Fields, &ast.FieldDefinition{Name: "must", Type: ast.NonNullNamedType("Int", nil)})
		}),
		onSeveral("EMPTY_MERGED_INPUT_TYPE", isInput, func(s site) {
			s.typ.Fields = ast.FieldList{{Name: "alone", Type: ast.NamedType("Int", nil)}}
		}),
		onSeveral("FIELD_TYPE_MISMATCH", isInput, func(s site) {
			s.typ.Fields[0].Type, s.typ.Fields[0].DefaultValue = other(s.typ.Fields[0].Type), nil
		}),
		onSeveral("ENUM_VALUE_MISMATCH", isEnum, func(s site) {
			s.typ.EnumValues = append(s.typ.EnumValues, &ast.EnumValueDefinition{Name: "EXTRA"})
			s.append("extend type Query { usesEnum(a: %[1]s): %[1]s }", s.typ.Name)
		}),
		onSeveral("EMPTY_MERGED_ENUM_TYPE", isEnum, func(s site) {
			s.typ.EnumValues = ast.EnumValueList{{Name: "ALONE"}}
		}),
		onField("FIELD_ARGUMENT_TYPE_MISMATCH", func(s site) bool { return s.has("shareable") && isObject(s) && len(s.field.Arguments) > 0 }, func(_ *mutator, s site) {
			a := s.field.Arguments[0]
			a.Type, a.DefaultValue = ast.ListType(a.Type, nil), nil
		}),
	}
}
