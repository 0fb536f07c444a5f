package supergraph_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/supergraph"
)

const contextLink = `@link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY, import: [{name: "@context", as: "@ctx"}])`

func TestParseReadsContexts(t *testing.T) {
	t.Parallel()
	s, err := supergraph.Parse("x", fmt.Sprintf(head, contextLink)+`
directive @ctx(name: String!) repeatable on INTERFACE | OBJECT | UNION
type Query @join__type(graph: A) @join__type(graph: B) @ctx(name: "a__q") @ctx(name: "b__q") {
  a: Int @join__field(graph: A)
  b: Int
    @join__field(graph: A, contextArguments: [{context: "a__q", name: "x", type: "[Int]", selection: " ... on Query { a }"}, {context: "b__q", name: "y", type: "Int", selection: " { a }"}])
    @join__field(graph: B)
}`)
	if err != nil {
		t.Fatal(err)
	}
	q := s.Type("Query")
	if diff := cmp.Diff([]string{"a__q", "b__q"}, q.Contexts); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, j := range q.Field("b").Joins {
		for _, a := range j.Context {
			got = append(got, fmt.Sprintf("%s %s: %s = %s %s", s.Subgraphs[j.Graph].Name, a.Name, a.Type, a.Context, a.Selection))
		}
	}
	if diff := cmp.Diff([]string{"a x: [Int] = a__q ... on Query { a }", "a y: Int = b__q a"}, got); diff != "" {
		t.Error(diff)
	}
	if s.API.Directives["ctx"] != nil {
		t.Error("the API schema has @ctx")
	}
}

func TestParseRefusesMalformedContexts(t *testing.T) {
	t.Parallel()
	const place = "x:3:60: INVALID_FEDERATION_SUPERGRAPH: "
	for _, tt := range []struct{ name, argument, want string }{
		{"without a name", `{context: "c", type: "Int", selection: "{ a }"}`, place + `@join__field(contextArguments:): {context:"c",type:"Int",selection:"{ a }"} needs a name and a context`},
		{"without a type", `{context: "c", name: "x", selection: "{ a }"}`, place + `@join__field(contextArguments:): argument "x": type "": a name is missing`},
		{"without a selection", `{context: "c", name: "x", type: "Int"}`, place + `@join__field(contextArguments:): argument "x": field set "": it selects nothing`},
		{"of contexts that nothing sets", `{context: "d", name: "x", type: "Int", selection: "{ a }"}`, place + `field "Query.a" takes its argument "x" from the context "d", which no type sets`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := supergraph.Parse("x", fmt.Sprintf(head, contextLink)+`type Query @join__type(graph: A) @ctx(name: "c") { a: Int @join__field(graph: A, contextArguments: `+tt.argument+`) }
directive @ctx(name: String!) repeatable on OBJECT`)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
