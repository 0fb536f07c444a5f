package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const planSupergraph = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! x: Int @join__field(graph: B) }
`

func TestPlanShowsRequests(t *testing.T) {
	t.Parallel()
	file := filepath.Join(write(t, map[string]string{"supergraph.graphqls": planSupergraph}), "supergraph.graphqls")
	for _, tt := range []struct{ name, format, in, out, err string }{
		{"as a graph", "dag", "query Q { t { x } }", "#0 a\n   query Q__a__0{t{id}}\n#1 b t after #0\n" +
			"   query Q__b__1($representations:[_Any!]!){_entities(representations:$representations){...on T{x}}}\nfound after 2 choices\n", ""},
		{"as text", "text", "{ t { id } }", "QueryPlan {\n  Fetch(service: \"a\") {\n    {\n      t {\n        id\n      }\n    }\n  },\n}\n", ""},
		{"as JSON", "json", "{ t { id } }", `{"kind":"QueryPlan","node":{"kind":"Fetch","serviceName":"a","variableUsages":[],"operation":"{t{id}}","operationKind":"query"}}` + "\n", ""},
		{"unless it is not valid", "text", "{ nope }", "", "weft plan: -:1:3: GRAPHQL_VALIDATION_FAILED: Cannot query field \"nope\" on type \"Query\".\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"plan", "--supergraph", file, "--operation", "-", "--format", tt.format}, console{in: strings.NewReader(tt.in), out: &out, err: &errs})
			if diff := cmp.Diff(tt.out, out.String()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.err, errs.String()); diff != "" {
				t.Error(diff)
			}
			if (code == exitOK) != (tt.err == "") {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestPlanNeedsAnOperation(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"plan"}, console{in: strings.NewReader(""), out: &out, err: &errs}); code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	if !strings.HasPrefix(errs.String(), "Usage: weft plan") {
		t.Errorf("got %q", errs.String())
	}
}
