package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestJSONIsInApollosFormat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, text, want string }{
		{
			"conditions", `query Q($x: Boolean!) { me { id ... @include(if: $x) { rank score } } }`,
			`{"kind":"QueryPlan","node":{"kind":"Sequence","nodes":[` +
				`{"kind":"Fetch","serviceName":"a","variableUsages":["x"],"operation":"query Q__a__0($x:Boolean!){me{id name@include(if:$x)}}","operationKind":"query","operationName":"Q__a__0"},` +
				`{"kind":"Condition","condition":"x","ifClause":{"kind":"Flatten","path":["me"],"node":{"kind":"Fetch","serviceName":"b",` +
				`"requires":[{"kind":"InlineFragment","typeCondition":"User","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"},{"kind":"Field","name":"name"}]}],` +
				`"variableUsages":[],"operation":"query Q__b__1($representations:[_Any!]!){_entities(representations:$representations){...on User{rank score}}}","operationKind":"query","operationName":"Q__b__1"}}}]}}`,
		},
		{
			"conditions", `query ($x: Boolean!, $y: Boolean!) { me @include(if: $x) { id } me @skip(if: $y) { id } }`,
			`{"kind":"QueryPlan","node":{"kind":"Condition","condition":"x","ifClause":{"kind":"Fetch","serviceName":"a","variableUsages":[],"operation":"{me{id}}","operationKind":"query"},` +
				`"elseClause":{"kind":"Condition","condition":"y","elseClause":{"kind":"Fetch","serviceName":"a","variableUsages":[],"operation":"{me{id}}","operationKind":"query"}}}}`,
		},
		{
			"subscription", `subscription { tick { y } }`,
			`{"kind":"QueryPlan","node":{"kind":"Subscription","primary":{"kind":"Fetch","serviceName":"a","variableUsages":[],"operation":"subscription{tick{id}}","operationKind":"subscription"},` +
				`"rest":{"kind":"Flatten","path":["tick"],"node":{"kind":"Fetch","serviceName":"b","requires":[{"kind":"InlineFragment","typeCondition":"T","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on T{y}}}","operationKind":"query"}}}}`,
		},
		{
			"defer", `{ t { id ... @defer(label: "l") { u { id ... @defer { z } } } } }`,
			`{"kind":"QueryPlan","node":{"kind":"Defer","primary":{"subselection":"{ t { id } }","node":{"kind":"Fetch","id":"0","serviceName":"a","variableUsages":[],"operation":"{t{id}}","operationKind":"query"}},` +
				`"deferred":[{"depends":[{"id":"0"}],"label":"l","queryPath":["t"],"node":{"kind":"Defer","primary":{"subselection":"{ u { id } }",` +
				`"node":{"kind":"Flatten","path":["t"],"node":{"kind":"Fetch","id":"1","serviceName":"b","requires":[{"kind":"InlineFragment","typeCondition":"T","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on T{u{id}}}}","operationKind":"query"}}},` +
				`"deferred":[{"depends":[{"id":"1"}],"queryPath":["t","u"],"subselection":"{ z }","node":{"kind":"Flatten","path":["t","u"],"node":{"kind":"Fetch","serviceName":"c",` +
				`"requires":[{"kind":"InlineFragment","typeCondition":"U","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on U{z}}}","operationKind":"query"}}}]}}]}}`,
		},
		{
			"interface_objects", `{ oldest { stars } top { ... on Book { pages } } }`,
			`{"kind":"QueryPlan","node":{"kind":"Sequence","nodes":[{"kind":"Parallel","nodes":[` +
				`{"kind":"Fetch","serviceName":"library","variableUsages":[],"operation":"{oldest{id}}","operationKind":"query"},` +
				`{"kind":"Fetch","serviceName":"ratings","variableUsages":[],"operation":"{top{id}}","operationKind":"query"}]},` +
				`{"kind":"Parallel","nodes":[{"kind":"Flatten","path":["oldest"],"node":{"kind":"Fetch","serviceName":"ratings",` +
				`"requires":[{"kind":"InlineFragment","typeCondition":"Book","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"inputRewrites":[{"kind":"ValueSetter","path":["... on Book","__typename"],"setValueTo":"Media"}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on Media{stars}}}","operationKind":"query"}},` +
				`{"kind":"Flatten","path":["top","@"],"node":{"kind":"Fetch","serviceName":"library",` +
				`"requires":[{"kind":"InlineFragment","typeCondition":"Media","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"inputRewrites":[{"kind":"ValueSetter","path":["... on Media","__typename"],"setValueTo":"Media"}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on Media{__typename...on Book{pages}}}}","operationKind":"query"}}]}]}}`,
		},
		{
			"context_apart", `{ best { items { names price } } }`,
			`{"kind":"QueryPlan","node":{"kind":"Sequence","nodes":[{"kind":"Fetch","serviceName":"a","variableUsages":[],"operation":"{best{items{id}id currency}}","operationKind":"query"},` +
				`{"kind":"Flatten","path":["best"],"node":{"kind":"Fetch","serviceName":"c",` +
				`"requires":[{"kind":"InlineFragment","typeCondition":"Shop","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on Shop{staff{name}}}}","operationKind":"query"}},` +
				`{"kind":"Flatten","path":["best","items","@"],"node":{"kind":"Fetch","serviceName":"a",` +
				`"requires":[{"kind":"InlineFragment","typeCondition":"Item","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"id"}]}],` +
				`"variableUsages":["contextualArgument_1_0","contextualArgument_1_2"],` +
				`"operation":"query($representations:[_Any!]!,$contextualArgument_1_0:[String],$contextualArgument_1_2:String)` +
				`{_entities(representations:$representations){...on Item{names(of:$contextualArgument_1_0)price(in:$contextualArgument_1_2)}}}","operationKind":"query",` +
				`"contextRewrites":[{"kind":"KeyRenamer","path":["..","... on Shop","staff","name"],"renameKeyTo":"contextualArgument_1_0"},` +
				`{"kind":"KeyRenamer","path":["..","... on Shop","currency"],"renameKeyTo":"contextualArgument_1_2"}]}}]}}`,
		},
		{"introspection", `{ __typename }`, `{"kind":"QueryPlan"}`},
		{
			"batch", `{ top { inStock } latest { product { inStock } } }`,
			`{"kind":"QueryPlan","node":{"kind":"Sequence","nodes":[{"kind":"Parallel","nodes":[` +
				`{"kind":"Fetch","serviceName":"products","variableUsages":[],"operation":"{top{upc}}","operationKind":"query"},` +
				`{"kind":"Fetch","serviceName":"reviews","variableUsages":[],"operation":"{latest{product{upc}}}","operationKind":"query"}]},` +
				`{"kind":"BatchFetch","serviceName":"stock","targets":[` +
				`{"path":["top","@"],"variable":"representations","requires":[{"kind":"InlineFragment","typeCondition":"Product","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"upc"}]}]},` +
				`{"path":["latest","product"],"variable":"representations","requires":[{"kind":"InlineFragment","typeCondition":"Product","selections":[{"kind":"Field","name":"__typename"},{"kind":"Field","name":"upc"}]}]}],` +
				`"variableUsages":[],"operation":"query($representations:[_Any!]!){_entities(representations:$representations){...on Product{inStock}}}","operationKind":"query"}]}}`,
		},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile("testdata/" + tt.file + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			u := readUniverse(t, archive)
			p, err := u.plan(t, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.JSON(u.names())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
