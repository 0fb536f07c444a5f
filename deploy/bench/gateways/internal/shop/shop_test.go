package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func monolith(t *testing.T) *Service {
	t.Helper()
	_, graph, err := Supergraph(t.Context(), "http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return NewMonolith(graph.API)
}

// The bytes are those that the public benchmark's query has as its answer.
func TestMonolith_answers_the_public_operation(t *testing.T) {
	t.Parallel()
	answer := monolith(t).Execute(Public().Body())
	sum := sha256.Sum256(answer)
	const want = "730509a4660c1344fb3f010bbf049b8b5d9dab44708e103d81e1164f0e7a4e7e"
	if len(answer) != 87_327 || hex.EncodeToString(sum[:]) != want {
		t.Errorf("%d bytes with the SHA-256 %x: %.200s", len(answer), sum, answer)
	}
}

func TestMonolith_answers_every_operation(t *testing.T) {
	t.Parallel()
	m := monolith(t)
	for operation, size := range map[Operation]int{Small(): 240, Mid(): 5_500, Large(): 2_000_000} {
		answer := m.Execute(operation.Body())
		if strings.Contains(string(answer), `"errors"`) || len(answer) < size*8/10 || len(answer) > size*12/10 {
			t.Errorf("%s: %d bytes, want about %d: %.200s", operation.Name, len(answer), size, answer)
		}
	}
}

func TestSubgraph_answers_what_its_schema_says_and_no_more(t *testing.T) {
	t.Parallel()
	entities := func(selections, representation string) string {
		return `{"query":"query($r:[_Any!]!){_entities(representations:$r){...on ` + selections + `}}","variables":{"r":[` + representation + `]}}`
	}
	for _, tc := range []struct{ name, subgraph, request, want string }{
		{"a key", "accounts", entities("User{name}", `{"__typename":"User","id":"2"}`), `{"data":{"_entities":[{"name":"Dotan Simha"}]}}`},
		{"a key that nobody has", "accounts", entities("User{name}", `{"__typename":"User","id":"9"}`), `{"data":{"_entities":[null]}}`},
		{
			"inputs", "inventory", entities("Product{shippingEstimate inStock}", `{"__typename":"Product","upc":"1","price":899,"weight":200}`),
			`{"data":{"_entities":[{"shippingEstimate":100,"inStock":true}]}}`,
		},
		{
			"inputs that are missing", "inventory", entities("Product{shippingEstimate}", `{"__typename":"Product","upc":"1"}`),
			`Product.shippingEstimate: the representation has no price`,
		},
		{"a field of another subgraph", "products", `{"query":"{topProducts{inStock}}"}`, `Cannot query field \"inStock\"`},
		{"an external field", "reviews", entities("User{username}", `{"__typename":"User","id":"1"}`), `it is external here`},
		{
			"a provided field", "reviews", entities("Product{reviews{author{username}}}", `{"__typename":"Product","upc":"3"}`),
			`{"data":{"_entities":[{"reviews":[{"author":{"username":"urigo"}}]}]}}`,
		},
		{
			"fragments, aliases and arguments", "products",
			`{"query":"query($n:Int!){a:topProducts(first:$n){...p price}}fragment p on Product{__typename n:name price}","variables":{"n":1}}`,
			`{"data":{"a":[{"__typename":"Product","n":"Table","price":899}]}}`,
		},
		{"skipped", "accounts", `{"query":"query($s:Boolean!){me{id @skip(if:$s) name @include(if:$s)}}","variables":{"s":true}}`, `{"data":{"me":{"name":"Uri Goldshtein"}}}`},
		{"no JSON", "accounts", `{`, `"errors"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, err := NewSubgraph(tc.subgraph)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(s.Execute([]byte(tc.request))); got != tc.want && (strings.HasPrefix(tc.want, "{") || !strings.Contains(got, tc.want)) {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}
