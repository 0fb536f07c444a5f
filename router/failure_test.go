package router

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// text answers with a body, whatever is asked.
func text(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// hang answers when the router has given up.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the other side has gone
	<-r.Context().Done()
}

// TestSubgraphFails has one subgraph misbehave in every way. What the other one
// knows is still answered where the schema allows it, an error says what is
// missing, and the router goes on.
func TestSubgraphFails(t *testing.T) {
	t.Parallel()
	const graphQL, html = "application/json", "text/html"
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte(`{"data":`))
		panic(http.ErrAbortHandler)
	}
	for _, c := range []struct {
		name         string
		fault        http.HandlerFunc
		code, reason string
	}{
		{"drops the connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "SUBREQUEST_HTTP_ERROR", ""},
		{"breaks off", cut, "SUBREQUEST_HTTP_ERROR", ""},
		{"hangs", hang, "GATEWAY_TIMEOUT", ""},
		{"answers 500", text(500, graphQL, `{}`), "SUBREQUEST_HTTP_ERROR", "500"},
		{"answers with a page", text(200, html, `<html>`), "SUBREQUEST_HTTP_ERROR", "text/html"},
		{"redirects", text(302, html, ``), "SUBREQUEST_HTTP_ERROR", "302"},
		{"answers nothing", text(200, graphQL, ``), "SUBREQUEST_MALFORMED_RESPONSE", ""},
		{"answers no JSON", text(200, graphQL, `{"data":{`), "SUBREQUEST_MALFORMED_RESPONSE", ""},
		{"answers no object", text(200, graphQL, `[]`), "SUBREQUEST_MALFORMED_RESPONSE", ""},
		{"leaves an entity out", text(200, graphQL, `{"data":{"_entities":[{"__typename":"Person","pets":[]}]}}`), "SUBREQUEST_MALFORMED_RESPONSE", ""},
		{"answers no list", text(200, graphQL, `{"data":{"_entities":7}}`), "SUBREQUEST_MALFORMED_RESPONSE", ""},
		{"answers an error", text(200, graphQL, `{"data":null,"errors":[{"message":"no","extensions":{"code":"OUT_OF_CATS"}}]}`), "OUT_OF_CATS", ""},
		{"answers an error with 400", text(400, "application/graphql-response+json", `{"errors":[{"message":"no","extensions":{"code":"OUT_OF_CATS"}}]}`), "OUT_OF_CATS", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(config *Config) {
				config.IncludeSubgraphErrors.All.Whole = new(true)
				config.TrafficShaping.All.Timeout = 200 * time.Millisecond
			})
			f.faults["pets"].Store(&c.fault)
			a := f.query(t, "{ people { name pets } }")
			want := map[string]any{"people": []any{
				map[string]any{"name": "Ada", "pets": nil}, map[string]any{"name": "Bob", "pets": nil},
			}}
			if diff := cmp.Diff(want, a.Data); diff != "" || a.Status != 200 {
				t.Errorf("%d %s", a.Status, diff)
			}
			if len(a.Errors) == 0 {
				t.Fatalf("no error: %s", a.Text)
			}
			for _, err := range a.Errors {
				if err.code() != c.code || err.Extensions["service"] != "pets" || err.Message == "" {
					t.Errorf("got %+v, want %s of pets", err, c.code)
				}
				if c.reason != "" && !strings.Contains(err.Message, c.reason) {
					t.Errorf("got %q, want %q in it", err.Message, c.reason)
				}
			}
			if first := a.Errors[0]; len(first.Path) < 3 || first.Path[0] != "people" || first.Path[2] != "pets" {
				t.Errorf("got the path %v", first.Path)
			}
			f.alive(t)
		})
	}
}

func TestFirstSubgraphFails(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	fault := text(503, "text/plain", "the secret reason")
	f.faults["people"].Store(&fault)
	a := f.query(t, "{ me { name pets } }")
	if a.Status != 200 || len(a.Errors) != 1 || a.Errors[0].code() != "SUBREQUEST_HTTP_ERROR" || !cmp.Equal(a.Errors[0].Path, []any{"me"}) {
		t.Errorf("%d %s", a.Status, a.Text)
	}
	if diff := cmp.Diff(map[string]any{"me": nil}, a.Data); diff != "" {
		t.Error(diff)
	}
	if n := len(f.handlers["pets"].Requests()); n != 0 {
		t.Errorf("pets were asked %d times about nobody", n)
	}
}

func TestNullSpreadsToWhatMayBeNull(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	fault := text(200, "application/json", `{"data":{"_entities":[{"__typename":"Person","score":1},null]}}`)
	f.faults["pets"].Store(&fault)
	a := f.query(t, "{ people { name score } me { name } }")
	want := map[string]any{"people": nil, "me": map[string]any{"name": "Ada"}}
	if diff := cmp.Diff(want, a.Data); diff != "" {
		t.Error(diff)
	}
	if len(a.Errors) != 1 || !cmp.Equal(a.Errors[0].Path, []any{"people", 1.0, "score"}) {
		t.Errorf("errors: %v", a.Errors)
	}
}

func TestSubgraphThatIsNotThere(t *testing.T) {
	t.Parallel()
	f := serve(t, func(c *Config) {
		c.OverrideSubgraphURL = map[string]string{"pets": "http://127.0.0.1:1/graphql"}
		c.IncludeSubgraphErrors.All.Whole = new(true)
	})
	a := f.query(t, "{ me { name pets } }")
	want := map[string]any{"me": map[string]any{"name": "Ada", "pets": nil}}
	if diff := cmp.Diff(want, a.Data); diff != "" || len(a.Errors) != 1 || a.Errors[0].code() != "SUBREQUEST_HTTP_ERROR" {
		t.Errorf("%v %s", a.Errors, diff)
	}
	f.alive(t)
}

func TestSubgraphErrorsAreForThoseWhoMayReadThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		config IncludeErrorsConfig
		shown  bool
	}{
		{"nobody", IncludeErrorsConfig{}, false},
		{"everybody", IncludeErrorsConfig{All: ErrorsConfig{Whole: new(true)}}, true},
		{"this subgraph's", IncludeErrorsConfig{Subgraphs: map[string]ErrorsConfig{"people": {Whole: new(true)}}}, true},
		{"another subgraph's", IncludeErrorsConfig{Subgraphs: map[string]ErrorsConfig{"pets": {Whole: new(true)}}}, false},
		{"all but this subgraph's", IncludeErrorsConfig{All: ErrorsConfig{Whole: new(true)}, Subgraphs: map[string]ErrorsConfig{"people": {Whole: new(false)}}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(config *Config) { config.IncludeSubgraphErrors = c.config })
			a := f.query(t, "{ broken me { name } }")
			want := map[string]any{"broken": nil, "me": map[string]any{"name": "Ada"}}
			if diff := cmp.Diff(want, a.Data); diff != "" || len(a.Errors) != 1 || !cmp.Equal(a.Errors[0].Path, []any{"broken"}) {
				t.Errorf("%v %s", a.Errors, diff)
			}
			if strings.Contains(a.Text, "the secret reason") != c.shown {
				t.Errorf("got %s", a.Text)
			}
			if !c.shown && (strings.Contains(a.Text, "people") || a.Errors[0].Message != "Subgraph errors redacted") {
				t.Errorf("got %s", a.Text)
			}
		})
	}
}

// TestSubgraphErrorsStandWhereTheAnswerHasAPlace has a subgraph report errors at
// paths that its answer cannot have: what is shown of them ends where they go
// astray.
func TestSubgraphErrorsStandWhereTheAnswerHasAPlace(t *testing.T) {
	t.Parallel()
	f := serve(t, func(config *Config) { config.IncludeSubgraphErrors.All.Whole = new(true) })
	for path, want := range map[string][]any{
		`["me", "name"]`:            {"me", "name"},
		`["people", 1, "name"]`:     {"people", 1.0, "name"},
		`["me", 0, "name"]`:         {"me"},
		`["me", "name", 0]`:         {"me", "name"},
		`["people", "name"]`:        {"people"},
		`["people", 0, 0, "name"]`:  {"people", 0.0},
		`["people", -1, "name"]`:    {"people"},
		`["people", 1.5, "name"]`:   {"people"},
		`["people", null, "name"]`:  {"people"},
		`["people", 0, "nickname"]`: {"people", 0.0},
		`[0, "name"]`:               nil,
		`["nobody"]`:                nil,
	} {
		fault := text(200, "application/json", `{"data":{"me":{"name":"Ada"},"people":[{"name":"Ada"},{"name":"Bob"}]},"errors":[{"message":"no","path":`+path+`}]}`)
		f.faults["people"].Store(&fault)
		a := f.query(t, "{ me { name } people { name } }")
		if len(a.Errors) != 1 || !cmp.Equal(a.Errors[0].Path, want) {
			t.Errorf("%s: %s", path, a.Text)
		}
	}
}

// TestSubgraphErrorsAreShownInPart names what may be read of an error with a
// message and three extensions, and of one that says that there is no answer.
func TestSubgraphErrorsAreShownInPart(t *testing.T) {
	t.Parallel()
	reports := text(200, "application/json", `{"data":null,"errors":[{"message":"the cat is out","extensions":{"code":"OUT","stack":"secret","hint":"later"}}]}`)
	fails := text(503, "text/html", "")
	const redacted = "Subgraph errors redacted"
	for _, c := range []struct {
		name                   string
		config                 string
		message                string
		extensions             map[string]any
		failure                string
		failureExtensionsCount int
	}{
		{"nothing", `{}`, redacted, nil, redacted, 1},
		{"some extensions", `{all: {allow_extensions_keys: [code, service]}}`, redacted, map[string]any{"code": "OUT", "service": "pets"}, redacted, 2},
		{"the message", `{all: {redact_message: false}}`, "the cat is out", nil, "HTTP fetch failed from 'pets': 503: Service Unavailable", 1},
		{"what is said of all and of this subgraph", `{all: {redact_message: false, allow_extensions_keys: [code]}, subgraphs: {pets: {allow_extensions_keys: [hint]}}}`, "the cat is out", map[string]any{"code": "OUT", "hint": "later"}, "HTTP fetch failed from 'pets': 503: Service Unavailable", 1},
		{"no message of this subgraph", `{all: {redact_message: false}, subgraphs: {pets: {redact_message: true}}}`, redacted, nil, redacted, 1},
		{"nothing of this subgraph", `{all: {redact_message: false, allow_extensions_keys: [code]}, subgraphs: {pets: false}}`, redacted, nil, redacted, 1},
		{"a part of this subgraph, all of the others", `{all: true, subgraphs: {pets: {allow_extensions_keys: [code]}}}`, redacted, map[string]any{"code": "OUT"}, redacted, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file, err := ReadConfig("weft.yaml", []byte("include_subgraph_errors: "+c.config), environment)
			if err != nil {
				t.Fatal(err)
			}
			f := serve(t, func(config *Config) { config.IncludeSubgraphErrors = file.Config.IncludeSubgraphErrors })
			f.faults["pets"].Store(&reports)
			a := f.query(t, "{ me { pets } }")
			if len(a.Errors) != 1 || a.Errors[0].Message != c.message || !cmp.Equal(a.Errors[0].Extensions, c.extensions) {
				t.Errorf("got %s", a.Text)
			}
			f.faults["pets"].Store(&fails)
			a = f.query(t, "{ me { pets } }")
			if len(a.Errors) != 1 || a.Errors[0].Message != c.failure || len(a.Errors[0].Extensions) != c.failureExtensionsCount || a.Errors[0].code() != "SUBREQUEST_HTTP_ERROR" {
				t.Errorf("got %s", a.Text)
			}
		})
	}
}

func TestWholeRequestHasATimeLimit(t *testing.T) {
	t.Parallel()
	f := serve(t, func(c *Config) {
		c.TrafficShaping.Router.Timeout = 200 * time.Millisecond
		c.IncludeSubgraphErrors.All.Whole = new(true)
	})
	fault := http.HandlerFunc(hang)
	f.faults["pets"].Store(&fault)
	start := time.Now()
	a := f.query(t, "{ me { name pets } }")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	want := map[string]any{"me": map[string]any{"name": "Ada", "pets": nil}}
	if diff := cmp.Diff(want, a.Data); diff != "" || len(a.Errors) != 1 || a.Errors[0].code() != "GATEWAY_TIMEOUT" {
		t.Errorf("%v %s", a.Errors, diff)
	}
	f.alive(t)
}

func TestLogTellsWhatHappenedAndNoSecrets(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	f.send(t, "POST", "/graphql",
		`{"query":"query Rename($n: String!) { broken }","operationName":"Rename","variables":{"n":"s3cret"}}`,
		http.Header{"Authorization": {"Bearer s3cret"}, "X-Request-Id": {"r-1"}})
	f.send(t, "POST", "/graphql", `{"query":"query Broken { broken }"}`, http.Header{"X-Request-Id": {"r-2"}})
	log := f.log.String()
	if strings.Contains(log, "s3cret") {
		t.Errorf("the log shows a secret: %s", log)
	}
	lines := map[string]map[string]any{}
	for line := range strings.SplitSeq(strings.TrimSpace(log), "\n") {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		lines[entry["request_id"].(string)] = entry
	}
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), log)
	}
	if line := lines["r-2"]; line["operation"] != "Broken" || line["status"] != 200.0 || line["path"] != "/graphql" {
		t.Errorf("got %v", line)
	}
	if line := lines["r-1"]; !cmp.Equal(line["error_codes"], []any{"GRAPHQL_VALIDATION_FAILED"}) { // $n is not used
		t.Errorf("got %v", line)
	}
}
