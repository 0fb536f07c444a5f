package router

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/weftql/weft/schema/federation"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	for _, path := range []string{"/health", "/health?live", "/health?ready", "/health?ready="} {
		if a := f.send(t, "GET", path, "", nil); a.Status != 200 || a.Text != `{"status":"UP"}` {
			t.Errorf("%s: %d %s", path, a.Status, a.Text)
		}
	}
	f.router.draining.Store(true)
	for path, status := range map[string]int{"/health": 200, "/health?live": 200, "/health?ready": 503} {
		if a := f.send(t, "GET", path, "", nil); a.Status != status {
			t.Errorf("while draining, %s: %d %s", path, a.Status, a.Text)
		}
	}
	off := false
	f = serve(t, func(c *Config) { c.HealthCheck.Enabled = &off })
	if a := f.send(t, "GET", "/health", "", nil); a.Status != 404 {
		t.Errorf("without a health check: %d %s", a.Status, a.Text)
	}
}

// TestDevelopment has everything on that is off by default.
func TestDevelopment(t *testing.T) {
	t.Parallel()
	f := serve(t, func(c *Config) { *c = c.Development() })
	page, err := http.NewRequestWithContext(t.Context(), "GET", f.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	page.Header.Set("Accept", "text/html,*/*;q=0.8")
	for _, path := range []string{"/", "/graphql"} { // the endpoint leads a browser to the page
		page.URL.Path = path
		response, err := http.DefaultClient.Do(page)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != 200 || !strings.Contains(string(text), "<!doctype html>") {
			t.Errorf("%s: %d %s", path, response.StatusCode, text)
		}
	}
	if a := f.query(t, `{ __schema { queryType { name } } me { name pets } kind: __type(name: "Kind") { enumValues { name } } }`); a.Text !=
		`{"data":{"__schema":{"queryType":{"name":"Query"}},"me":{"name":"Ada","pets":["Cat 1"]},"kind":{"enumValues":[{"name":"ADULT"},{"name":"CHILD"}]}}}` {
		t.Errorf("introspection: %s", a.Text)
	}
	if a := f.send(t, "POST", "/graphql", `{"query":"query($n:String!){__type(name:$n){name}}","variables":{"n":"Person"}}`, nil); a.Text != `{"data":{"__type":{"name":"Person"}}}` {
		t.Errorf("introspection with a variable: %s", a.Text)
	}
	if a := f.query(t, `{__schema{types{fields{type{fields{type{fields{name}}}}}}}}`); len(a.Errors) != 1 || a.Errors[0].code() != "GRAPHQL_VALIDATION_FAILED" || a.Data != nil {
		t.Errorf("deep introspection: %s", a.Text)
	}
	if a := f.query(t, "{ broken }"); !strings.Contains(a.Text, "the secret reason") {
		t.Errorf("errors: %s", a.Text)
	}
}

func TestPlanIsShownToThoseWhoAskAndMay(t *testing.T) {
	t.Parallel()
	const body = `{"query":"{ me { name pets } }"}`
	for _, c := range []struct {
		name, header string
		expose       bool
		shown        bool
		executed     int
	}{
		{"not asked", "", true, false, 1},
		{"not allowed", "true", false, false, 1},
		{"not allowed dry run", "dry-run", false, false, 1},
		{"shown", "true", true, true, 1},
		{"dry run", "dry-run", true, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(config *Config) { config.QueryPlanning.Expose = c.expose })
			a := f.send(t, "POST", "/graphql", body, http.Header{"Apollo-Expose-Query-Plan": {c.header}})
			if a.Status != 200 || a.Errors != nil || (a.Data != nil) != (c.executed > 0) {
				t.Errorf("%d %s", a.Status, a.Text)
			}
			if n := len(f.handlers["people"].Requests()); n != c.executed {
				t.Errorf("%d requests", n)
			}
			if !c.shown {
				if a.Extensions != nil {
					t.Errorf("got %s", a.Text)
				}
				return
			}
			var extension struct {
				QueryPlan       fetchesExtension
				ApolloQueryPlan apolloPlan
			}
			text, _ := json.Marshal(a.Extensions)
			if err := json.Unmarshal(text, &extension); err != nil {
				t.Fatal(err)
			}
			fetches := extension.QueryPlan.Fetches
			if len(fetches) != 2 || fetches[0].Service != "people" || fetches[1].Service != "pets" ||
				len(fetches[1].DependsOn) != 1 || fetches[1].DependsOn[0] != 0 || len(fetches[1].Paths) != 1 || fetches[1].Paths[0] != "me" {
				t.Errorf("fetches: %+v", fetches)
			}
			if plan := extension.ApolloQueryPlan; !strings.HasPrefix(plan.Text, "QueryPlan {") || !strings.HasPrefix(string(plan.Object), `{"kind":"QueryPlan"`) {
				t.Errorf("Apollo's form: %s, %s", plan.Text, plan.Object)
			}
		})
	}
}

// TestRunAnswersWhatIsUnderWay ends a server while a request waits for a
// subgraph: the request is answered, new ones are not taken, and Run returns.
func TestRunAnswersWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	subgraph := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		text(200, "application/json", `{"data":{"a":1}}`)(w, nil)
	}))
	defer subgraph.Close()
	router := newRouter(t, Config{}, []federation.Subgraph{{
		Name: "a", URL: subgraph.URL, Sources: []federation.Source{{Name: "a.graphqls", Text: "type Query { a: Int }\nextend schema @link(url: \"https://specs.apollo.dev/federation/v2.0\")"}},
	}}, io.Discard)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- router.Run(ctx, listener) }()

	url := "http://" + listener.Addr().String()
	answered := make(chan string, 1)
	go func() {
		response, err := http.Post(url+"/graphql", "application/json", strings.NewReader(`{"query":"{a}"}`))
		if err != nil {
			answered <- err.Error()
			return
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		answered <- string(body)
	}()
	<-arrived
	stop()
	for { // until the listener is closed
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		_ = connection.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("Run returned while a request was under way: %v", err)
	default:
	}
	close(release)
	if got := <-answered; got != `{"data":{"a":1}}` {
		t.Errorf("the request got %s", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestRunReportsABrokenListener(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := f.router.Run(t.Context(), listener); err == nil {
		t.Error("Run returned nothing")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	subgraph := func(url string) []federation.Subgraph {
		return []federation.Subgraph{{Name: "a", URL: url, Sources: []federation.Source{{Name: "a.graphqls", Text: "type Query { a: Int }\nextend schema @link(url: \"https://specs.apollo.dev/federation/v2.0\")"}}}}
	}
	for _, c := range []struct {
		name, url string
		config    Config
		want      string
	}{
		{"a subgraph at no address", "ftp://a", Config{}, "subgraph a"},
		{"keys that are none", "http://a", Config{Identity: IdentityConfig{Keys: "abc"}}, "identity.keys: "},
		{"a file of keys that is not there", "http://a", Config{Identity: IdentityConfig{KeysFile: "/nowhere"}}, "identity.keys_file: open /nowhere"},
		{"a setting for nobody", "http://a", Config{OverrideSubgraphURL: map[string]string{"b": "http://b"}}, `has no subgraph "b"`},
	} {
		_, err := New(c.config, compose(t, subgraph(c.url)), slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	connected := subgraph("http://a")
	connected[0].Sources[0].Text = "type Query { a: Int }\nextend schema @link(url: \"https://specs.apollo.dev/federation/v2.10\") @link(url: \"https://specs.apollo.dev/connect/v0.1\")"
	_, err := New(Config{}, compose(t, connected), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "UNSUPPORTED_FEATURE: connectors: ") {
		t.Errorf("connectors: %v", err)
	}
}
