package router

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sent are bodies whose meaning is a matter of details.
var sent = []string{
	`{"query":"{ me { name } }"}`,
	`{"query":"{ me { name } }","variables":{}}`,
	`{"query":"{ me { name } }","variables":null,"operationName":null,"extensions":null}`,
	`{"query":"{ me { name } }","variables":{"x":1},"unknown":[{"query":"{ petVersion }"}]}`,
	`{"query":"{ me { name } }","query":"{ petVersion }"}`,
	`{"query":"{ me { name } }","query":null}`,
	`{"query":"{ petVersion }","qu\u0065ry":"{ me { name } }"}`,
	`{"Query":"{ petVersion }","query":"{\n  me { name }\n}"}`,
	`{"query":"query A { me { name } } query B { me { id } }","operationName":"A"}`,
	`{"query":"query A { me { name } } query B { me { id } }","operationName":"B"}`,
	`{"query":"query A { me { name } } query B { me { id } }","operationName":"\u0042"}`,
	`{"query":"query A { me { name } } query B { me { id } }","operationName":""}`,
	`{"query":"query A { me { name } } query B { me { id } }"}`,
	`{"query":"query A { me { name } }","operationName":"C"}`,
	`{"query":"query($n: Int, $b: Boolean = true) { people(first: $n) { name id @include(if: $b) pets } }","variables":{"n":2,"b":false}}`,
	`{"query":"query($n: Int, $b: Boolean = true) { people(first: $n) { name id @include(if: $b) pets } }","variables":{"n":2,"n":1,"b":null}}`,
	`{"query":"query($n: Int, $b: Boolean = true) { people(first: $n) { name id @include(if: $b) pets } }","variables":{"n":12345678901234567890}}`,
	`{"query":"query($n: Int, $b: Boolean = true) { people(first: $n) { name id @include(if: $b) pets } }","variables":{"\u006e":1e0}}`,
	`{"query":"query($f: Filter) { people(filter: $f) { name } }","variables":{"f":{"name":"\ud83d\ude00\ud83d","limit":null}}}`,
	`{"query":"query($f: Filter) { people(filter: $f) { name } }","variables":{"f":{"name":[{}],"more":1}}}`,
	`{"query":"mutation($n: String!) { rename(id: 1, name: $n) { name } }","variables":{"n":"\u00e9\/\"\\"}}`,
	`{"query":"mutation($n: String!) { rename(id: 1, name: $n) { name } }","variables":{}}`,
	`{"query":"{ me { name(x: \"\\u00e9\") } }"}`, `{"query":"{ me { name "}`, `{"query":"{ nothing }"}`, `{"query":"# \ud800\n{ me { name } }"}`,
	`{"query":"subscription { x }"}`, `{"query":"{ __schema { queryType { name } } }"}`, `{"query":"{ __typename }"}`, `{"query":"{ me { id ... @defer { name } } }"}`,
	`{"query":"{ me { name } }"} `, `{"query":"{ me { name } }"}x`, `{"query":"{ me { name } }"`, "\ufeff{\"query\":\"{ me { name } }\"}", "{\"query\":\"{ me { name } }\xff\"}",
	`{"query":{"query":"{ me { name } }"}}`, `[{"query":"{ me { name } }"}]`, `{"query":""}`, `{}`, ``, `null`, `{"extensions":{"persistedQuery":{}}}`,
	`{"query":"{ me { name } }","variables":[]}`, `{"query":"{ me { name } }","extensions":1}`, `{"query":"{ me { name } }","x":01}`,
}

// reply is an answer as it goes over the wire.
type reply struct {
	Status int
	Header http.Header
	Body   string
}

// post has a router answer a body.
func post(r http.Handler, body string) reply {
	request := httptest.NewRequest("POST", "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", "r")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, request)
	return reply{w.Code, w.Result().Header, w.Body.String()}
}

// forget empties the caches of a router that nobody else uses.
func forget(t testing.TB, r *Router) {
	t.Helper()
	var err error
	if r.graph.Load().plans, err = newPlans(r.config.QueryPlanning.Cache); err != nil {
		t.Fatal(err)
	}
}

// Whatever is sent, and however often: the answer is what it was at first.
func TestKnownBodiesAreAnsweredAsUnknownOnes(t *testing.T) {
	t.Parallel()
	warm, cold := serve(t, nil).router, serve(t, nil).router
	for range 4 {
		for _, body := range sent {
			forget(t, cold)
			if diff := cmp.Diff(post(cold, body), post(warm, body)); diff != "" {
				t.Errorf("%s: (-unknown +known)\n%s", body, diff)
			}
		}
	}
	known := &warm.graph.Load().plans.documents
	if known.bodies.Len() < 10 || known.texts.Len() < 10 {
		t.Errorf("%d bodies and %d texts are known", known.bodies.Len(), known.texts.Len())
	}
}

func FuzzKnownBodies(f *testing.F) {
	for _, body := range sent {
		f.Add(body)
	}
	warm, cold := serve(f, nil).router, serve(f, nil).router
	f.Fuzz(func(t *testing.T, body string) {
		forget(t, cold)
		want := post(cold, body)
		for range 3 {
			if diff := cmp.Diff(want, post(warm, body)); diff != "" {
				t.Fatalf("%q: (-unknown +known)\n%s", body, diff)
			}
		}
	})
}

// Bodies that come once each are not kept, and take no place from others.
func TestBodiesAreKeptWhenTheyComeAgain(t *testing.T) {
	t.Parallel()
	r := serve(t, func(c *Config) { c.QueryPlanning.Cache.MaxPlans = 4 }).router
	known := &r.graph.Load().plans.documents
	for i, want := range []int{0, 1, 1} {
		if post(r, sent[0]); known.bodies.Len() != want {
			t.Errorf("%d bodies are kept after request %d", known.bodies.Len(), i+1)
		}
	}
	for i := range 500 {
		post(r, fmt.Sprintf(`{"query":"{ me { name } }","extensions":{"n":%d}}`, i))
	}
	if _, ok := known.bodies.Find(sent[0]); !ok || known.bodies.Len() != 1 {
		t.Errorf("after bodies that came once: %d are kept, the first one: %t", known.bodies.Len(), ok)
	}
}

// That a body is known helps nobody who may not send it, and its sender is asked
// for as ever.
func TestKnownBodiesAreCheckedAsUnknownOnes(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	f := serveSubgraphs(t, moving(), func(c *Config) {
		withIdentity(i)(c)
		c.ProgressiveOverride.Header.Scopes = []string{"labs"}
	})
	f.router.draw = func() float64 { return 99 }
	body := `{"query":"{ item { named } }"}`
	labs := bearer(i.tokenWith(t, map[string]any{"iss": "https://issuer.test", "aud": "weft", "scope": "labs"}))
	labs.Set("Override-Labels", "named")
	with := func(header http.Header, name, value string) http.Header {
		out := header.Clone()
		out.Set(name, value)
		return out
	}
	expired := bearer(i.token(t, time.Now().Add(-time.Hour)))
	for range 4 {
		for _, c := range []struct {
			name   string
			header http.Header
			status int
			text   string
		}{
			{"anybody", http.Header{}, 200, `{"data":{"item":{"named":"old"}}}`},
			{"a label without a scope", http.Header{"Override-Labels": {"named"}}, 200, `{"data":{"item":{"named":"old"}}}`},
			{"a label", labs, 200, `{"data":{"item":{"named":"new"}}}`},
			{"an expired token", expired, 401, "AUTH_ERROR"},
			{"a form of another origin", http.Header{"Content-Type": {"text/plain"}}, 415, "INVALID_CONTENT_TYPE_HEADER"},
			{"a page", http.Header{"Accept": {"text/html"}}, 406, "INVALID_ACCEPT_HEADER"},
			{"compressed", with(labs, "Content-Encoding", "gzip"), 415, "INVALID_CONTENT_TYPE_HEADER"},
		} {
			if a := f.send(t, "POST", "/graphql", body, c.header); a.Status != c.status || !strings.Contains(a.Text, c.text) {
				t.Errorf("%s: %d %s", c.name, a.Status, a.Text)
			}
		}
	}
	if known := f.router.graph.Load().plans.documents.bodies.Len(); known != 1 {
		t.Errorf("%d bodies are known", known)
	}
}

// What a body means is forgotten with the supergraph for which it meant that.
func TestReplaceForgetsBodies(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), nil)
	first := moving()
	second := moving()
	for i := range second {
		second[i].SDL = strings.ReplaceAll(second[i].SDL, "stays: String", "rests: String")
	}
	body := `{"query":"{ item { stays } }"}`
	answers := []reply{post(f.router, body)}
	graphs := []func() error{
		func() error { return f.router.Replace(t.Context(), compose(t, f.sources(t, first))) },
		func() error { return f.router.Replace(t.Context(), compose(t, f.sources(t, second))) },
	}
	if err := graphs[1](); err != nil {
		t.Fatal(err)
	}
	if answers = append(answers, post(f.router, body)); answers[0].Body == answers[1].Body {
		t.Fatalf("both supergraphs answer %s", answers[0].Body)
	}
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if got := post(f.router, body); got.Body != answers[0].Body && got.Body != answers[1].Body {
					t.Errorf("got %s", got.Body)
				}
			}
		})
	}
	for i := range 20 {
		if err := graphs[i%2](); err != nil {
			t.Error(err)
		}
		for range 3 {
			if diff := cmp.Diff(answers[i%2], post(f.router, body)); diff != "" {
				t.Errorf("after the supergraph was replaced: %s", diff)
			}
		}
	}
	close(done)
	group.Wait()
}
