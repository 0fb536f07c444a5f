package universe

import "fmt"

// connectors lets fields of some subgraphs say that the router fetches them itself
// from another server, which federation 2.10 brought.
func (g *generator) connectors() {
	if g.options.Connectors == 0 || !g.chance(g.options.Connectors) {
		return
	}
	for _, d := range some(g, g.drafts, 40) {
		connected := false
		for _, t := range d.types {
			for _, f := range t.fields {
				if t.kind == "type" && !f.has("external") && g.chance(8) {
					f.mark(fmt.Sprintf("@connect(source: \"api\", http: {GET: \"/%s\"}, selection: \"$\")", f.name))
					connected = true
				}
			}
		}
		if connected {
			d.minor = max(d.minor, 10)
			d.extra = append(d.extra, `extend schema @link(url: "https://specs.apollo.dev/connect/v0.1", import: ["@connect", "@source"]) `+
				fmt.Sprintf(`@source(name: "api", http: {baseURL: "http://%s.test"})`, g.name("api")))
		}
	}
}

// connectDefinitions defines what a subgraph may apply that links the connect
// specification, as loosely as it takes to read it.
const connectDefinitions = `scalar connect__Any
directive @connect(source: String, http: connect__Any, selection: connect__Any) repeatable on FIELD_DEFINITION
directive @source(name: String!, http: connect__Any) repeatable on SCHEMA
`
