package universe

import "fmt"

// interfaceBreakages break keys of interfaces.
func interfaceBreakages() []breakage {
	const version2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.%d", import: ["@key"]) `
	return []breakage{
		{"KEY_UNSUPPORTED_ON_INTERFACE", func(m *mutator) string {
			m.join("joined", fmt.Sprintf(version2, m.IntN(3))+`interface Odd @key(fields: "id") { id: ID! } type OddOne implements Odd @key(fields: "id") { id: ID! }`)
			return "joined Odd"
		}},
		{"INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", func(m *mutator) string {
			m.join("joined", fmt.Sprintf(version2, 3+m.IntN(12))+`interface Odd @key(fields: "id") { id: ID! } type OddOne implements Odd @key(fields: "id") { id: ID! } type Query { odd: Odd }`)
			m.parts[0].append("interface Odd { id: ID! }\ntype OddOther implements Odd { id: ID! }")
			return "joined Odd"
		}},
		onType("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", isInterface, func(_ *mutator, s site) { s.mark("key", "fields", `"`+s.typ.Fields[0].Name+`"`) }),
		{"INTERFACE_KEY_NOT_ON_IMPLEMENTATION", func(m *mutator) string {
			m.join("joined", fmt.Sprintf(version2, 3+m.IntN(12))+`interface Odd @key(fields: "id") { id: ID! } type OddOne implements Odd @key(fields: "id", resolvable: false) { id: ID! }`)
			return "joined Odd"
		}},
	}
}
