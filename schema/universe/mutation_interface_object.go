package universe

// interfaceObjectBreakages break the rules of interface objects.
func interfaceObjectBreakages() []breakage {
	const (
		keyed  = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) `
		linked = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@interfaceObject"]) `
		object = linked + `type Odd @interfaceObject @key(fields: "id") { id: ID! } type Query { odd: Odd }`
		whole  = keyed + `interface Odd @key(fields: "id") { id: ID! } type OddOne implements Odd @key(fields: "id") { id: ID! }`
	)
	return []breakage{
		joining("INTERFACE_OBJECT_USAGE_ERROR", linked+`type Odd @interfaceObject { id: ID! } type Query { odd: Odd }`),
		joining("INTERFACE_OBJECT_USAGE_ERROR", object),
		{"INTERFACE_OBJECT_USAGE_ERROR", func(m *mutator) string {
			m.join("joined", whole)
			m.join("joined2", object+` type OddOne @key(fields: "id") { id: ID! x: Int }`)
			return "joined2 OddOne"
		}},
		{"INTERFACE_OBJECT_USAGE_ERROR", func(m *mutator) string {
			m.join("joined", `type Query { oddOne: Odd } interface Odd @key(fields: "id") { id: ID! } type OddOne implements Odd @key(fields: "id") { id: ID! }`)
			m.join("joined2", object)
			return "joined Odd"
		}},
		{"SATISFIABILITY_ERROR", func(m *mutator) string {
			m.join("joined", keyed+`type Query { oddOne: Odd } interface Odd @key(fields: "id", resolvable: false) { id: ID! } type OddOne implements Odd @key(fields: "id") { id: ID! }`)
			m.join("joined2", object)
			return "joined Odd"
		}},
	}
}
