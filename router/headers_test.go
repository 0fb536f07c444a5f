package router

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withHeaders returns a change to a configuration that adds rules for headers.
func withHeaders(t *testing.T, rules string) func(*Config) {
	t.Helper()
	file, err := ReadConfig("weft.yaml", []byte("headers:\n"+rules), environment)
	if err != nil {
		t.Fatal(err)
	}
	return func(config *Config) { config.Headers = file.Config.Headers }
}

func TestHeadersGoToSubgraphsAndBack(t *testing.T) {
	t.Parallel()
	f := serve(t, withHeaders(t, `
  all:
    request:
    - propagate: {named: X-User}
    response:
    - propagate: {named: X-Cost, algorithm: append}
  subgraphs:
    people:
      request:
      - insert: {name: X-Key, value: "${env.ADDRESS}"}
      response:
      - propagate: {named: Set-Cookie}
`))
	answers := map[string]http.HandlerFunc{}
	for name, handler := range f.handlers {
		answers[name] = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Cost", name)
			w.Header().Set("X-Secret", "1")
			w.Header().Set("Set-Cookie", "from="+name)
			handler.ServeHTTP(w, r)
		}
		answer := answers[name]
		f.faults[name].Store(&answer)
	}
	a := f.send(t, "POST", "/graphql", `{"query":"{ me { name pets } }"}`, http.Header{"X-User": {"ann"}, "X-Other": {"1"}, "Cookie": {"c=1"}})
	if a.Status != 200 || a.Errors != nil {
		t.Fatal(a.Text)
	}
	want := map[string][]string{"X-Cost": {"people, pets"}, "Set-Cookie": {"from=people"}, "X-Secret": nil}
	for name, values := range want {
		if diff := cmp.Diff(values, a.Header[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, key := range map[string][]string{"people": {"127.0.0.1:9"}, "pets": nil} {
		got := f.handlers[name].Requests()[0].Header
		if !cmp.Equal(got["X-User"], []string{"ann"}) || !cmp.Equal(got["X-Key"], key) || got["X-Other"] != nil || got["Cookie"] != nil {
			t.Errorf("%s was sent %v", name, got)
		}
	}
}

func TestHeadersStayByDefault(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	f.send(t, "POST", "/graphql", `{"query":"{ me { name } }"}`, http.Header{"X-User": {"ann"}, "Authorization": {"Bearer x"}, "Cookie": {"c=1"}})
	for name := range f.handlers["people"].Requests()[0].Header {
		switch name {
		case "Accept", "Content-Type", "Content-Length", "User-Agent":
		default:
			t.Errorf("the header %s was sent", name)
		}
	}
}

// TestHeadersKeepClientsApart has many clients ask the same at once, of a subgraph
// whose answer depends on a header and sets a cookie now and then.
func TestHeadersKeepClientsApart(t *testing.T) {
	t.Parallel()
	f := serve(t, withHeaders(t, `
  all:
    request: [{propagate: {named: X-User}}, {propagate: {named: Traceparent}}]
    response: [{propagate: {named: Set-Cookie}}, {propagate: {named: X-Name}}]
`))
	var asked atomic.Int32
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user := r.Header.Get("X-User")
		if n := asked.Add(1); strings.HasPrefix(user, "cookie") {
			w.Header().Set("Set-Cookie", fmt.Sprintf("session=%s-%d", user, n))
		}
		w.Header().Set("X-Name", user)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"data":{"me":{"name":%q}}}`, user)
	})
	f.faults["people"].Store(&answer)
	const clients, rounds = 12, 20
	var cookies sync.Map
	var wait sync.WaitGroup
	for client := range clients {
		wait.Go(func() {
			user := []string{"ann", "bob", "cookie"}[client%3]
			for round := range rounds {
				a := f.send(t, "POST", "/graphql", `{"query":"{ me { name } }"}`, http.Header{"X-User": {user}, "Traceparent": {fmt.Sprint(client, round)}})
				if want := fmt.Sprintf(`{"data":{"me":{"name":%q}}}`, user); a.Text != want || a.Header.Get("X-Name") != user {
					t.Errorf("%s got %s with %v", user, a.Text, a.Header)
				}
				cookie := a.Header.Get("Set-Cookie")
				if strings.HasPrefix(cookie, "session="+user+"-") != (user == "cookie") {
					t.Errorf("%s got the cookie %q", user, cookie)
				}
				if _, known := cookies.LoadOrStore(cookie, true); known && cookie != "" {
					t.Errorf("two have the cookie %q", cookie)
				}
			}
		})
	}
	wait.Wait()
	if n := asked.Load(); n < rounds*clients/3 {
		t.Errorf("%d requests for %d cookies", n, rounds*clients/3)
	}
}

// TestHeadersOfAFailedSubgraph has one subgraph refuse to answer: what its response
// says besides still comes back.
func TestHeadersOfAFailedSubgraph(t *testing.T) {
	t.Parallel()
	f := serve(t, withHeaders(t, "  subgraphs: {pets: {response: [{propagate: {named: Retry-After}}]}}\n"))
	busy := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	f.faults["pets"].Store(&busy)
	a := f.query(t, "{ me { name pets } }")
	if a.Header.Get("Retry-After") != "7" || len(a.Errors) != 1 {
		t.Errorf("%s with %v", a.Text, a.Header)
	}
}
