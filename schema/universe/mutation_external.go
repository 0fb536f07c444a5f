package universe

import "github.com/vektah/gqlparser/v2/ast"

func isExternal(s site) bool { return s.has("external") }

// externalBreakages break @external.
func externalBreakages() []breakage {
	return []breakage{
		onType("EXTERNAL_UNUSED", isEntity, func(_ *mutator, s site) {
			s.append("extend type %s { idle: Int %s }", s.typ.Name, s.at("external"))
		}),
		{"EXTERNAL_UNUSED", func(m *mutator) string {
			s := m.aField(func(s site) bool {
				return m.isPlain(s) && s.isLeaf() && len(s.field.Arguments) == 0 && s.document.Definitions.ForName(s.field.Type.Name()) == nil
			})
			if s.typ == nil {
				return ""
			}
			o := m.aType(func(o site) bool { return o.part != s.part && o.typ.Name == s.typ.Name && isEntity(o) })
			if o.typ == nil {
				return ""
			}
			o.append("extend type %s { %s: %s %s }", s.typ.Name, s.field.Name, s.field.Type, o.at("external"))
			return o.String() + "." + s.field.Name
		}},
		onType("EXTERNAL_MISSING_ON_BASE", isEntity, func(_ *mutator, s site) {
			s.append("extend type %s { ghost: Int %s ghostly: Int %s(fields: \"ghost\") }", s.typ.Name, s.at("external"), s.at("requires"))
		}),
		onField("EXTERNAL_TYPE_MISMATCH", func(s site) bool { return isExternal(s) && s.isLeaf() }, func(_ *mutator, s site) {
			s.field.Type = other(s.field.Type)
		}),
		{"EXTERNAL_ARGUMENT_MISSING", func(m *mutator) string {
			s := m.aField(isExternal)
			if s.typ == nil {
				return ""
			}
			for _, o := range m.others(s) {
				if !o.has("external") {
					o.field.Arguments = append(o.field.Arguments, &ast.ArgumentDefinition{Name: "extra", Type: ast.NamedType("Int", nil)})
				}
			}
			return s.String()
		}},
		onField("EXTERNAL_ARGUMENT_TYPE_MISMATCH", func(s site) bool { return isExternal(s) && len(s.field.Arguments) > 0 }, func(_ *mutator, s site) {
			s.field.Arguments[0].Type, s.field.Arguments[0].DefaultValue = other(s.field.Arguments[0].Type), nil
		}),
		onField("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", func(s site) bool {
			return isExternal(s) && len(s.field.Arguments) > 0 && s.field.Arguments[0].Type.Elem == nil && s.field.Arguments[0].Type.Name() == "Int"
		}, func(_ *mutator, s site) {
			s.field.Arguments[0].DefaultValue = &ast.Value{Kind: ast.IntValue, Raw: "77"}
		}),
		onField("EXTERNAL_ON_INTERFACE", isInterface, func(_ *mutator, s site) { s.mark("external") }),
		onField("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", func(s site) bool { return isExternal(s) && !s.isLeaf() }, func(_ *mutator, s site) { s.mark("provides", "fields", `"__typename"`) }),
		onField("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", isExternal, func(_ *mutator, s site) {
			s.field.Directives = append(s.field.Directives, &ast.Directive{Name: "deprecated"})
		}),
	}
}

// other returns a type that is not compatible with typ.
func other(typ *ast.Type) *ast.Type {
	if typ.Elem != nil {
		return &ast.Type{Elem: other(typ.Elem), NonNull: typ.NonNull}
	}
	if typ.NamedType == "Boolean" {
		return &ast.Type{NamedType: "Float", NonNull: typ.NonNull}
	}
	return &ast.Type{NamedType: "Boolean", NonNull: typ.NonNull}
}
