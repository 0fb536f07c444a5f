package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEndpoint(t *testing.T) {
	t.Parallel()
	e, err := newEndpoint("secret")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, token, body, want string }{
		{
			name: "selected_fields_in_their_order",
			body: `{"query": "{ planet(name: \"Mars\") { moons { __typename title: name } kind ...F } } fragment F on Planet { name }"}`,
			want: `{"data":{"planet":{"moons":[{"__typename":"Moon","title":"Phobos"},{"__typename":"Moon","title":"Deimos"}],"kind":"ROCKY","name":"Mars"}}}`,
		},
		{
			name: "unknown_planet",
			body: `{"query": "query Q($n: String!) { planet(name: $n) { name } }", "variables": {"n": "Pluto"}, "operationName": "Q"}`,
			want: `{"data":{"planet":null}}`,
		},
		{
			name: "observer_without_token",
			body: `{"query": "{ observer { name } }"}`,
			want: `{"data":{"observer":null}}`,
		},
		{
			name:  "observer_with_token",
			token: e.token,
			body:  `{"query": "{ observer { name } }"}`,
			want:  `{"data":{"observer":{"name":"Galileo"}}}`,
		},
		{
			name: "wrong_password",
			body: `{"query": "mutation { logIn(name: \"Galileo\", password: \"guess\") { token } }"}`,
			want: `{"errors":[{"message":"wrong name or password"}]}`,
		},
		{
			name: "right_password",
			body: `{"query": "mutation { logIn(name: \"Galileo\", password: \"secret\") { token } }"}`,
			want: `{"data":{"logIn":{"token":"` + e.token + `"}}}`,
		},
		{
			name: "unknown_operation",
			body: `{"query": "query A { __typename }", "operationName": "B"}`,
			want: `{"errors":[{"message":"no operation \"B\""}]}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(c.body))
			request.Header.Set("Authorization", "Bearer "+c.token)
			recorder := httptest.NewRecorder()
			e.ServeHTTP(recorder, request)
			if diff := cmp.Diff(c.want, strings.TrimSpace(recorder.Body.String())); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestIntrospectionListsTheSchemasTypes keeps the committed answer in step with
// the schema.
func TestIntrospectionListsTheSchemasTypes(t *testing.T) {
	t.Parallel()
	e, err := newEndpoint("secret")
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Schema struct {
			Types []struct {
				Name   string
				Fields []struct{ Name string }
			}
		} `json:"__schema"`
	}
	if err := json.Unmarshal(introspection, &data); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for name, definition := range e.schema.Types {
		if !definition.BuiltIn {
			want = append(want, name)
			for _, field := range definition.Fields {
				if !strings.HasPrefix(field.Name, "__") {
					want = append(want, name+"."+field.Name)
				}
			}
		}
	}
	for _, listed := range data.Schema.Types {
		if definition := e.schema.Types[listed.Name]; definition == nil || !definition.BuiltIn {
			got = append(got, listed.Name)
			for _, field := range listed.Fields {
				got = append(got, listed.Name+"."+field.Name)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("types (-schema.graphqls +introspection.json):\n%s", diff)
	}
}
