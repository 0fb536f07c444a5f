package main

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/supergraph"
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

func TestPlanSaysThatItsSearchEndedEarly(t *testing.T) {
	t.Parallel()
	graph, err := supergraph.Parse("supergraph", planSupergraph)
	if err != nil {
		t.Fatal(err)
	}
	for _, early := range []bool{false, true} {
		p := &plan.Plan{Operation: ast.Query, Stats: plan.Stats{Work: 7, Exhausted: early}}
		for format, wants := range map[string]string{"text": "", "json": `"exhausted":true`, "dag": "found after 7 choices, which is all that it may look at"} {
			var out, errs bytes.Buffer
			if err := (planOptions{format: format}).print(p, graph, console{out: &out, err: &errs}); err != nil {
				t.Fatal(err)
			}
			if said := strings.Contains(errs.String(), "the search ended after 7 choices"); said != early {
				t.Errorf("early %t, as %s: %q", early, format, errs.String())
			}
			if said := strings.Contains(out.String(), wants); said != (early || wants == "") {
				t.Errorf("early %t, as %s: %q", early, format, out.String())
			}
		}
	}
}

const planLabels = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  x: Int @join__field(graph: A, overrideLabel: "new") @join__field(graph: B, override: "a", overrideLabel: "new")
  y(first: Int): Int @join__field(graph: B)
}
`

func TestPlanTakesLabelsAndVariables(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"supergraph.graphqls": planLabels, "variables.json": `{"y": false}`,
		"q.graphql": "query($y: Boolean!, $n: Int) { t { id y(first: $n) @include(if: $y) } }",
	})
	const condition = "#0 a\n   query($y:Boolean!){t{id}}\n#1 b t after #0 if $y\n" +
		"   query($representations:[_Any!]!,$n:Int){_entities(representations:$representations){...on T{y(first:$n)}}}\n"
	for _, tt := range []struct {
		name     string
		args     []string
		out, err string
	}{
		{
			"without a label",
			[]string{"--operation", "{ t { x } }"},
			"#0 a\n   {t{x}}\n", "weft plan: the plan depends on the labels new (not set)\n",
		},
		{
			"with a label",
			[]string{"--operation", "{ t { x } }", "--override", "new"},
			"#0 a\n   {t{id}}\n#1 b t after #0\n   query($representations:[_Any!]!){_entities(representations:$representations){...on T{x}}}\n",
			"weft plan: the plan depends on the labels new (set)\n",
		},
		{
			"with a label that there is not",
			[]string{"--operation", "{ t { x } }", "--override", "old"},
			"",
			"weft plan: --override: no field of " + dir + `/supergraph.graphqls has the label "old"; it has new` + "\n",
		},
		{"of a file", []string{"--operation", dir + "/q.graphql"}, strings.Replace(condition, "query($y:Boolean!){t{id}}", "{t{id}}", 1), ""},
		{"of a file that is not there", []string{"--operation", dir + "/none"}, "", "weft plan: operation: open " + dir + "/none: no such file or directory\n"},
		{
			"with variables",
			[]string{"--operation", dir + "/q.graphql", "--variables", `{"y": true}`},
			strings.Replace(strings.Replace(condition, " if $y", "", 1), "query($y:Boolean!){t{id}}", "{t{id}}", 1), "",
		},
		{"with variables that leave something out", []string{"--operation", dir + "/q.graphql", "--variables", "@" + dir + "/variables.json"}, "#0 a\n   {t{id}}\n", ""},
		{
			"with variables of other types",
			[]string{"--operation", dir + "/q.graphql", "--variables", `{"y": 1, "n": "x"}`},
			"",
			"weft plan: " + dir + "/q.graphql:1:11: VALIDATION_INVALID_TYPE_VARIABLE: invalid value for variable $y of type Boolean!: 1 is not of type Boolean\n" +
				dir + `/q.graphql:1:25: VALIDATION_INVALID_TYPE_VARIABLE: invalid value for variable $n of type Int: "x" is not of type Int` + "\n",
		},
		{
			"with variables that are no JSON",
			[]string{"--operation", "{ t { id } }", "--variables", "y=1"},
			"",
			"weft plan: --variables: want a JSON object such as {\"first\": 10}: invalid character 'y' looking for beginning of value\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"plan", "--supergraph", dir + "/supergraph.graphqls", "--format", "dag"}, tt.args...)
			code, stdout, stderr := weft(t, "", args...)
			stdout = regexp.MustCompile(`found after \d+ choices\n`).ReplaceAllString(stdout, "")
			if diff := cmp.Diff(tt.out, stdout); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.err, stderr); diff != "" {
				t.Error(diff)
			}
			if (code == exitOK) != (tt.out != "") {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestPlanNeedsAnOperation(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--operation is missing":                      {"plan"},
		"--format yaml: there are text, json and dag": {"plan", "--operation", "{a}", "--format", "yaml"},
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), args, console{in: strings.NewReader(""), out: &out, err: &errs}); code != exitUsage {
			t.Errorf("exit code %d", code)
		}
		if !strings.HasPrefix(errs.String(), want) || !strings.Contains(errs.String(), "Usage: weft plan") {
			t.Errorf("got %q", errs.String())
		}
	}
}
