package execute_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/universe"
)

// Objects of the type Query below the root show what another subgraph's Query
// object has, wherever they stand, and its errors.
func TestReentry(t *testing.T) {
	t.Parallel()
	head := `extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])
`
	for _, tt := range []struct {
		name, text, body string // what subgraph b answers
		want             string
		errors           []any // the paths
		requests         int   // to b
	}{
		{"one object", `{ again { mine yours } }`, `{"data":{"yours":2}}`, `{"again":{"mine":1,"yours":2}}`, nil, 1},
		{"a list of objects", `{ many { yours mine } }`, `{"data":{"yours":2}}`, `{"many":[{"yours":2,"mine":1},{"yours":2,"mine":1}]}`, nil, 1},
		{"no object", `{ none { yours } }`, ``, `{"none":null}`, nil, 0},
		{"an error", `{ again { mine yours } }`, `{"data":{"yours":null},"errors":[{"message":"no","path":["yours"]}]}`, `{"again":{"mine":1,"yours":null}}`, []any{[]any{"again", "yours"}}, 1},
		{"an error below a list", `{ many { yours } }`, `{"data":{"yours":null},"errors":[{"message":"no","path":["yours"]}]}`, `{"many":[{"yours":null},{"yours":null}]}`, []any{[]any{"many", 0.0, "yours"}, []any{"many", 1.0, "yours"}}, 1},
		{"no data below a list", `{ many { yours } }`, `{"errors":[{"message":"no"}]}`, `{"many":[{"yours":null},{"yours":null}]}`, []any{[]any{"many", 0.0, "yours"}, []any{"many", 1.0, "yours"}}, 1},
		{"an error of an object that a list lacks", `{ none { yours } many { yours } }`, `{"data":{"yours":null},"errors":[{"message":"no","path":["yours"]}]}`, `{"none":null,"many":[{"yours":null},{"yours":null}]}`, []any{[]any{"many", 0.0, "yours"}, []any{"many", 1.0, "yours"}}, 1},
		{"no data", `{ again { mine yours } }`, `{"errors":[{"message":"no"}]}`, `{"again":{"mine":1,"yours":null}}`, []any{[]any{"again", "yours"}}, 1},
		{"a mutation", `mutation { change { yours mine } }`, `{"data":{"yours":2}}`, `{"change":{"yours":2,"mine":1}}`, nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			query := universe.Object{"mine": 1, "none": nil}
			query["again"], query["many"] = query, []any{query, query}
			f := federate(t, []universe.Subgraph{
				{
					Name: "a", Query: query, Mutation: universe.Object{"change": query},
					SDL: head + `type Query { again: Query many: [Query!] none: Query mine: Int } type Mutation { change: Query }`,
				},
				{Name: "b", SDL: head + `type Query { yours: Int }`, Query: universe.Object{"yours": 2}},
			})
			f.disturb = func(name string, body []byte) []byte {
				if name == "b" {
					return []byte(tt.body)
				}
				return body
			}
			got := f.execute(t, f.program(t, tt.text), "")
			var want any
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Data); diff != "" {
				t.Errorf("data (-want +got):\n%s", diff)
			}
			var paths []any
			for _, e := range got.Errors {
				paths = append(paths, e.Path)
			}
			if diff := cmp.Diff(tt.errors, paths); diff != "" {
				t.Errorf("errors (-want +got):\n%s%v", diff, got.Errors)
			}
			if requests, _, _ := f.requests(); requests["b"] != tt.requests {
				t.Errorf("b got %d requests, want %d", requests["b"], tt.requests)
			}
		})
	}
}
