package transport

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/telemetry"
)

func TestNegotiateChoosesTheMediaType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, accept string
		want         MediaType
	}{
		{"no preference", "", JSON},
		{"anything", "*/*", JSON},
		{"any application", "application/*", JSON},
		{"json", "application/json", JSON},
		{"json in UTF-8", "application/json; charset=UTF-8", JSON},
		{"graphql response", "application/graphql-response+json", GraphQLResponse},
		{"both", "application/json, application/graphql-response+json", GraphQLResponse},
		{"the specification's legacy client", "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8;q=0.9", GraphQLResponse},
		{"json by quality", "application/graphql-response+json;q=0.5, application/json", JSON},
		{"json refused", "application/json;q=0, */*", GraphQLResponse},
		{"a browser's fetch of a page", "text/html, */*;q=0.1", JSON},
		{"wildcard and the new type", "*/*, application/graphql-response+json", GraphQLResponse},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("POST", "/graphql", nil)
			r.Header.Set("Content-Type", "application/json")
			if c.accept != "" {
				r.Header.Set("Accept", c.accept)
			}
			got, err := Negotiate(r)
			if got != c.want || err != nil {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestNegotiateRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, method string
		header       http.Header
		status       int
		code         string
	}{
		{"GET", "GET", nil, 405, CodeMethod},
		{"PUT", "PUT", nil, 405, CodeMethod},
		{"no content type", "POST", http.Header{"Content-Type": nil}, 415, CodeContentType},
		{"two content types", "POST", http.Header{"Content-Type": {"application/json", "text/plain"}}, 415, CodeContentType},
		{"a simple request of another origin", "POST", http.Header{"Content-Type": {"text/plain"}}, 415, CodeContentType},
		{"a form", "POST", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, 415, CodeContentType},
		{"an upload", "POST", http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}, 415, CodeContentType},
		{"another charset", "POST", http.Header{"Content-Type": {"application/json; charset=latin1"}}, 415, CodeContentType},
		{"compressed", "POST", http.Header{"Content-Encoding": {"gzip"}}, 415, CodeContentType},
		{"accepts a page only", "POST", http.Header{"Accept": {"text/html"}}, 406, CodeAccept},
		{"accepts another charset only", "POST", http.Header{"Accept": {"application/json; charset=latin1"}}, 406, CodeAccept},
		{"accepts nothing readable", "POST", http.Header{"Accept": {";;"}}, 406, CodeAccept},
		{"accepts everything but", "POST", http.Header{"Accept": {"*/*;q=0"}}, 406, CodeAccept},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, "/graphql", nil)
			r.Header.Set("Content-Type", "application/json")
			for key, values := range c.header {
				r.Header[key] = values
			}
			_, err := Negotiate(r)
			check(t, err, c.status, c.code)
		})
	}
}

func check(t *testing.T, err error, status int, code string) {
	t.Helper()
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if refused.Status != status || refused.Cause.Extensions["code"] != code {
		t.Errorf("got %d %v (%v), want %d %s", refused.Status, refused.Cause.Extensions, err, status, code)
	}
}

// read reads a body that comes from r.
func read(r io.Reader) (Request, error) {
	body, err := ReadBody(r)
	if err != nil {
		return Request{}, err
	}
	return Read(body) // whose memory is not given back: the request lies in it
}

// meaning is what a request comes to.
type meaning struct {
	Query, OperationName string
	Variables            map[string]json.RawMessage
	Extensions           json.RawMessage
}

func meaningOf(r Request) meaning {
	var variables map[string]json.RawMessage
	if r.Variables != nil {
		if err := json.Unmarshal(r.Variables, &variables); err != nil {
			panic(err)
		}
	}
	return meaning{r.Text(), r.Operation(), variables, r.Extensions}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       meaning
	}{
		{"query alone", `{"query":"{a}"}`, meaning{Query: "{a}"}},
		{
			"everything", ` {"query":"query A{a}","operationName":"A","variables":{"x":[1e400]},"extensions":{"y":null}} `,
			meaning{Query: "query A{a}", OperationName: "A", Variables: map[string]json.RawMessage{"x": json.RawMessage(`[1e400]`)}, Extensions: json.RawMessage(`{"y":null}`)},
		},
		{"null is absent", `{"query":"{a}","operationName":null,"variables":null,"extensions":null}`, meaning{Query: "{a}"}},
		{"a key of another case is another key", `{"query":"{a}","Query":"{b}","QUERY":1}`, meaning{Query: "{a}"}},
		{"escapes", `{"query":"{a(b:\"\u00e9\")}"}`, meaning{Query: `{a(b:"é")}`}},
		{"an escape in a key", `{"qu\u0065ry":"{a}"}`, meaning{Query: "{a}"}},
		{"the last of two", `{"query":"{a}","variables":{"x":1},"query":"{b}","variables":{"x":2,"x":3}}`, meaning{Query: "{b}", Variables: map[string]json.RawMessage{"x": json.RawMessage(`3`)}}},
		{"nested deep", `{"query":"{a}","x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, meaning{Query: "{a}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, meaningOf(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, code, message string }{
		{"nothing", "", CodeRequest, "it is empty"},
		{"half a body", `{"query":"{a}"`, CodeRequest, "unexpected end of JSON input at line 1, column 14"},
		{"malformed", "{\n  \"query\": {a}\n}", CodeRequest, "invalid character 'a' looking for beginning of object key string at line 2, column 13"},
		{"something after it", `{"query":"{a}"} {}`, CodeRequest, "at line 1, column 17"},
		{"a string", `"{a}"`, CodeRequest, "no JSON object: got a string"},
		{"null", `null`, CodeMissingQuery, "Must provide query string"},
		{"no UTF-8", "{\"query\":\"\xff\"}", CodeRequest, "not UTF-8"},
		{"a batch", ` [{"query":"{a}"}]`, CodeBatching, "batching is not supported"},
		{"no query", `{"variables":{}}`, CodeMissingQuery, "Must provide query string"},
		{"empty query", `{"query":""}`, CodeMissingQuery, "Must provide query string"},
		{"persisted", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, CodePersistedQuery, "PersistedQueryNotSupported"},
		{"query of the wrong type", `{"query":{"a":1}}`, CodeRequest, `"query" has to be a string, got an object`},
		{"operationName of the wrong type", `{"query":"{a}","operationName":1}`, CodeRequest, `"operationName" has to be a string, got a number`},
		{"variables of the wrong type", `{"query":"{a}","variables":"{}"}`, CodeRequest, `"variables" has to be an object, got a string`},
		{"variables in an array", `{"query":"{a}","variables":[]}`, CodeRequest, `"variables" has to be an object, got an array`},
		{"extensions of the wrong type", `{"query":"{a}","extensions":true}`, CodeRequest, `"extensions" has to be an object, got a boolean`},
		{"nested too deep", strings.Repeat(`{"query":`, 20_000), CodeRequest, "exceeded max depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(strings.NewReader(c.body))
			check(t, err, 400, c.code)
			if !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %q, want %q in it", err, c.message)
			}
		})
	}
}

func TestReadRefusesALargeBody(t *testing.T) {
	t.Parallel()
	body := `{"query":"{a}"}`
	reader := func(limit int64) io.Reader {
		return http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader(body)), limit)
	}
	if _, err := read(reader(int64(len(body)))); err != nil {
		t.Errorf("a body of just the limit: %v", err)
	}
	_, err := read(reader(int64(len(body)) - 1))
	check(t, err, 413, CodeRequest)
}

func TestReadReportsABrokenConnection(t *testing.T) {
	t.Parallel()
	_, err := read(io.MultiReader(strings.NewReader(`{"qu`), failing{}))
	var refused *Error
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestStatusOfErrorsDependsOnTheMediaType(t *testing.T) {
	t.Parallel()
	for media, want := range map[MediaType]int{JSON: 200, GraphQLResponse: 400} {
		w := httptest.NewRecorder()
		WriteErrors(w, media, gqlerror.List{{Message: "m", Locations: []gqlerror.Location{{Line: 1, Column: 2}}}})
		if w.Code != want || w.Header().Get("Content-Type") != string(media)+"; charset=utf-8" {
			t.Errorf("%s: %d %v", media, w.Code, w.Header())
		}
		if got := w.Body.String(); got != `{"errors":[{"message":"m","locations":[{"line":1,"column":2}]}]}` {
			t.Errorf("%s: %s", media, got)
		}
	}
}

func TestRefusedMethodNamesTheAllowedOne(t *testing.T) {
	t.Parallel()
	media, err := Negotiate(httptest.NewRequest("GET", "/graphql?query={a}", nil))
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	Refuse(w, media, refused)
	if w.Code != 405 || w.Header().Get("Allow") != "POST" || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// recovering is a handler with Recover, below what it needs.
func recovering(log *slog.Logger, handler http.HandlerFunc) http.Handler {
	return telemetry.Middleware(slog.New(slog.DiscardHandler))(Recover(log)(handler))
}

func TestRecoverAnswersAndLogsAPanic(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	handler := recovering(slog.New(slog.NewTextHandler(&log, nil)), func(http.ResponseWriter, *http.Request) {
		panic("secret cause")
	})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/graphql", nil)
	r.Header.Set(telemetry.RequestIDHeader, "r-1")
	handler.ServeHTTP(w, r)
	want := `{"errors":[{"message":"internal error (request r-1)","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`
	if w.Code != 500 || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "secret cause") || !strings.Contains(log.String(), "transport_test.go") {
		t.Errorf("the log lacks cause or stack: %s", log.String())
	}
}

func TestRecoverCutsAnAnswerThatHadBegun(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(recovering(slog.New(slog.DiscardHandler), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"data":`))
		panic("half way")
	}))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err == nil {
		_, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
	}
	if err == nil {
		t.Error("the client took half an answer for a whole one")
	}
}

func TestAcceptsHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, accept string
		want           bool
	}{
		{"GET", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
		{"GET", "*/*", false},
		{"GET", "", false},
		{"POST", "text/html", false},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.Header.Set("Accept", c.accept)
		if got := AcceptsHTML(r); got != c.want {
			t.Errorf("%s %q: %t", c.method, c.accept, got)
		}
	}
}
