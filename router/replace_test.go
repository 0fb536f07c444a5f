package router

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/universe"
)

// sources are subgraphs as composition reads them, at the addresses where a
// fixture serves them.
func (f *fixture) sources(t *testing.T, subgraphs []universe.Subgraph) []federation.Subgraph {
	t.Helper()
	var out []federation.Subgraph
	for _, s := range subgraphs {
		url := ""
		for _, known := range f.router.graph.Load().supergraph.Subgraphs {
			if known.Name == s.Name {
				url = known.URL
			}
		}
		out = append(out, federation.Subgraph{Name: s.Name, URL: url, Sources: []federation.Source{{Name: s.Name, Text: s.SDL}}})
	}
	return out
}

func ask(t *testing.T, f *fixture, times int, query string, header http.Header) {
	t.Helper()
	for range times {
		if a := f.send(t, "POST", "/graphql", fmt.Sprintf(`{"query":%q}`, query), header); a.Status != 200 || a.Errors != nil {
			t.Errorf("%s: %s", query, a.Text)
		}
	}
}

// Before a new supergraph is used, what was asked most is planned for it: with the
// labels that were set, and without what it does not have any more.
func TestReplaceWarmsUp(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), func(c *Config) {
		c.ProgressiveOverride.Header.Anyone = true
		c.QueryPlanning.WarmUp.MaxOperations = 4
	})
	f.router.draw = func() float64 { return 99 }
	named := http.Header{"Override-Labels": {"named"}}
	ask(t, f, 9, "{ item { stays } }", nil)
	ask(t, f, 8, "{ item { named } }", named)
	ask(t, f, 7, "{ item { few } }", nil) // which there is no more
	ask(t, f, 6, "{ item { named } }", nil)
	ask(t, f, 2, "{ item { many } }", nil)

	next := moving()
	for i := range next {
		next[i].SDL = strings.ReplaceAll(next[i].SDL, "few: String", "less: String")
	}
	if err := f.router.Replace(t.Context(), compose(t, f.sources(t, next))); err != nil {
		t.Fatal(err)
	}
	g := f.router.graph.Load()
	if n := g.plans.planned.Len(); n != 3 {
		t.Errorf("%d plans are there", n)
	}
	ask(t, f, 1, "{ item { stays } }", nil)
	ask(t, f, 1, "{ item { named } }", named)
	ask(t, f, 1, "{ item { named } }", nil)
	if n := g.plans.planned.Len(); n != 3 {
		t.Errorf("%d plans are there after requests for the warm ones", n)
	}
	if a := f.send(t, "POST", "/graphql", `{"query":"{ item { few } }"}`, nil); len(a.Errors) != 1 || a.Errors[0].code() != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("got %s", a.Text)
	}
	if text := f.log.String(); !strings.Contains(text, `"msg":"warmed up","plans":3,"left_out":1,"not_reached":0`) {
		t.Errorf("the log is %s", text)
	}
}

func TestReplaceDoesNotWarmUpUnlessItIsTo(t *testing.T) {
	t.Parallel()
	off := false
	f := serveSubgraphs(t, moving(), func(c *Config) { c.QueryPlanning.WarmUp.Enabled = &off })
	ask(t, f, 3, "{ item { stays } }", nil)
	if err := f.router.Replace(t.Context(), compose(t, f.sources(t, moving()))); err != nil {
		t.Fatal(err)
	}
	if n := f.router.graph.Load().plans.planned.Len(); n != 0 {
		t.Errorf("%d plans are there", n)
	}
}

// The time for it is bounded: what is not planned by then is planned when it is
// asked for.
func TestReplaceDoesNotWaitForWarmth(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), func(c *Config) { c.QueryPlanning.WarmUp.Timeout = time.Nanosecond })
	ask(t, f, 3, "{ item { stays } }", nil)
	before := f.router.graph.Load()
	if err := f.router.Replace(t.Context(), compose(t, f.sources(t, moving()))); err != nil {
		t.Fatal(err)
	}
	if f.router.graph.Load() == before || !strings.Contains(f.log.String(), `"not_reached":1`) {
		t.Errorf("the log is %s", f.log.String())
	}
	ask(t, f, 1, "{ item { stays } }", nil)
}

func TestReplaceKeepsTheOldSupergraphOnErrors(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), func(c *Config) {
		c.IncludeSubgraphErrors.Subgraphs = map[string]ErrorsConfig{"new": {Whole: new(true)}}
	})
	before := f.router.graph.Load()
	alone := []federation.Subgraph{{Name: "other", URL: "http://127.0.0.1:1", Sources: []federation.Source{{Name: "o", Text: "type Query { a: Int }"}}}}
	var field *FieldError
	if err := f.router.Replace(t.Context(), compose(t, alone)); !errors.As(err, &field) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.router.Replace(ended, compose(t, f.sources(t, moving()))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if f.router.graph.Load() != before {
		t.Error("the supergraph was replaced")
	}
	ask(t, f, 1, "{ item { stays } }", nil)
}

// No request fails while supergraphs come and go.
func TestReplaceUnderTraffic(t *testing.T) {
	t.Parallel()
	f := serveSubgraphs(t, moving(), nil)
	next := compose(t, f.sources(t, moving()))
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			ask(t, f, 30, []string{"{ item { stays } }", "{ item { named few many } }"}[i%2], nil)
		})
	}
	for range 10 {
		if err := f.router.Replace(t.Context(), next); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
}
