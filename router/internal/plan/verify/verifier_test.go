package verify_test

import (
	"strings"
	"testing"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/plan/verify"
	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@interfaceObject", "@context", "@fromContext"])
`

var subgraphs = map[string]string{
	"a": head + `type Query { user: User pet: Pet shops: [Shop] }
		type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String region: String items: [Item] }
		type Item @key(fields: "id") { id: ID! price(in: String @fromContext(field: "$shop { currency }")): Int }
		type Mutation { one: User two: Int }
		type User @key(fields: "id") @key(fields: "secret", resolvable: false) { id: ID! secret: ID! name(short: Boolean): String home: Home }
		type Home @shareable { street: String }
		interface Pet { id: ID! }
		type Cat implements Pet @key(fields: "id") { id: ID! }
		type Dog implements Pet @key(fields: "id") { id: ID! }`,
	"b": head + `type User @key(fields: "id") { id: ID! name(short: Boolean): String @external home: Home @external
			score: Int @requires(fields: "name(short: true) home { street }") rank: Int }
		type Home @shareable { street: String }
		type Item @key(fields: "id") { id: ID! related: Item }
		type Cat @key(fields: "id") { id: ID! lives: Int }
		type Dog @key(fields: "id") { id: ID! barks: Int }`,
}

func planned(t *testing.T, subgraphs map[string]string, text string) (*operation.Operation, *querygraph.Graph, *plan.Plan) {
	t.Helper()
	var all []federation.Subgraph
	for _, name := range []string{"a", "b"} {
		all = append(all, federation.Subgraph{Name: name, Sources: []federation.Source{{Name: name, Text: subgraphs[name]}}})
	}
	result, err := composition.Compose(t.Context(), all, composition.Options{})
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
	return op, graph, p
}

// replaceText changes what a fetch sends.
func replaceText(fetch int, old, text string) func(*plan.Plan) {
	return func(p *plan.Plan) {
		if !strings.Contains(p.Fetches[fetch].Text, old) {
			panic("there is no " + old + " in " + p.Fetches[fetch].Text)
		}
		p.Fetches[fetch].Text = strings.ReplaceAll(p.Fetches[fetch].Text, old, text)
	}
}

// finds checks that the verifier accepts a plan as it is, and not with a change.
func finds(t *testing.T, subgraphs map[string]string, text string, change func(*plan.Plan), want string) {
	t.Helper()
	op, graph, p := planned(t, subgraphs, text)
	v := verify.New(graph)
	if err := v.Check(op, p); err != nil {
		t.Fatalf("the plan itself is wrong: %v", err)
	}
	change(p)
	if err := v.Check(op, p); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// A right plan passes; with one thing changed it does not.
func TestVerifierFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const (
		required  = `query ($v: Boolean!) { user { score @include(if: $v) rank name } }`
		pets      = `{ pet { id ... on Cat { lives } ... on Dog { barks } } }`
		contexts  = `{ shops { region items { related { price } } } }`
		mutations = `mutation { one { rank } two again: two }`
		deferred  = `{ user { id ... @defer { rank ... @defer { score } } } }`
	)
	representation := func(p *plan.Plan) *plan.Representation {
		return &p.Fetches[len(p.Fetches)-1].Entities[0].Targets[0].Representations[0]
	}
	for _, tt := range []struct {
		name, text string
		change     func(*plan.Plan)
		want       string
	}{
		{"an unknown field", required, replaceText(0, "street", "road"), "not valid for subgraph"},
		{"an external field", required, replaceText(1, "rank", "rank name"), `asks for "name"`},
		{"another argument of an input", required, replaceText(0, "(short:true)", "(short:false)"), "without sending User.name"},
		{"a missing dependency", required, func(p *plan.Plan) { p.Fetches[1].DependsOn = nil }, "without depending on it"},
		{"a needless dependency", mutations, func(p *plan.Plan) { p.Fetches[2].DependsOn = []int{0} }, "waits for"},
		{"a representation without its key", pets, func(p *plan.Plan) { representation(p).Fields = nil }, "without a resolvable key"},
		{"a representation without an input", required, func(p *plan.Plan) { representation(p).Fields = representation(p).Fields[:1] }, "without sending"},
		{"another type", pets, func(p *plan.Plan) { representation(p).Typename = "Dog" }, `sends Cat at "pet" as "Dog"`},
		{"no type", pets, replaceText(0, "__typename ", ""), `the plan has "__typename"`},
		{"an input that is only there under a condition", required, func(p *plan.Plan) {
			p.Fetches[0].Variables = []string{"v"}
			replaceText(0, "home{street}", "home@include(if:$v){street}")(p)
			p.Fetches[0].Text = "query($v:Boolean!)" + p.Fetches[0].Text
		}, "the plan has \"home\""},
		{"a field shown under another key", pets, func(p *plan.Plan) { p.Positions[1].Fields[0].Key = "no" }, "shows [no lives]"},
		{"a field that is not shown", pets, func(p *plan.Plan) { p.Positions[1].Fields = p.Positions[1].Fields[:2] }, "shows [id], the operation selects [id barks]"},
		{"a field of the wrong type", pets, func(p *plan.Plan) { p.Positions[1].Fields[1].Types = nil }, "shows [id lives barks]"},
		{"a value of another field", required, func(p *plan.Plan) { p.Positions[1].Fields[1].Source = p.Positions[1].Fields[0].Source }, "is not what fetch 1 has"},
		{"a condition that is lost", required, func(p *plan.Plan) { p.Positions[1].Fields[0].Condition = nil }, "the operation selects [rank name]"},
		{"a fetch under another condition", required, func(p *plan.Plan) {
			p.Fetches[1].Condition = plan.Condition{{{Variable: "v", Want: true}}}
		}, "is not what fetch 1 has"},
		{"a field that nobody needs", pets, func(p *plan.Plan) { p.Positions[1].Fields = nil }, "shows []"},
		{"a mutation's field that does not wait", mutations, func(p *plan.Plan) { p.Fetches[2].DependsOn = nil }, "of the 2 fetches before it"},
		{"a mutation's field that is executed once", mutations, func(p *plan.Plan) {
			p.Fetches[2].Selections = p.Fetches[2].Selections[:1]
			replaceText(2, "again:two", "")(p)
			p.Positions[0].Fields[2].Source.Key = "two"
		}, "the mutation executes [one two]"},
		{"an argument without the value from above", contexts, func(p *plan.Plan) {
			replaceText(2, "in:$contextualArgument_1_0", `in:"EUR"`)(p)
			replaceText(2, ",$contextualArgument_1_0:String", "")(p)
			p.Fetches[2].Entities[0].Contexts = nil
		}, "without the value of its argument"},
		{"an argument that is left out", contexts, func(p *plan.Plan) {
			replaceText(2, "(in:$contextualArgument_1_0)", "")(p)
			replaceText(2, ",$contextualArgument_1_0:String", "")(p)
			p.Fetches[2].Entities[0].Contexts = nil
		}, "without the value of its argument"},
		{"the value of another argument", contexts, func(p *plan.Plan) { p.Fetches[2].Entities[0].Contexts[0].Argument = "to" }, "is not the plan's value"},
		{"a value of another field", contexts, func(p *plan.Plan) {
			p.Fetches[2].Entities[0].Contexts[0].Givers[0].Fields[0].Source.Key = "region"
		}, `sends "currency" of Shop`},
		{"a value of no object above", contexts, func(p *plan.Plan) { p.Fetches[2].Entities[0].Contexts[0].Givers = nil }, "does not come from"},
		{"a value of an object that gives none", contexts, func(p *plan.Plan) {
			c := &p.Fetches[2].Entities[0].Contexts[0]
			c.Givers = append(c.Givers, plan.Giver{Position: p.Fetches[1].Entities[0].Targets[0].Position})
		}, "does not come from"},
		{"objects that are looked up as one", contexts, func(p *plan.Plan) { p.Fetches[1].Entities[0].Apart = nil }, "look"},
		{"a missing dependency on what gives a value", contexts, func(p *plan.Plan) { p.Fetches[2].DependsOn = []int{1} }, "without depending on it"},
		{"a variable that is not sent", required, func(p *plan.Plan) { p.Fetches[1].Variables = nil }, "declares the variables [v]"},
		{"a fetch that is due after what waits for it", deferred, func(p *plan.Plan) { p.Fetches[0].Defers = []int{1} }, "for which it waits"},
		{"a fetch that is due after what it shows", deferred, func(p *plan.Plan) { p.Fetches[1].Defers = []int{1} }, `"rank" at [user] is due with the parts [0]`},
		{"a path that is another one's", required, func(p *plan.Plan) { p.Positions[1].Path = []string{"pet"}; p.Positions[2].Path[0] = "pet" }, "leads to a position with the path"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			finds(t, subgraphs, tt.text, tt.change, tt.want)
		})
	}
}
