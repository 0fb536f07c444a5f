package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/supergraph"
)

func TestSupportedRefusesByName(t *testing.T) {
	t.Parallel()
	const head = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
`
	for _, tt := range []struct{ name, body, want string }{
		{"nothing in an override for all", `type Query @join__type(graph: A) { a: Int @join__field(graph: A, override: "b") }`, ""},
		{
			"override labels", `type Query @join__type(graph: A) { a: Int @join__field(graph: A, override: "b", overrideLabel: "x") }`,
			`x:3:44: UNSUPPORTED_FEATURE: @override(label: "x"): field "Query.a"`,
		},
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
