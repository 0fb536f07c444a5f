package universe

import "fmt"

// federation1Breakages break what only the upgrade of federation 1's subgraphs
// looks at.
func federation1Breakages() []breakage {
	return []breakage{
		{"TYPE_WITH_ONLY_UNUSED_EXTERNAL", func(m *mutator) string {
			m.join("joined", "extend type Query { odd: Odd } extend type Odd { x: Int @external }")
			m.parts[0].append("type Odd { x: Int }")
			return "joined Odd"
		}},
		{"TYPE_WITH_ONLY_UNUSED_EXTERNAL", func(m *mutator) string {
			s := m.aType(isEntity)
			if s.typ == nil || s.typ.Fields[0].Name == "id" {
				return ""
			}
			f := s.typ.Fields[0]
			if !s.isBuiltInLeaf(f) {
				return ""
			}
			m.join("joined", fmt.Sprintf("extend type Query { odd: %[1]s } extend type %[1]s { %[2]s: %[3]s @external }", s.typ.Name, f.Name, f.Type))
			return "joined " + s.typ.Name
		}},
		{"EXTENSION_WITH_NO_BASE", func(m *mutator) string {
			m.join("joined", "extend type Query { odd: Odd } extend type Odd @key(fields: \"x\") { x: Int @external }")
			return "joined Odd"
		}},
		{"EXTENSION_WITH_NO_BASE", func(m *mutator) string {
			m.join("joined", "type Query { odd: Odd } type Odd @extends { x: Int }")
			return "joined Odd"
		}},
		joining("DIRECTIVE_DEFINITION_INVALID", "directive @shareable on UNION type Query { odd: Int }"),
		joining("INVALID_LINK_DIRECTIVE_USAGE", `extend schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/tag/v0.3", import: ["@tag"]) type Query { odd: Int @tag(name: "x") }`),
		{"REQUIRES_INVALID_FIELDS", func(m *mutator) string {
			m.join("joined", "type Query { odd: Odd } type Odd @key(fields: \"x\") { x: Int y: Int @requires(fields: \"nothing\") }")
			return "joined Odd.y"
		}},
	}
}
