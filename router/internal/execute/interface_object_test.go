package execute_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// mediaSDL are a subgraph with the types of an interface, one that knows its
// objects by the interface only, and one that knows one of its types.
var mediaSDL = map[string]string{
	"library": `type Query { media: [Media] }
		interface Media @key(fields: "id") { id: ID! title: String! }
		type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int }
		type Film implements Media @key(fields: "id") { id: ID! title: String! }
		type Tape implements Media @inaccessible @key(fields: "id") { id: ID! title: String! }`,
	"ratings": `type Query { top: [Media] best: [Media!] rated: Rated }
		type Rated @key(fields: "id") { id: ID! media: Media }
		type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int title: String! @external verdict: String @requires(fields: "title") }`,
	"prizes": `type Rated @key(fields: "id") { id: ID! media: Media @external prize: Int @requires(fields: "media { id }") }
		type Media @interfaceObject @key(fields: "id", resolvable: false) { id: ID! @external }`,
	"readers": `type Book @key(fields: "id") { id: ID! readers: Int }`,
}

// mediaProgram compiles the plan of an operation on these subgraphs.
func mediaProgram(t *testing.T, text string) *execute.Program {
	t.Helper()
	var sources []federation.Subgraph
	for _, name := range []string{"library", "prizes", "ratings", "readers"} {
		const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", "@external", "@inaccessible", "@interfaceObject"]) `
		sources = append(sources, federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name, Text: link + mediaSDL[name]}}})
	}
	result, err := composition.Compose(t.Context(), sources, composition.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := supergraph.Parse("supergraph", result.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := querygraph.New(s)
	if err != nil {
		t.Fatal(err)
	}
	op, err := operation.New(text, "", s, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(t.Context(), op, graph, plan.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, p, s)
}

// What a subgraph knows by an interface's name gets its types from another one.
func TestExecute_finds_out_the_types_behind_interface_objects(t *testing.T) {
	t.Parallel()
	const (
		typed   = `{ top { __typename stars ... on Book { readers } } }`
		whole   = `{ best { stars ... on Book { pages } } }`
		top     = `{"data":{"top":[{"id":"1","stars":3},{"id":"2","stars":4},null,{"id":"1","stars":3}]}}`
		readers = `{"data":{"_entities":[{"readers":7}]}}`
		best    = `{"data":{"best":[{"id":"1","stars":3},{"id":"2","stars":4}]}}`
	)
	for _, tt := range []struct {
		name, operation string
		answers         map[int]string
		want            string
	}{
		{
			"types and what depends on them", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"},{"__typename":"Film"}]}}`, 2: readers},
			`{"data":{"top":[{"__typename":"Book","stars":3,"readers":7},{"__typename":"Film","stars":4},null,{"__typename":"Book","stars":3,"readers":7}]}}`,
		},
		{
			"an object that nobody finds", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"},null]}}`, 2: readers},
			`{"data":{"top":[{"__typename":"Book","stars":3,"readers":7},null,null,{"__typename":"Book","stars":3,"readers":7}]},"errors":[` +
				`{"message":"no type was found for an object of type Media","path":["top",1],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`,
		},
		{
			"an object that nobody finds, where null is not allowed", whole,
			map[int]string{0: best, 1: `{"data":{"_entities":[{"__typename":"Book","pages":9},null]}}`},
			`{"data":{"best":null},"errors":[` +
				`{"message":"no type was found for an object of type Media","path":["best",1],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`,
		},
		{
			"a type that does not exist", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"},{"__typename":"Disc"}]}}`, 2: readers},
			`{"data":{"top":[{"__typename":"Book","stars":3,"readers":7},null,null,{"__typename":"Book","stars":3,"readers":7}]},"errors":[` +
				`{"message":"service 'library' response was malformed: '_entities' has entities that are not of a type that was asked for","path":["top",1],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"'_entities' has entities that are not of a type that was asked for","service":"library"}}]}`,
		},
		{
			"the interface instead of a type", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"},{"__typename":"Media"}]}}`, 2: readers},
			`{"data":{"top":[{"__typename":"Book","stars":3,"readers":7},null,null,{"__typename":"Book","stars":3,"readers":7}]},"errors":[` +
				`{"message":"a type that the schema does not have was found for an object of type Media","path":["top",1],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`,
		},
		{
			"a type that clients do not see", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"},{"__typename":"Tape"}]}}`, 2: readers},
			`{"data":{"top":[{"__typename":"Book","stars":3,"readers":7},null,null,{"__typename":"Book","stars":3,"readers":7}]},"errors":[` +
				`{"message":"a type that the schema does not have was found for an object of type Media","path":["top",1],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`,
		},
		{
			"no types at all", typed,
			map[int]string{0: top, 1: `{"errors":[{"message":"down"}],"data":null}`},
			`{"data":{"top":[null,null,null,null]},"errors":[` +
				`{"message":"down","path":["top",0],"extensions":{"service":"library"}},` +
				`{"message":"down","path":["top",1],"extensions":{"service":"library"}},` +
				`{"message":"down","path":["top",3],"extensions":{"service":"library"}}]}`,
		},
		{
			"an error of one object", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"},null]},"errors":[{"message":"lost","path":["_entities",1]}]}`, 2: readers},
			`{"data":{"top":[{"__typename":"Book","stars":3,"readers":7},null,null,{"__typename":"Book","stars":3,"readers":7}]},"errors":[` +
				`{"message":"lost","path":["top",1],"extensions":{"service":"library"}}]}`,
		},
		{
			"too few types", typed,
			map[int]string{0: top, 1: `{"data":{"_entities":[{"__typename":"Book"}]}}`},
			`{"data":{"top":[null,null,null,null]},"errors":[` +
				`{"message":"service 'library' response was malformed: '_entities' has 1 entities, 2 were asked for","path":["top",0],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"'_entities' has 1 entities, 2 were asked for","service":"library"}},` +
				`{"message":"service 'library' response was malformed: '_entities' has 1 entities, 2 were asked for","path":["top",1],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"'_entities' has 1 entities, 2 were asked for","service":"library"}},` +
				`{"message":"service 'library' response was malformed: '_entities' has 1 entities, 2 were asked for","path":["top",3],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","reason":"'_entities' has 1 entities, 2 were asked for","service":"library"}}]}`,
		},
		{
			"objects without the key by which they are looked up", typed,
			map[int]string{0: `{"data":{"top":[{"id":null,"stars":3}]}}`},
			`{"data":{"top":[null]},"errors":[` +
				`{"message":"no type was found for an object of type Media","path":["top",0],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`,
		},
		{
			"what an interface object requires, without types", `{ rated { media { title verdict } } }`,
			map[int]string{
				0: `{"data":{"rated":{"media":{"__typename":"Media","id":"1"}}}}`, 1: `{"data":{"_entities":[{"__typename":"Tape","title":"t"}]}}`,
				2: `{"data":{"_entities":[{"__typename":"Media","verdict":"v"}]}}`,
			},
			`{"data":{"rated":{"media":null}},"errors":[` +
				`{"message":"a type that the schema does not have was found for an object of type Media","path":["rated","media"],"extensions":{"code":"RESPONSE_VALIDATION_FAILED"}}]}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _ := run(t, mediaProgram(t, tt.operation), &fake{answers: tt.answers}, execute.Input{})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A part of a representation whose type nobody knows is sent by the interface's
// name to a subgraph that has it by that name too.
func TestExecute_sends_interface_objects_by_their_name(t *testing.T) {
	t.Parallel()
	f := &fake{answers: map[int]string{
		0: `{"data":{"rated":{"id":"r","media":{"id":"1"}}}}`,
		1: `{"data":{"_entities":[{"prize":5}]}}`,
	}}
	check(t, mediaProgram(t, `{ rated { prize } }`), f, execute.Input{}, `{"data":{"rated":{"prize":5}}}`, map[int]string{
		0: `{"query":"{rated{id media{id}}}"}`,
		1: `{"query":"query($representations:[_Any!]!){_entities(representations:$representations){...on Rated{prize}}}",` +
			`"variables":{"representations":[{"__typename":"Rated","id":"r","media":{"__typename":"Media","id":"1"}}]}}`,
	})
}
