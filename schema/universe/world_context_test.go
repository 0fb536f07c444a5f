package universe

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestContextualArgumentsAreOfTheNearestObject compares what the monolith answers
// with what a subgraph answers that is given the values which the objects above
// have.
func TestContextualArgumentsAreOfTheNearestObject(t *testing.T) {
	t.Parallel()
	u := Universe{Seed: 5}
	u.add("a", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])
type Query { outer: Outer! direct: Below! }
type Outer @key(fields: "id") @context(name: "c") { id: ID! tags: [Tag!]! inner: Inner! below: Below! }
union Any @context(name: "c") = Inner
type Inner { word: String! below: Below! }
type Tag { label: String! }
type Below @key(fields: "id") {
  id: ID!
  f(x: [String] @fromContext(field: "$c ... on Outer { tags { label } } ... on Inner { words }")): String!
  g(x: String @fromContext(field: "$c ... on Inner { word }"), y: Int): String!
}
extend type Inner { words: [String] }`)
	api := gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: `
type Query { outer: Outer! direct: Below! } type Outer { tags: [Tag!]! inner: Inner! below: Below! } type Inner { word: String! words: [String] below: Below! }
type Tag { label: String! } type Below { id: ID! f: String! g(y: Int): String! }`})
	monolith, err := u.Monolith(api)
	if err != nil {
		t.Fatal(err)
	}
	data, errs := monolith.Execute(Operation{Query: `{ outer { tags { label } below { id f g(y: 1) } inner { word words below { id f g(y: 1) } } } direct { id f g(y: 1) } }`})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	type below struct{ ID, F, G string }
	var want struct {
		Outer struct {
			Tags  []struct{ Label string }
			Below below
			Inner struct {
				Word  string
				Words []string
				Below below
			}
		}
		Direct below
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	labels := []any{}
	for _, tag := range want.Outer.Tags {
		labels = append(labels, tag.Label)
	}
	handlers, err := u.Serve()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(id string, x, y any) (got below) {
		answer, errs := handlers[0].answer(`query($r: [_Any!]!, $x: [String], $y: String) { _entities(representations: $r) { ... on Below { id f(x: $x) g(x: $y, y: 1) } } }`, "",
			map[string]any{"r": []any{map[string]any{"__typename": "Below", "id": id}}, "x": x, "y": y})
		text, err := json.Marshal(answer)
		if err != nil || len(errs) > 0 {
			t.Fatal(err, errs)
		}
		var parsed struct {
			Entities []below `json:"_entities"`
		}
		if err := json.Unmarshal(text, &parsed); err != nil {
			t.Fatal(err)
		}
		return parsed.Entities[0]
	}
	for _, c := range []struct {
		name string
		want below
		x, y any
	}{
		{"the object above", want.Outer.Below, labels, nil},
		{"the nearest, a member of a union", want.Outer.Inner.Below, want.Outer.Inner.Words, want.Outer.Inner.Word},
		{"nothing above", want.Direct, nil, nil},
	} {
		if got := ask(c.want.ID, c.x, c.y); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if got := ask(c.want.ID, []any{"wrong"}, "wrong"); got.F == c.want.F || got.G == c.want.G {
			t.Errorf("%s: a wrong argument gives the right value: %s", c.name, fmt.Sprint(got))
		}
	}
}

// TestContextsAreToldApart has an interface that sets a context, whose objects set
// another one too, and an object between them that sets it and gives nothing.
func TestContextsAreToldApart(t *testing.T) {
	t.Parallel()
	u := Universe{Seed: 7}
	u.add("a", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])
type Query @context(name: "q") { node: Node! word: String! }
interface Node @context(name: "node") { id: ID! }
type Leaf implements Node @key(fields: "id") @context(name: "leaf") { id: ID! size: Int! twig: Twig! below: Below! }
type Twig implements Node @key(fields: "id") { id: ID! below: Below! }
type Below @key(fields: "id") {
  id: ID!
  f(x: Int @fromContext(field: "$leaf { size }"), y: ID @fromContext(field: "$node ... on Leaf { id }"), z: String @fromContext(field: "$q { word }")): String!
}`)
	api := gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: `
type Query { node: Node! word: String! } interface Node { id: ID! }
type Leaf implements Node { id: ID! size: Int! twig: Twig! below: Below! } type Twig implements Node { id: ID! below: Below! }
type Below { id: ID! f: String! }`})
	var handlers []*Handler
	f := func(id string, x, y, z any) string {
		return ask(t, handlers[0], `query($r: [_Any!]!, $x: Int, $y: ID, $z: String) { _entities(representations: $r) { ... on Below { f(x: $x, y: $y, z: $z) } } }`,
			map[string]any{"r": []any{map[string]any{"__typename": "Below", "id": id}}, "x": x, "y": y, "z": z})
	}
	type below struct{ ID, F string }
	var leaf, twig below
	for u.Seed = 1; leaf.F == "" || twig.F == ""; u.Seed++ {
		monolith, err := u.Monolith(api)
		if err != nil {
			t.Fatal(err)
		}
		handlers, err = u.Serve()
		if err != nil {
			t.Fatal(err)
		}
		data, errs := monolith.Execute(Operation{Query: `{ word node { id ... on Leaf { size below { id f } twig { below { id f } } } } }`})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		var answer struct {
			Word string
			Node struct {
				ID    string
				Size  int
				Below below
				Twig  struct{ Below below }
			}
		}
		if err := json.Unmarshal(data, &answer); err != nil {
			t.Fatal(err)
		}
		node := answer.Node
		if leaf, twig = node.Below, node.Twig.Below; leaf.F == "" {
			continue // the node is a twig
		}
		for _, c := range []struct {
			name    string
			below   below
			x, y, z any
		}{
			{"the leaf sets both", leaf, node.Size, node.ID, answer.Word},
			{"the twig is nearer and gives nothing", twig, node.Size, nil, answer.Word},
		} {
			if got, want := f(c.below.ID, c.x, c.y, c.z), fmt.Sprintf("%q", c.below.F); !strings.Contains(got, want) {
				t.Errorf("%s: got %s, want %s", c.name, got, want)
			}
			for _, wrong := range []string{f(c.below.ID, nil, c.y, c.z), f(c.below.ID, c.x, "wrong", c.z), f(c.below.ID, c.x, c.y, nil)} {
				if strings.Contains(wrong, c.below.F) {
					t.Errorf("%s: a wrong or missing argument gives the right value", c.name)
				}
			}
		}
	}
}

// TestContextualArgumentsAreScalarsAsTheyAre has a scalar whose values are objects
// at times, and a type's name as a value.
func TestContextualArgumentsAreScalarsAsTheyAre(t *testing.T) {
	t.Parallel()
	u := Universe{}
	u.add("a", `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])
scalar JSON
type Query { top: Top! }
type Top @key(fields: "id") @context(name: "top") { id: ID! data: JSON! below: Below! }
type Below @key(fields: "id") { id: ID! f(x: JSON @fromContext(field: "$top { data }"), y: String @fromContext(field: "$top { __typename }")): String! }`)
	api := gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: `
scalar JSON type Query { top: Top! } type Top { id: ID! data: JSON! below: Below! } type Below { id: ID! f: String! }`})
	objects := 0
	for u.Seed = range 12 {
		monolith, err := u.Monolith(api)
		if err != nil {
			t.Fatal(err)
		}
		data, errs := monolith.Execute(Operation{Query: `{ top { data below { id f } } }`})
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		var answer struct {
			Top struct {
				Data  any
				Below struct{ ID, F string }
			}
		}
		if err := json.Unmarshal(data, &answer); err != nil {
			t.Fatal(err)
		}
		if _, is := answer.Top.Data.(map[string]any); is {
			objects++
		}
		handlers, err := u.Serve()
		if err != nil {
			t.Fatal(err)
		}
		got := ask(t, handlers[0], `query($r: [_Any!]!, $x: JSON, $y: String) { _entities(representations: $r) { ... on Below { f(x: $x, y: $y) } } }`,
			map[string]any{"r": []any{map[string]any{"__typename": "Below", "id": answer.Top.Below.ID}}, "x": answer.Top.Data, "y": "Top"})
		if want := fmt.Sprintf("%q", answer.Top.Below.F); !strings.Contains(got, want) {
			t.Errorf("%v: got %s, want %s", answer.Top.Data, got, want)
		}
	}
	if objects == 0 {
		t.Error("no scalar is an object")
	}
}
