package universe

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// contextBreakages break @context and @fromContext.
func contextBreakages() []breakage {
	return []breakage{
		onType("CONTEXT_NAME_INVALID", takesContexts, func(m *mutator, s site) {
			s.mark("context", "name", []string{`"a_b"`, `""`, `"1st"`, `"a-b"`}[m.IntN(4)])
		}),
		onSelection("NO_CONTEXT_IN_SELECTION", "{ inside }", "$broken", "broken { inside }", ""),
		onSelection("CONTEXT_NOT_SET", "$other { inside }"),
		onSelection("CONTEXT_INVALID_SELECTION", "$broken { nothing }", "$broken { inside __typename }", "$broken { a: inside }", "$broken {}",
			"$broken { inside @skip(if: true) }", "$broken { inside { below } }", "$broken { __typename }", "$broken ... on Query { inside } ... on Query { inside }",
			"$broken ... on Nothing { inside }", "$broken { ... { inside } }", "$broken { inside ... on Query { inside } }"),
		{"CONTEXT_INVALID_SELECTION", func(m *mutator) string {
			s := m.aType(takesContexts)
			return s.contextual("$broken { inside }", "Int!", "")
		}},
		{"CONTEXT_NOT_SET", func(m *mutator) string {
			s := m.aType(takesContexts)
			return s.contextual("$broken { inside }", "Int = 1", "")
		}},
		{"CONTEXT_NOT_SET", func(m *mutator) string {
			s := m.aType(takesContexts)
			if s.typ != nil {
				s.append("directive @breaks(a: Int %s(field: \"$broken { inside }\")) on FIELD", s.at("fromContext"))
			}
			return s.contextual("$broken { inside }", "Int", "")
		}},
		onField("CONTEXT_NOT_SET", func(s site) bool {
			return supporting("fromContext", isInterface)(s) && len(s.field.Arguments) == 0
		}, func(_ *mutator, s site) {
			s.field.Arguments = append(s.field.Arguments, &ast.ArgumentDefinition{Name: "broken", Type: ast.NamedType("Int", nil), Directives: ast.DirectiveList{
				{Name: s.directive("fromContext"), Arguments: ast.ArgumentList{{Name: "field", Value: literal(`"$broken { inside }"`)}}},
			}})
			s.append("extend type Query %s(name: \"broken\") { inside: Int }", s.at("context"))
		}),
		{"CONTEXT_NO_RESOLVABLE_KEY", func(m *mutator) string {
			s := m.aType(supporting("fromContext", func(s site) bool { return isObject(s) && !isRoot(s) && !isEntity(s) }))
			return s.contextual("$broken { inside }", "Int", "")
		}},
		{"CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", func(m *mutator) string {
			s := m.aType(func(s site) bool { return takesContexts(s) && len(m.siblings(s)) > 0 })
			if s.typ == nil {
				return ""
			}
			o := m.pick(m.siblings(s))
			o.append("extend type %s { broken(a: Int!): Int %s }", o.typ.Name, o.at("shareable"))
			return s.contextual("$broken { inside }", "Int", s.at("shareable"))
		}},
		{"SATISFIABILITY_ERROR", func(m *mutator) string {
			s := m.aType(takesContexts)
			if s.typ == nil {
				return ""
			}
			s.append("type Nowhere %s(name: \"nowhere\") { inside: Int }", s.at("context"))
			return s.contextual("$nowhere { inside }", "Int", "")
		}},
		{"SATISFIABILITY_ERROR", func(m *mutator) string { // unless all ways lead by the other type
			s := m.aType(takesContexts)
			o := m.aField(func(o site) bool {
				return isObject(o) && o.part == s.part && o.typ.Name != "Subscription" && len(o.field.Arguments) == 0 &&
					(o.isBuiltInLeaf(o.field) || o.document.Definitions.ForName(o.field.Type.Name()) == nil)
			})
			if s.typ == nil || o.typ == nil {
				return ""
			}
			s.append("extend type %s %s(name: \"some\")", o.typ.Name, s.at("context"))
			return s.contextual("$some { "+o.field.Name+" }", strings.ReplaceAll(o.field.Type.String(), "!", ""), "")
		}},
		{"MISSING_TRANSITIVE_AUTH_REQUIREMENTS", func(m *mutator) string {
			s := m.aType(takesContexts)
			if s.typ == nil {
				return ""
			}
			s.append("extend type Query { hidden: Int %s }", s.at("authenticated"))
			return s.contextual("$broken { hidden }", "Int", "")
		}},
	}
}

// takesContexts reports whether a type can have a field with a contextual
// argument.
func takesContexts(s site) bool {
	return supporting("fromContext", isEntity)(s) && s.applied(s.typ.Directives, "key").Arguments.ForName("resolvable") == nil
}

// siblings returns other subgraphs' definitions of an entity.
func (m *mutator) siblings(s site) []site {
	return m.types(func(o site) bool { return isEntity(o) && o.part != s.part && o.typ.Name == s.typ.Name })
}

// onSelection makes a breakage of what a contextual argument takes.
func onSelection(code string, values ...string) breakage {
	return breakage{code, func(m *mutator) string {
		s := m.aType(takesContexts)
		return s.contextual(values[m.IntN(len(values))], "Int", "")
	}}
}

// contextual gives the type a field with a contextual argument; the context
// "broken" is set by Query, which has the field "inside" of type Int.
func (s site) contextual(value, typ, directives string) string {
	if s.typ == nil {
		return ""
	}
	s.append("extend type Query %s(name: \"broken\") { inside: Int }", s.at("context"))
	s.append("extend type %s { broken(a: %s %s(field: %q)): Int %s }", s.typ.Name, typ, s.at("fromContext"), value, directives)
	return fmt.Sprintf("%s.broken(a:)", s)
}
