package universe

import "github.com/vektah/gqlparser/v2/ast"

// graphqlBreakages break rules of GraphQL itself.
func graphqlBreakages() []breakage {
	const code = "INVALID_GRAPHQL"
	list := []breakage{
		onField(code, isObject, func(_ *mutator, s site) { s.field.Type = ast.NamedType("Nothing", nil) }),
		onField(code, isInterface, func(_ *mutator, s site) { s.field.Type = other(s.field.Type) }),
		onField(code, isInput, func(_ *mutator, s site) { s.field.Type = ast.NamedType("Query", nil) }),
		onField(code, isObject, func(_ *mutator, s site) { s.typ.Fields = append(s.typ.Fields, s.field) }),
		onField(code, isObject, func(_ *mutator, s site) {
			s.field.Directives = append(s.field.Directives, &ast.Directive{Name: "nothing"})
		}),
		onType(code, isObject, func(_ *mutator, s site) { s.typ.Interfaces = append(s.typ.Interfaces, "Nothing") }),
		onType(code, isObject, func(_ *mutator, s site) { s.typ.Interfaces = append(s.typ.Interfaces, s.typ.Name) }),
		onType(code, func(s site) bool { return s.typ.Name == "Query" && s.document.Schema == nil }, func(_ *mutator, s site) {
			s.append("schema { query: Nothing }")
		}),
		onType(code, func(s site) bool { return s.typ.Name == "Query" && s.document.Schema == nil }, func(_ *mutator, s site) {
			s.append("schema { query: Query mutation: Odd }\nenum Odd { A }")
		}),
	}
	for _, sdl := range []string{
		// names
		"type __Odd { x: Int }",
		"type Odd { __x: Int }",
		"enum Odd { A true }",
		// types
		"union Odd = Int",
		"union Odd = Nothing",
		"input Loop { loop: Loop! }\nextend type Query { loops(a: Loop): Int }",
		"input Odd { a: Int }\nextend type Query { odd: Odd }",
		"type Odd { a: Int }\nextend type Query { odd(a: Odd): Int }",
		"extend type Query { odd(a: Int! @deprecated): Int }",
		// implementations
		"interface Odd { x: Int }\ntype OddOne implements Odd { y: Int }",
		"interface Odd { x: Int }\ntype OddOne implements Odd { x: String }",
		"interface Odd { x(a: Int): Int }\ntype OddOne implements Odd { x: Int }",
		"interface Odd { x(a: Int): Int }\ntype OddOne implements Odd { x(a: String): Int }",
		"interface Odd { x: Int }\ntype OddOne implements Odd { x(a: Int!): Int }",
		"interface Odd { x: Int }\ninterface Even implements Odd { x: Int }\ntype OddOne implements Even { x: Int }",
		// values
		"type Odd { f(a: Int = \"x\"): Int }",
		"enum OddEnum { A }\ntype Odd { f(a: OddEnum = B): Int }",
		"input OddInput { a: Int! }\ntype Odd { f(a: OddInput = {}): Int }",
		"type Odd { f(a: Int! = null): Int }",
		// directives
		"directive @odd on FIELD_DEFINITION\ntype Odd @odd { x: Int }",
		"directive @odd on FIELD_DEFINITION\ntype Odd { x: Int @odd @odd }",
		"directive @odd(a: Int) on FIELD_DEFINITION\ntype Odd { x: Int @odd(b: 1) }",
		"directive @odd(a: Int) on FIELD_DEFINITION\ntype Odd { x: Int @odd(a: \"x\") }",
		"directive @odd(a: Int!) on FIELD_DEFINITION\ntype Odd { x: Int @odd }",
	} {
		list = append(list, onType(code, isObject, func(_ *mutator, s site) { s.append("%s", sdl) }))
	}
	return list
}
