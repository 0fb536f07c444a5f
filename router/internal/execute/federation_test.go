package execute_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

// federated is a universe behind HTTP servers, and the client that reaches it.
type federated struct {
	supergraph *supergraph.Supergraph
	graph      *querygraph.Graph
	text       string // the supergraph's
	handlers   map[string]*universe.Handler
	client     *subgraph.Client
	// disturb may change the body of a subgraph's response.
	mutex   sync.Mutex
	disturb func(name string, body []byte) []byte
}

func federate(t testing.TB, subgraphs []universe.Subgraph) *federated {
	t.Helper()
	f := &federated{handlers: map[string]*universe.Handler{}}
	urls := map[string]string{}
	var sources []federation.Subgraph
	for _, s := range subgraphs {
		handler, err := universe.New(s)
		if err != nil {
			t.Fatal(err)
		}
		f.handlers[s.Name] = handler
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(s.Name, w, r) }))
		t.Cleanup(server.Close)
		urls[s.Name] = server.URL
		sources = append(sources, federation.Subgraph{Name: s.Name, URL: server.URL, Sources: []federation.Source{{Name: s.Name, Text: s.SDL}}})
	}
	result, err := composition.Compose(t.Context(), sources, composition.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f.text = result.Supergraph
	if f.supergraph, err = supergraph.Parse("supergraph", f.text); err != nil {
		t.Fatal(err)
	}
	if f.graph, err = querygraph.New(f.supergraph); err != nil {
		t.Fatal(err)
	}
	config := subgraph.Config{}
	for _, s := range f.supergraph.Subgraphs {
		config.Subgraphs = append(config.Subgraphs, subgraph.Subgraph{Name: s.Name, URL: s.URL})
	}
	if f.client, err = subgraph.New(config, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	return f
}

func (f *federated) serve(name string, w http.ResponseWriter, r *http.Request) {
	recorder := httptest.NewRecorder()
	f.handlers[name].ServeHTTP(recorder, r)
	body := recorder.Body.Bytes()
	f.mutex.Lock()
	if f.disturb != nil {
		body = f.disturb(name, body)
	}
	f.mutex.Unlock()
	w.Header().Set("Content-Type", recorder.Header().Get("Content-Type"))
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(body)
}

func (f *federated) plan(t testing.TB, text string) *plan.Plan {
	t.Helper()
	op, err := operation.New(text, "", f.supergraph, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(t.Context(), op, f.graph, plan.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (f *federated) program(t testing.TB, text string) *execute.Program {
	t.Helper()
	program, err := execute.Compile(f.plan(t, text), f.supergraph)
	if err != nil {
		t.Fatal(err)
	}
	execute.Poison(program)
	return program
}

// answer is a response, decoded.
type answer struct {
	Data   any
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

func (f *federated) execute(t testing.TB, program *execute.Program, variables string) answer {
	t.Helper()
	input := execute.Input{Flights: flights(f.client), IncludeSubgraphErrors: []execute.Exposure{{Whole: true}, {Whole: true}, {Whole: true}}, RequestID: "r"}
	if variables != "" {
		if err := json.Unmarshal([]byte(variables), &input.Variables); err != nil {
			t.Fatal(err)
		}
	}
	out := program.Execute(t.Context(), input)
	defer out.Release()
	var a answer
	if err := json.Unmarshal(out.Body, &a); err != nil {
		t.Fatalf("%v: %s", err, out.Body)
	}
	return a
}

// requests and representations are how many each subgraph has seen.
func (f *federated) requests() (requests, representations, distinct map[string]int) {
	requests, representations, distinct = map[string]int{}, map[string]int{}, map[string]int{}
	for name, handler := range f.handlers {
		seen := map[string]bool{}
		for _, r := range handler.Requests() {
			requests[name]++
			representations[name] += len(r.Representations)
			for _, text := range r.Representations {
				seen[r.Query+text] = true
			}
		}
		distinct[name] = len(seen)
		handler.Reset()
	}
	return requests, representations, distinct
}

func TestExecute_answers_whatever_the_number_of_rows(t *testing.T) {
	t.Parallel()
	counts := map[int]map[string]int{}
	for _, rows := range []int{10, 1000} {
		f := federate(t, universe.Warehouse(rows))
		program := f.program(t, universe.WarehouseQuery)
		for range 3 {
			got := f.execute(t, program, "")
			if diff := cmp.Diff(universe.WarehouseAnswer(rows), got.Data); diff != "" || len(got.Errors) > 0 {
				t.Fatalf("%d rows: %v, data (-want +got):\n%.2000s", rows, got.Errors, diff)
			}
			requests, representations, distinct := f.requests()
			if diff := cmp.Diff(distinct, representations); diff != "" {
				t.Errorf("%d rows: representations were sent twice (-want +got):\n%s", rows, diff)
			}
			if counts[rows] = requests; rows == 1000 && !cmp.Equal(counts[10], requests) {
				t.Errorf("requests for 10 rows %v, for 1000 %v", counts[10], requests)
			}
		}
	}
}

func TestExecute_gives_the_right_answer_whatever_the_JSON_looks_like(t *testing.T) {
	t.Parallel()
	f := federate(t, universe.Warehouse(20))
	f.disturb = noise(t)
	got := f.execute(t, f.program(t, universe.WarehouseQuery), "")
	if diff := cmp.Diff(universe.WarehouseAnswer(20), got.Data); diff != "" || len(got.Errors) > 0 {
		t.Errorf("%v, data (-want +got):\n%s", got.Errors, diff)
	}
}

// noise changes what JSON looks like, not what it says: keys in the order of
// their names, white space, keys that nobody asked for.
func noise(t *testing.T) func(string, []byte) []byte {
	return func(_ string, body []byte) []byte {
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Error(err)
		}
		out, err := json.MarshalIndent(withUnknownKeys(value), " ", "\t")
		if err != nil {
			t.Error(err)
		}
		return out
	}
}

func withUnknownKeys(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := map[string]any{"a": []any{1, map[string]any{"sku": nil}}, "zz": "}\"]"}
		for key, part := range v {
			out[key] = withUnknownKeys(part)
		}
		return out
	case []any:
		for i := range v {
			v[i] = withUnknownKeys(v[i])
		}
	}
	return value
}

// A subgraph whose answers are cut off at any byte costs fields, never more.
func TestExecute_survives_answers_that_are_cut_off(t *testing.T) {
	t.Parallel()
	f := federate(t, universe.Warehouse(4))
	program := f.program(t, universe.WarehouseQuery)
	for _, name := range []string{"catalog", "storage", "shipping"} {
		for cut := 0; cut < 400; cut += 13 {
			f.disturb = func(from string, body []byte) []byte {
				if from == name && cut < len(body) {
					return body[:cut]
				}
				return body
			}
			got := f.execute(t, program, "")
			if !cmp.Equal(got.Data, universe.WarehouseAnswer(4)) && len(got.Errors) == 0 {
				t.Errorf("%s cut at %d: wrong data, no errors: %v", name, cut, got.Data)
			}
			for _, e := range got.Errors {
				if e.Extensions["code"] != execute.CodeMalformed {
					t.Errorf("%s cut at %d: %+v", name, cut, e)
				}
			}
		}
	}
}

func TestExecute_answers_every_form_of_selection(t *testing.T) {
	t.Parallel()
	f := federate(t, universe.Warehouse(3))
	for _, tc := range []struct{ name, text, variables, want string }{
		{"no subgraph", `{ __typename me: __typename }`, ``, `{"__typename":"Query","me":"Query"}`},
		{
			"typenames", `{ items { __typename id } shelves { __typename sku } }`, ``,
			`{"items":[{"__typename":"Book","id":"b0"},{"__typename":"Film","id":"f1"},{"__typename":"Book","id":"b2"}],
			  "shelves":[[{"__typename":"Product","sku":"p0"},{"__typename":"Product","sku":"p0"},{"__typename":"Product","sku":"p1"}]]}`,
		},
		{
			"aliases", `{ a: shelves { s: sku f: fee } b: shelves { s: name f: volume } }`, ``,
			`{"a":[[{"s":"p0","f":100},{"s":"p0","f":100},{"s":"p1","f":102}]],"b":[[{"s":"Product 0","f":0},{"s":"Product 0","f":0},{"s":"Product 1","f":2}]]}`,
		},
		{
			"a key under two types", `{ items { ... on Film { n: minutes } ... on Book { n: pages } } }`, ``,
			`{"items":[{"n":0},{"n":20},{"n":2}]}`,
		},
		{"a type that is not there", `{ items { ... on Film { minutes } } }`, ``, `{"items":[{},{"minutes":20},{}]}`},
		{"two subgraphs at the root", `{ storageVersion shippingVersion }`, ``, `{"storageVersion":"1","shippingVersion":"1"}`},
		{
			"skipped", `query($on: Boolean!) { storageVersion @skip(if: $on) shelves @include(if: $on) { sku fee @skip(if: $on) } }`, `{"on":true}`,
			`{"shelves":[[{"sku":"p0"},{"sku":"p0"},{"sku":"p1"}]]}`,
		},
		{"included", `query($on: Boolean!) { storageVersion @skip(if: $on) shelves @include(if: $on) { sku } }`, `{"on":false}`, `{"storageVersion":"1"}`},
		{
			"included below", `query($a: Boolean!, $b: Boolean!) { shelves { sku bin @include(if: $a) { label number @skip(if: $b) } volume @include(if: $b) } }`, `{"a":true,"b":true}`,
			`{"shelves":[[{"sku":"p0","bin":{"label":"room-0/0"},"volume":0},{"sku":"p0","bin":{"label":"room-0/0"},"volume":0},{"sku":"p1","bin":{"label":"room-1/1"},"volume":2}]]}`,
		},
		{
			"excluded below", `query($a: Boolean!, $b: Boolean!) { shelves { sku bin @include(if: $a) { label number @skip(if: $b) } volume @include(if: $b) } }`, `{"a":false,"b":false}`,
			`{"shelves":[[{"sku":"p0"},{"sku":"p0"},{"sku":"p1"}]]}`,
		},
	} {
		program := f.program(t, tc.text)
		for range 2 {
			got := f.execute(t, program, tc.variables)
			var want any
			if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Data); diff != "" || len(got.Errors) > 0 {
				t.Errorf("%s: %v, data (-want +got):\n%s", tc.name, got.Errors, diff)
			}
		}
	}
}

// redirect makes a client for which one subgraph is elsewhere.
func (f *federated) redirect(t *testing.T, name, url string) *subgraph.Client {
	t.Helper()
	config := subgraph.Config{}
	for _, s := range f.supergraph.Subgraphs {
		address := s.URL
		if s.Name == name {
			address = url
		}
		config.Subgraphs = append(config.Subgraphs, subgraph.Subgraph{
			Name: s.Name, URL: address, Settings: subgraph.Settings{Timeout: 100 * time.Millisecond},
		})
	}
	client, err := subgraph.New(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func TestExecute_lives_without_a_subgraph(t *testing.T) {
	t.Parallel()
	f := federate(t, universe.Warehouse(2))
	dead := httptest.NewServer(nil)
	dead.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) }))
	t.Cleanup(failing.Close)
	program := f.program(t, `{ storageVersion shelves { sku bin { number } } }`)
	for _, tc := range []struct{ name, url, code, reason string }{
		{"dead", dead.URL, execute.CodeHTTP, "refused"},
		{"slow", slow.URL, execute.CodeTimeout, "it did not answer in time"},
		{"failing", failing.URL, execute.CodeHTTP, "502: Bad Gateway"},
	} {
		out := program.Execute(t.Context(), execute.Input{
			Flights:               subgraph.NewFlights(f.redirect(t, "storage", tc.url), subgraph.FlightConfig{Timeout: 300 * time.Millisecond}),
			IncludeSubgraphErrors: []execute.Exposure{{Whole: true}, {Whole: true}, {Whole: true}},
		})
		var got answer
		if err := json.Unmarshal(out.Body, &got); err != nil {
			t.Fatal(err)
		}
		out.Release()
		want := map[string]any{"storageVersion": nil, "shelves": []any{[]any{
			map[string]any{"sku": "p0", "bin": nil}, map[string]any{"sku": "p0", "bin": nil},
		}}}
		if diff := cmp.Diff(want, got.Data); diff != "" {
			t.Errorf("%s: data (-want +got):\n%s", tc.name, diff)
		}
		paths := map[string]bool{}
		for _, e := range got.Errors {
			paths[fmt.Sprint(e.Path)] = true
			if e.Extensions["code"] != tc.code || e.Extensions["service"] != "storage" || !strings.Contains(e.Message, tc.reason) {
				t.Errorf("%s: error %+v", tc.name, e)
			}
		}
		if diff := cmp.Diff(map[string]bool{"[storageVersion]": true, "[shelves 0 0 bin]": true, "[shelves 0 1 bin]": true}, paths); diff != "" {
			t.Errorf("%s: paths (-want +got):\n%s", tc.name, diff)
		}
	}
}
