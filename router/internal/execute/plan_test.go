package execute_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/supergraph"
)

// graphOf returns a supergraph of the schema, with these subgraphs. hide is a
// text of the schema that clients do not see, "" for none.
func graphOf(t testing.TB, sdl, hide string, subgraphs ...string) *supergraph.Supergraph {
	t.Helper()
	graph := &supergraph.Supergraph{
		Schema: gqlparser.MustLoadSchema(&ast.Source{Name: "schema", Input: sdl}),
		API:    gqlparser.MustLoadSchema(&ast.Source{Name: "api", Input: strings.ReplaceAll(sdl, hide, "")}),
	}
	for _, name := range subgraphs {
		graph.Subgraphs = append(graph.Subgraphs, supergraph.Subgraph{Graph: strings.ToUpper(name), Name: name})
	}
	return graph
}

// typeOf reads a type in GraphQL's syntax: "[User!]!".
func typeOf(text string) *ast.Type {
	if inner, ok := strings.CutSuffix(text, "!"); ok {
		t := typeOf(inner)
		t.NonNull = true
		return t
	}
	if strings.HasPrefix(text, "[") {
		return ast.ListType(typeOf(text[1:len(text)-1]), nil)
	}
	return ast.NamedType(text, nil)
}

// at is a source.
func at(fetch int, key string) plan.Source { return plan.Source{Fetch: fetch, Key: key} }

var nowhere = plan.Source{Fetch: plan.NoFetch}

// leaf and object select a field; the name is the key up to its first "__".
func leaf(key, typ string) plan.Selection {
	name, _, _ := strings.Cut(strings.TrimPrefix(key, "__"), "__")
	if strings.HasPrefix(key, "__") {
		name = key
	}
	return plan.Selection{Key: key, Name: name, Type: typeOf(typ)}
}

func object(key, typ string, positions []int, selections ...plan.Selection) plan.Selection {
	s := leaf(key, typ)
	s.Positions, s.Selections = positions, selections
	return s
}

// on restricts a selection to types.
func on(s plan.Selection, types ...string) plan.Selection {
	s.Types = types
	return s
}

// shows is a field of the response, shown by fetch under the same key.
func shows(key, typ string, fetch int, position int) plan.Field {
	return plan.Field{Key: key, Name: key, Parent: "T", Type: typeOf(typ), Source: at(fetch, key), Position: position}
}

func key(name string, fetch int) plan.RepresentationField {
	return plan.RepresentationField{Name: name, Type: typeOf("ID!"), Source: at(fetch, name), Position: plan.NoPosition}
}

func compile(t testing.TB, p *plan.Plan, graph *supergraph.Supergraph) *execute.Program {
	t.Helper()
	for i, f := range p.Fetches {
		f.ID = i
		if f.Operation == "" {
			f.Operation = ast.Query
		}
	}
	for i, position := range p.Positions {
		position.ID = i
		if position.Typename == (plan.Source{}) {
			position.Typename = nowhere
		}
	}
	program, err := execute.Compile(p, graph)
	if err != nil {
		t.Fatal(err)
	}
	execute.Poison(program)
	return program
}

// fake answers each fetch with a text of its own, and notes what it was sent.
type fake struct {
	mutex   sync.Mutex
	answers map[int]string // by fetch
	// otherwise answers the fetches that have no text.
	otherwise func(*subgraph.Request) string
	fail      map[int]error  // by fetch
	sent      map[int]string // by fetch
}

func (f *fake) Send(call *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.sent == nil {
		f.sent = map[int]string{}
	}
	f.sent[request.Number] = string(request.Body)
	text, ok := f.answers[request.Number]
	if !ok && f.otherwise != nil {
		text = f.otherwise(request)
	}
	answer.Status = 200
	answer.Body = append(answer.Body[:0], text...)
	return f.fail[request.Number]
}

// flights sends each request by itself: a fake tells requests apart by number.
func flights(sender subgraph.Sender) *subgraph.Flights {
	return subgraph.NewFlights(sender, subgraph.FlightConfig{Alone: true})
}

// run executes a program with the answers of a fake and returns the response,
// which has to be JSON, and what was sent.
func run(t testing.TB, program *execute.Program, f *fake, input execute.Input) (string, map[int]string) {
	t.Helper()
	input.Flights = flights(f)
	input.IncludeSubgraphErrors = []execute.Exposure{{Whole: true}, {Whole: true}, {Whole: true}, {Whole: true}, {Whole: true}}
	out := program.Execute(t.Context(), input)
	body := string(out.Body)
	out.Release()
	if !json.Valid([]byte(body)) {
		t.Fatalf("the response is not JSON: %s", body)
	}
	return body, f.sent
}
