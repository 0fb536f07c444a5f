package router

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

// people and pets are the subgraphs of most tests. People are asked for first;
// what pets they have, and the score that they must have, comes from the other.
func people() universe.Subgraph {
	person := func(id, name string) universe.Object { return universe.Object{"id": id, "name": name} }
	return universe.Subgraph{
		Name: "people",
		SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@inaccessible"])
type Query {
  me: Person
  people(first: Int = 2, kind: Kind, filter: Filter): [Person!]
  broken: String
  secret: String @inaccessible
}
type Mutation { rename(id: ID!, name: String!): Person }
type Person @key(fields: "id") { id: ID! name: String }
enum Kind { ADULT CHILD }
input Filter { name: String! limit: Int }
`,
		Query: universe.Object{
			"me":     person("1", "Ada"),
			"people": []any{person("1", "Ada"), person("2", "Bob")},
			"broken": universe.Resolver(func(map[string]any) (any, error) { return nil, fmt.Errorf("the secret reason") }),
		},
		Mutation: universe.Object{
			"rename": universe.Resolver(func(a map[string]any) (any, error) {
				return person(fmt.Sprint(a["id"]), fmt.Sprint(a["name"])), nil
			}),
		},
	}
}

func pets() universe.Subgraph {
	return universe.Subgraph{
		Name: "pets",
		SDL: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
type Query { petVersion: String }
type Person @key(fields: "id") { id: ID! pets: [String!] score: Int! }
`,
		Query: universe.Object{"petVersion": "1"},
		Entities: map[string]func(map[string]any) (universe.Object, error){
			"Person": func(r map[string]any) (universe.Object, error) {
				return universe.Object{"id": r["id"], "pets": []any{"Cat " + fmt.Sprint(r["id"])}, "score": 7}, nil
			},
		},
	}
}

// fixture is a router with its subgraphs, all of them real HTTP servers.
type fixture struct {
	router   *Router
	url      string // of the router
	handlers map[string]*universe.Handler
	// faults stand in place of subgraphs that misbehave, by name.
	faults map[string]*atomic.Pointer[http.HandlerFunc]
	log    *lockedBuffer
}

// lockedBuffer collects a log.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// serve starts a router on people and pets, with a configuration that change has
// changed.
func serve(t testing.TB, change func(*Config)) *fixture {
	t.Helper()
	return serveSubgraphs(t, []universe.Subgraph{people(), pets()}, change)
}

// serveSubgraphs starts a router on subgraphs.
func serveSubgraphs(t testing.TB, served []universe.Subgraph, change func(*Config)) *fixture {
	t.Helper()
	f := &fixture{
		handlers: map[string]*universe.Handler{}, faults: map[string]*atomic.Pointer[http.HandlerFunc]{}, log: &lockedBuffer{},
	}
	var subgraphs []federation.Subgraph
	for _, s := range served {
		handler, err := universe.New(s)
		if err != nil {
			t.Fatal(err)
		}
		fault := &atomic.Pointer[http.HandlerFunc]{}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if replaced := fault.Load(); replaced != nil {
				(*replaced)(w, r)
				return
			}
			handler.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		f.handlers[s.Name], f.faults[s.Name] = handler, fault
		subgraphs = append(subgraphs, federation.Subgraph{
			Name: s.Name, URL: server.URL, Sources: []federation.Source{{Name: s.Name + ".graphqls", Text: s.SDL}},
		})
	}
	var config Config
	if change != nil {
		change(&config)
	}
	f.router = newRouter(t, config, subgraphs, f.log)
	server := httptest.NewServer(f.router)
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func newRouter(t testing.TB, config Config, subgraphs []federation.Subgraph, log io.Writer) *Router {
	t.Helper()
	graph := compose(t, subgraphs)
	router, err := New(config, graph, slog.New(slog.NewJSONHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return router
}

func compose(t testing.TB, subgraphs []federation.Subgraph) *supergraph.Supergraph {
	t.Helper()
	composed, err := composition.Compose(t.Context(), subgraphs, composition.Options{})
	if err != nil {
		t.Fatal(err)
	}
	graph, err := supergraph.Parse("supergraph.graphqls", composed.Supergraph)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

// answer is a response as a client reads it.
type answer struct {
	Status     int         `json:"-"`
	Header     http.Header `json:"-"`
	Text       string      `json:"-"`
	Data       any
	Errors     []clientError
	Extensions map[string]any
}

type clientError struct {
	Message    string           `json:"message"`
	Path       []any            `json:"path"`
	Locations  []map[string]int `json:"locations"`
	Extensions map[string]any   `json:"extensions"`
}

func (e clientError) code() string { return fmt.Sprint(e.Extensions["code"]) }

// send sends a body and reads the answer, which has to be JSON.
func (f *fixture) send(t *testing.T, method, path, body string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: response.StatusCode, Header: response.Header, Text: string(text)}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("%s %s: %d %v: %s", method, path, response.StatusCode, err, text)
	}
	return a
}

// query sends a query without variables.
func (f *fixture) query(t *testing.T, query string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	return f.send(t, "POST", "/graphql", string(body), nil)
}

// alive fails the test if the router does not answer a good query any more.
func (f *fixture) alive(t *testing.T) {
	t.Helper()
	if a := f.query(t, "{ me { name } }"); a.Status != 200 || a.Text != `{"data":{"me":{"name":"Ada"}}}` {
		t.Errorf("the router does not answer any more: %d %s", a.Status, a.Text)
	}
}

func TestQueryAcrossSubgraphs(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	a := f.send(t, "POST", "/graphql",
		`{"query":"query All($n: Int) { people(first: $n, kind: ADULT) { name pets } me { score } }","variables":{"n":2},"operationName":"All"}`, nil)
	want := map[string]any{
		"people": []any{
			map[string]any{"name": "Ada", "pets": []any{"Cat 1"}},
			map[string]any{"name": "Bob", "pets": []any{"Cat 2"}},
		},
		"me": map[string]any{"score": 7.0},
	}
	if diff := cmp.Diff(want, a.Data); diff != "" || a.Errors != nil || a.Status != 200 {
		t.Errorf("%d %v %s", a.Status, a.Errors, diff)
	}
	if got := a.Header.Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	if a.Header.Get("X-Request-Id") == "" {
		t.Error("no request id")
	}
	if n := len(f.handlers["people"].Requests()); n != 1 {
		t.Errorf("%d requests to people", n)
	}
	if n := len(f.handlers["pets"].Requests()); n != 1 {
		t.Errorf("%d requests to pets", n)
	}
}

func TestMutation(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	a := f.query(t, `mutation { rename(id: 5, name: "Eve") { id name pets } }`)
	if want := `{"data":{"rename":{"id":"5","name":"Eve","pets":["Cat 5"]}}}`; a.Text != want {
		t.Errorf("got %s, want %s", a.Text, want)
	}
}

// TestBadInput sends what a client can get wrong. Each answer is a well-formed
// GraphQL response without data, and the router goes on.
func TestBadInput(t *testing.T) {
	t.Parallel()
	f := serve(t, func(c *Config) {
		c.Limits.HTTPMaxRequestBytes, c.Limits.ParserMaxTokens, c.Limits.ParserMaxRecursion = 2000, 100, 20
	})
	text := func(query string) string {
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for _, c := range []struct {
		name, body    string
		legacy        int // status in application/json
		modern        int // status in application/graphql-response+json
		code, message string
		line, column  int
	}{
		{"malformed JSON", `{"query": "{ me`, 400, 400, "INVALID_GRAPHQL_REQUEST", "line 1, column 15", 0, 0},
		{"empty body", ``, 400, 400, "INVALID_GRAPHQL_REQUEST", "it is empty", 0, 0},
		{"no query", `{}`, 400, 400, "MISSING_QUERY_STRING", "Must provide query string", 0, 0},
		{"a batch", `[` + text("{me{name}}") + `]`, 400, 400, "BATCHING_NOT_ENABLED", "batching", 0, 0},
		{"variables in a string", `{"query":"{me{name}}","variables":"{}"}`, 400, 400, "INVALID_GRAPHQL_REQUEST", `"variables" has to be an object`, 0, 0},
		{"body too large", text("{me{name}}" + strings.Repeat(" ", 2000)), 413, 413, "INVALID_GRAPHQL_REQUEST", "larger than 2000 bytes", 0, 0},
		{"syntax", text("{ me { name }"), 200, 400, "PARSING_ERROR", "Expected Name", 1, 14},
		{"unknown field", text("{ me {\n  nam } }"), 200, 400, "GRAPHQL_VALIDATION_FAILED", `"nam"`, 2, 3},
		{"a field that is not for clients", text("{ secret }"), 200, 400, "GRAPHQL_VALIDATION_FAILED", `"secret"`, 1, 3},
		{"no selection", text("{ me }"), 200, 400, "GRAPHQL_VALIDATION_FAILED", `"me"`, 1, 3},
		{"unknown argument", text("{ me(a: 1) { name } }"), 200, 400, "GRAPHQL_VALIDATION_FAILED", `"a"`, 1, 0},
		{"argument of a wrong type", text(`{ people(first: "x") { name } }`), 200, 400, "GRAPHQL_VALIDATION_FAILED", `"x"`, 1, 0},
		{"no such operation", `{"query":"query A{me{name}}","operationName":"B"}`, 200, 400, "", `"B"`, 0, 0},
		{"several operations", text("query A{me{name}} query B{me{name}}"), 200, 400, "", "operationName", 0, 0},
		{"no operation", text("fragment A on Person{name}"), 200, 400, "", "", 1, 1},
		{"variable of a wrong type", `{"query":"query($n:Int){people(first:$n){name}}","variables":{"n":"x"}}`, 200, 400, "VALIDATION_INVALID_TYPE_VARIABLE", "$n", 1, 10},
		{"variable that is missing", `{"query":"mutation($n:String!){rename(id:1,name:$n){name}}"}`, 200, 400, "VALIDATION_INVALID_TYPE_VARIABLE", "$n", 1, 13},
		{"no value of an enum", `{"query":"query($k:Kind){people(kind:$k){name}}","variables":{"k":"OLD"}}`, 200, 400, "VALIDATION_INVALID_TYPE_VARIABLE", "OLD", 1, 10},
		{"unknown field of an input", `{"query":"query($f:Filter){people(filter:$f){name}}","variables":{"f":{"name":"a","nme":1}}}`, 200, 400, "VALIDATION_INVALID_TYPE_VARIABLE", "nme", 1, 10},
		{"undeclared variable", text("{ people(first: $n) { name } }"), 200, 400, "GRAPHQL_VALIDATION_FAILED", "$n", 1, 17},
		{"too many tokens", text("{me{name" + strings.Repeat(" name", 100) + "}}"), 200, 400, "PARSING_ERROR", "100 tokens", 1, 0},
		{"too deep", text(strings.Repeat("{a", 30) + strings.Repeat("}", 30)), 200, 400, "PARSING_ERROR", "20 levels", 1, 41},
		{"values too deep", text("{people(first:" + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "){name}}"), 200, 400, "PARSING_ERROR", "20 levels", 1, 0},
		{"introspection", text("{__schema{types{name}}}"), 200, 400, "INTROSPECTION_DISABLED", "introspection has been disabled", 0, 0},
		{"defer", text("{me{... @defer{name}}}"), 200, 400, "UNSUPPORTED_FEATURE", "@defer", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for media, status := range map[string]int{"application/json": c.legacy, "application/graphql-response+json": c.modern} {
				a := f.send(t, "POST", "/graphql", c.body, http.Header{"Accept": {media}})
				if a.Status != status || a.Header.Get("Content-Type") != media+"; charset=utf-8" {
					t.Errorf("%s: %d %s", media, a.Status, a.Header.Get("Content-Type"))
				}
				if strings.Contains(a.Text, `"data"`) || len(a.Errors) == 0 {
					t.Fatalf("%s: %s", media, a.Text)
				}
				first := a.Errors[0]
				if c.code != "" && first.code() != c.code || first.Extensions["code"] == nil || !strings.Contains(first.Message, c.message) {
					t.Errorf("%s: got %s %q, want %s %q", media, first.code(), first.Message, c.code, c.message)
				}
				checkLocation(t, first, c.line, c.column)
			}
			f.alive(t)
		})
	}
	if n := len(f.handlers["pets"].Requests()); n != 0 {
		t.Errorf("pets were asked %d times", n)
	}
}

// checkLocation compares an error's place; a column of 0 is any.
func checkLocation(t *testing.T, err clientError, line, column int) {
	t.Helper()
	switch {
	case line == 0 && len(err.Locations) > 0:
		t.Errorf("got the place %v, want none", err.Locations)
	case line == 0:
	case len(err.Locations) == 0 || err.Locations[0]["line"] != line || column != 0 && err.Locations[0]["column"] != column:
		t.Errorf("got the place %v, want %d:%d", err.Locations, line, column)
	}
}

func TestBadHTTP(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	const body = `{"query":"{me{name}}"}`
	for _, c := range []struct {
		name, method, path string
		header             http.Header
		status             int
		code               string
	}{
		{"GET", "GET", "/graphql?query=%7Bme%7Bname%7D%7D", nil, 405, "METHOD_NOT_ALLOWED"},
		{"DELETE", "DELETE", "/graphql", nil, 405, "METHOD_NOT_ALLOWED"},
		{"preflight", "OPTIONS", "/graphql", http.Header{"Origin": {"https://evil.test"}, "Access-Control-Request-Method": {"POST"}}, 405, "METHOD_NOT_ALLOWED"},
		{"a form", "POST", "/graphql", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, 415, "INVALID_CONTENT_TYPE_HEADER"},
		{"plain text", "POST", "/graphql", http.Header{"Content-Type": {"text/plain"}}, 415, "INVALID_CONTENT_TYPE_HEADER"},
		{"accepts pages only", "POST", "/graphql", http.Header{"Accept": {"text/html"}}, 406, "INVALID_ACCEPT_HEADER"},
		{"another path", "POST", "/graphq", nil, 404, "NOT_FOUND"},
		{"the page, which is off", "GET", "/", http.Header{"Accept": {"text/html"}}, 404, "NOT_FOUND"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := f.send(t, c.method, c.path, body, c.header)
			if a.Status != c.status || len(a.Errors) != 1 || a.Errors[0].code() != c.code {
				t.Errorf("%d %s", a.Status, a.Text)
			}
			if (c.status == 405) != (a.Header.Get("Allow") == "POST") {
				t.Errorf("Allow: %q", a.Header.Get("Allow"))
			}
			if a.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("another origin is allowed")
			}
			f.alive(t)
		})
	}
}
