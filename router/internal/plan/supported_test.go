package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/supergraph"
)

func TestSupportedRefusesByName(t *testing.T) {
	t.Parallel()
	const head = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") } directive @context(name: String!) repeatable on OBJECT
`
	for _, tt := range []struct{ name, body, want string }{
		{"nothing in a context that nobody uses", `type Query @join__type(graph: A) @context(name: "a__c") { a: Int }`, ""},
		{
			"connectors", `type Query @join__type(graph: A) { a: Int } extend schema @link(url: "https://specs.apollo.dev/connect/v0.3", for: EXECUTION)`,
			"x:4:60: UNSUPPORTED_FEATURE: connectors: the supergraph links https://specs.apollo.dev/connect/v0.3",
		},
		{
			"nothing in contextual arguments",
			`type Query @join__type(graph: A) @context(name: "a__c") { a: Int @join__field(graph: A, contextArguments: [{context: "a__c", name: "x", type: "Int", selection: "{ a }"}]) }`,
			"",
		},
		{"nothing in interfaces with a key", `type Query @join__type(graph: A) { a: I } interface I @join__type(graph: A, key: "a") { a: Int }`, ""},
		{"nothing in interface objects", `type Query @join__type(graph: A) { a: I } interface I @join__type(graph: A, key: "a", isInterfaceObject: true) { a: Int }`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, err := supergraph.Parse("x", head+tt.body)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			if err := plan.Supported(s); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
