package universe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
type Query {
  greet(name: String! = "you"): String!
  pets: [[Pet!]]
  broken: Cat
  missing: String
}
interface Pet { name: String! }
type Cat implements Pet @key(fields: "id") { id: ID! name: String! lives: Int! }
type Dog implements Pet { name: String! tricks: [String] }
`

func handler(t *testing.T) *Handler {
	t.Helper()
	tom := Object{"__typename": "Cat", "id": "1", "name": "Tom", "lives": 9}
	h, err := New(Subgraph{
		Name: "pets", SDL: sdl,
		Query: Object{
			"greet":  Resolver(func(arguments map[string]any) (any, error) { return fmt.Sprint("hi ", arguments["name"]), nil }),
			"pets":   []any{[]any{tom, Object{"__typename": "Dog", "name": "Rex", "tricks": []any{"sit", nil}}}, nil},
			"broken": Object{"__typename": "Cat", "id": "2", "name": nil, "lives": 1},
		},
		Entities: map[string]func(map[string]any) (Object, error){
			"Cat": func(representation map[string]any) (Object, error) {
				if representation["id"] != "1" {
					return nil, nil
				}
				return tom, nil
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(t *testing.T, h *Handler, query string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(string(body))))
	return strings.TrimSpace(recorder.Body.String())
}

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, query string
		variables   map[string]any
		want        string
	}{
		{
			"aliases, arguments and defaults in the order asked", `query($n: String!) { b: greet(name: $n) a: greet __typename }`,
			map[string]any{"n": "Ann"},
			`{"data":{"b":"hi Ann","a":"hi you","__typename":"Query"}}`,
		},
		{
			"lists of lists of an interface", `{ pets { name __typename ... on Cat { lives } ...D } } fragment D on Dog { tricks name }`, nil,
			`{"data":{"pets":[[{"name":"Tom","__typename":"Cat","lives":9},{"name":"Rex","__typename":"Dog","tricks":["sit",null]}],null]}}`,
		},
		{
			"skip and include", `query($no: Boolean = false) { greet @include(if: $no) pets @skip(if: true) { name } __typename @skip(if: $no) }`, nil,
			`{"data":{"__typename":"Query"}}`,
		},
		{
			"a null where none may be spreads up", `{ broken { id name } greet }`, nil,
			`{"data":{"broken":null,"greet":"hi you"},"errors":[{"message":"null for String!","path":["broken","name"]}]}`,
		},
		{
			"a field without a value", `{ missing }`, nil,
			`{"data":{"missing":null},"errors":[{"message":"subgraph pets has no value for Query.missing","path":["missing"]}]}`,
		},
		{
			"entities, one of which is not there", `query($r: [_Any!]!) { _entities(representations: $r) { ... on Cat { name } } }`,
			map[string]any{"r": []any{map[string]any{"__typename": "Cat", "id": "1"}, map[string]any{"__typename": "Cat", "id": "7"}}},
			`{"data":{"_entities":[{"name":"Tom"},null]}}`,
		},
		{
			"the schema", `{ _service { sdl } }`, nil,
			`{"data":{"_service":{"sdl":` + quoted(sdl) + `}}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, canonical(t, ask(t, handler(t), c.query, c.variables))); diff != "" {
				t.Errorf("response (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHandlerRefusesWhatItsSchemaDoesNotHave(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		`{ nothing }`:      `Cannot query field \"nothing\"`,
		`{ pets { lives }`: `Expected Name`,
		`query($r: [_Any!]!) { _entities(representations: $r) { ... on Dog { name } } }`: `cannot be spread`,
	} {
		if got := ask(t, handler(t), query, nil); !strings.Contains(got, want) || !strings.Contains(got, `"data":null`) {
			t.Errorf("%s: got %s, want %q in it", query, got, want)
		}
	}
}

func TestHandlerCountsWhatItWasAsked(t *testing.T) {
	t.Parallel()
	h := handler(t)
	representation := map[string]any{"__typename": "Cat", "id": "1"}
	ask(t, h, `query($r: [_Any!]!) { _entities(representations: $r) { __typename } }`, map[string]any{"r": []any{representation, representation}})
	ask(t, h, `{ greet }`, nil)
	got := h.Requests()
	if len(got) != 2 || len(got[0].Representations) != 2 || len(got[1].Representations) != 0 || got[1].Query != "{ greet }" {
		t.Errorf("requests: %+v", got)
	}
	h.Reset()
	if got := h.Requests(); len(got) != 0 {
		t.Errorf("after Reset: %+v", got)
	}
}

func TestNewNamesWhatIsWrongWithTheSchema(t *testing.T) {
	t.Parallel()
	_, err := New(Subgraph{Name: "bad", SDL: "type Query { a: Nothing }"})
	if err == nil || !strings.Contains(err.Error(), "Nothing") || !strings.Contains(err.Error(), "subgraph bad") {
		t.Errorf("got %v", err)
	}
}

// canonical undoes the order that encoding/json gives "data" and "errors",
// which has no meaning.
func canonical(t *testing.T, response string) string {
	t.Helper()
	var parts struct {
		Data   json.RawMessage `json:"data"`
		Errors json.RawMessage `json:"errors,omitempty"`
	}
	if err := json.Unmarshal([]byte(response), &parts); err != nil {
		t.Fatalf("%v in %s", err, response)
	}
	text, err := json.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

func TestWarehouseServes(t *testing.T) {
	t.Parallel()
	for _, subgraph := range Warehouse(10) {
		if _, err := New(subgraph); err != nil {
			t.Errorf("%s: %v", subgraph.Name, err)
		}
	}
}
