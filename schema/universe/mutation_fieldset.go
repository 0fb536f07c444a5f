package universe

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// setFields replaces the field set of a directive.
func (s site) setFields(directive string, value *ast.Value) {
	list := s.typ.Directives
	if s.field != nil {
		list = s.field.Directives
	}
	s.applied(list, directive).Arguments.ForName("fields").Value = value
}

func with(directive string) func(site) bool {
	return func(s site) bool { return s.has(directive) }
}

// importing also asks that the subgraph calls a directive as federation does: for
// another name Apollo throws where a field set is wrong.
func importing(directive string, match func(site) bool) func(site) bool {
	return func(s site) bool { return s.link.URL != "" && s.directive(directive) == directive && match(s) }
}

// fieldSetBreakages break @key, @requires and @provides.
func fieldSetBreakages() []breakage {
	list := []breakage{
		onField("KEY_FIELDS_HAS_ARGS", func(s site) bool { return isEntity(s) && inAnyKey(s) && s.isLeaf() }, func(_ *mutator, s site) {
			s.field.Arguments = append(s.field.Arguments, &ast.ArgumentDefinition{Name: "extra", Type: ast.NamedType("Int", nil)})
		}),
		onType("KEY_FIELDS_SELECT_INVALID_TYPE", isEntity, func(_ *mutator, s site) {
			s.append("interface Odd { x: Int }\ntype OddOne implements Odd %s { x: Int }\nextend type %s %s(fields: \"odd { x }\") { odd: Odd }",
				s.at("shareable"), s.typ.Name, s.at("key"))
		}),
		onType("KEY_FIELDS_SELECT_INVALID_TYPE", isEntity, func(_ *mutator, s site) {
			s.append("union Odd = %s\nextend type %s %s(fields: \"odd\") { odd: Odd }", s.typ.Name, s.typ.Name, s.at("key"))
		}),
		onField("REQUIRES_FIELDS_MISSING_EXTERNAL", func(s site) bool {
			return isEntity(s) && !s.has("external") && s.isLeaf() && len(s.field.Arguments) == 0
		}, func(_ *mutator, s site) {
			s.append("extend type %s { needs: Int %s(fields: %q) }", s.typ.Name, s.at("requires"), s.field.Name)
		}),
		onType("PROVIDES_FIELDS_MISSING_EXTERNAL", importing("provides", isEntity), func(_ *mutator, s site) {
			s.append("extend type %s { own: Int gives: %s %s(fields: \"own\") }", s.typ.Name, s.typ.Name, s.at("provides"))
		}),
		onType("PROVIDES_FIELDS_MISSING_EXTERNAL", importing("provides", func(s site) bool { return s.typ.Name == "Query" }), func(_ *mutator, s site) {
			s.append("extend type Query { odd: Odd %s(fields: \"x\") }\ntype Odd { x: Int y: Int }", s.at("provides"))
		}),
		onField("PROVIDES_ON_NON_OBJECT_FIELD", func(s site) bool { return isObject(s) && s.isLeaf() && !s.has("external") }, func(_ *mutator, s site) { s.mark("provides", "fields", `"x"`) }),
		onType("PROVIDES_FIELDS_HAS_ARGS", isEntity, func(_ *mutator, s site) {
			s.append("extend type %s { own(a: Int): Int %s gives: %s %s(fields: \"own\") }", s.typ.Name, s.at("external"), s.typ.Name, s.at("provides"))
		}),
		onField("REQUIRES_UNSUPPORTED_ON_INTERFACE", isInterface, func(_ *mutator, s site) { s.mark("requires", "fields", `"`+s.typ.Fields[0].Name+`"`) }),
		onField("PROVIDES_UNSUPPORTED_ON_INTERFACE", func(s site) bool { return isInterface(s) && !s.isLeaf() }, func(_ *mutator, s site) { s.mark("provides", "fields", `"x"`) }),
		onType("PROVIDES_UNSUPPORTED_ON_INTERFACE", func(s site) bool { return isEntity(s) && s.link.URL != "" }, func(_ *mutator, s site) {
			s.append("interface Odd { odd: %s %s(fields: \"x\") }", s.typ.Name, s.at("provides"))
		}),
	}
	list = append(list,
		onMergedArgument("x(b: Int)", "x(b: 1)", "x(b: Int)", "x"),    // which merging drops
		onMergedArgument("x(a: Int)", "x", "x(a: Int)", "x(a: Int!)")) // which it makes required
	for _, directive := range []string{"key", "requires", "provides"} {
		on, code := onField, strings.ToUpper(directive)
		if directive == "key" {
			on = onType
		}
		list = append(list,
			on(code+"_INVALID_FIELDS", with(directive), func(_ *mutator, s site) { s.setFields(directive, literal(`"missing"`)) }),
			on(code+"_INVALID_FIELDS", with(directive), func(_ *mutator, s site) { s.setFields(directive, literal(`"{"`)) }),
			on(code+"_INVALID_FIELDS", with(directive), func(_ *mutator, s site) { s.setFields(directive, literal(`""`)) }),
			on(code+"_INVALID_FIELDS", with(directive), func(_ *mutator, s site) { s.setFields(directive, literal(`"a: __typename"`)) }),
			on(code+"_INVALID_FIELDS_TYPE", with(directive), func(_ *mutator, s site) { s.setFields(directive, &ast.Value{Kind: ast.IntValue, Raw: "1"}) }),
			on(code+"_DIRECTIVE_IN_FIELDS_ARG", with(directive), func(_ *mutator, s site) {
				list := s.typ.Directives
				if s.field != nil {
					list = s.field.Directives
				}
				fields := s.applied(list, directive).Arguments.ForName("fields").Value.Raw
				s.setFields(directive, &ast.Value{Kind: ast.StringValue, Raw: "... @include(if: true) { " + fields + " }"})
			}),
		)
	}
	return list
}

// onMergedArgument makes a breakage of a field set that fits one subgraph, but not
// what merging makes of an argument in two others.
func onMergedArgument(external, set, first, second string) breakage {
	const others = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"]) " +
		"type Odd @key(fields: \"id\") { id: ID! %s: Int @shareable }"
	return breakage{"REQUIRES_INVALID_FIELDS", func(m *mutator) string {
		s := m.aType(importing("requires", always))
		if s.typ == nil {
			return ""
		}
		s.append("extend type Query { odd: Odd }\ntype Odd %s(fields: \"id\") { id: ID! %s: Int %s y: Int %s(fields: %q) }",
			s.at("key"), external, s.at("external"), s.at("requires"), set)
		m.join("joined1", fmt.Sprintf(others, first))
		m.join("joined2", fmt.Sprintf(others, second))
		return s.String() + " Odd.y"
	}}
}
