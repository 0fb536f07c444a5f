package router

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

var (
	cases     = flag.Int("universe.cases", 300, "how many random operations TestUniverse executes")
	firstSeed = flag.Uint64("universe.seed", 1, "the seed of TestUniverse's first universe")
	verbose   = flag.Bool("universe.verbose", false, "shrink operations that fail, and print the schemas and what the subgraphs were asked")
)

// operationsPerUniverse is how many operations share one universe: composing is
// the expensive part.
const operationsPerUniverse = 5

// TestUniverse executes random operations on random universes, through the whole
// router and over HTTP, and compares the data with what one server that has all
// of the universe answers.
func TestUniverse(t *testing.T) {
	t.Parallel()
	var counts tally
	for seed := *firstSeed; counts.cases < *cases; seed++ {
		tryUniverse(t, seed, &counts)
		if counts.universes > *cases {
			t.Fatalf("too few universes compose: %+v", counts)
		}
	}
	t.Logf("%+v", counts)
	if counts.nonEmpty*10 < counts.cases*9 {
		t.Errorf("less than 90 %% of the answers have leaves: %+v", counts)
	}
}

// tally counts what TestUniverse did.
type tally struct {
	universes, composed, labelled, cases, refused, nonEmpty, fetches, failed int
}

func tryUniverse(t *testing.T, seed uint64, counts *tally) {
	t.Helper()
	u := universe.Random(seed, universe.Answerable())
	counts.universes++
	// Requests set no label of a progressive override, or all but "percent(0)".
	var labels []string
	if seed%2 == 0 {
		labels = []string{"beta", "percent(50)"}
	}
	w := newUniverseFixture(t, u, labels)
	if w == nil {
		return
	}
	defer w.close()
	counts.composed++
	if len(w.router.graph.Load().overrides.labels) > 0 {
		counts.labelled++
	}
	w.compare(t, u, seed, counts)
}

// compare asks the router and the monolith the same random operations.
func (w *universeFixture) compare(t *testing.T, u universe.Universe, seed uint64, counts *tally) {
	t.Helper()
	for i := range uint64(operationsPerUniverse) {
		o := universe.RandomOperation(seed*operationsPerUniverse+i, w.graph.API)
		want, errs := w.monolith.Execute(o)
		got, raw := w.ask(t, o)
		if bytes.Contains(raw, []byte(`"UNSUPPORTED_FEATURE"`)) {
			counts.refused++
			continue
		}
		counts.cases++
		counts.fetches += w.requests()
		if len(leaves(got)) > 0 {
			counts.nonEmpty++
		}
		if diff := cmp.Diff(decode(t, want), got); diff != "" || bytes.Contains(raw, []byte(`"errors"`)) != (len(errs) > 0) {
			counts.failed++
			if *verbose {
				o = universe.ShrinkOperation(o, func(o universe.Operation) bool { return w.fails(t, o) })
				diff = ""
				_, raw = w.ask(t, o)
			}
			t.Errorf("seed %d, operation %d: (-monolith +router)\n%s\nanswer: %s\n%s\nvariables: %v%s", seed, i, diff, raw, o.Query, o.Variables, w.describe(u))
		}
	}
}

// universeFixture is a router before the subgraphs of a universe.
type universeFixture struct {
	graph    *supergraph.Supergraph
	monolith *universe.Monolith
	router   *Router
	handlers []*universe.Handler
	servers  []*httptest.Server
}

// newUniverseFixture returns nil if the universe does not compose, or has fields
// that nobody can answer.
func newUniverseFixture(t *testing.T, u universe.Universe, labels []string) *universeFixture {
	t.Helper()
	same := func(_ int, h http.Handler) http.Handler { return h }
	return newUniverseFixtureBehind(t, u, labels, same, func(*Config) {})
}

// newUniverseFixtureBehind has something stand before each subgraph, and changes
// the router's configuration.
func newUniverseFixtureBehind(t *testing.T, u universe.Universe, labels []string, before func(int, http.Handler) http.Handler, change func(*Config)) *universeFixture {
	t.Helper()
	handlers, err := u.Serve(labels...)
	if errors.Is(err, universe.ErrUnanswerable) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	w := &universeFixture{handlers: handlers}
	for i, h := range handlers {
		server := httptest.NewServer(before(i, h))
		w.servers = append(w.servers, server)
		u.Subgraphs[i].URL = server.URL
	}
	composed, err := composition.Compose(t.Context(), u.Subgraphs, composition.Options{})
	if err != nil {
		w.close()
		return nil
	}
	if w.graph, err = supergraph.Parse("supergraph", composed.Supergraph); err != nil {
		t.Fatal(err)
	}
	if w.monolith, err = u.Monolith(w.graph.API); err != nil {
		t.Fatal(err)
	}
	config := Config{}
	config.IncludeSubgraphErrors.All.Whole = new(true)
	change(&config)
	config.ProgressiveOverride.Labels = map[string]bool{"beta": slices.Contains(labels, "beta")}
	if w.router, err = New(config, w.graph, slog.New(slog.NewTextHandler(io.Discard, nil))); err != nil {
		t.Fatal(err)
	}
	w.router.draw = func() float64 { return 99 }
	if slices.Contains(labels, "percent(50)") {
		w.router.draw = func() float64 { return 1 }
	}
	return w
}

func (w *universeFixture) close() {
	for _, s := range w.servers {
		s.Close()
	}
}

// ask sends an operation to the router and returns its data and all of its
// answer.
func (w *universeFixture) ask(t *testing.T, o universe.Operation) (data any, raw []byte) {
	t.Helper()
	for _, h := range w.handlers {
		h.Reset()
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(o.Body()))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	w.router.ServeHTTP(recorder, request)
	raw = recorder.Body.Bytes()
	var answer struct{ Data json.RawMessage }
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Errorf("%v in %s", err, raw)
		return nil, raw
	}
	return decode(t, answer.Data), raw
}

// fails reports whether the router's data, or that there are errors, is not what
// the monolith gives; an operation that is not valid does not fail.
func (w *universeFixture) fails(t *testing.T, o universe.Operation) bool {
	t.Helper()
	want, errs := w.monolith.Execute(o)
	if want == nil {
		return false
	}
	got, raw := w.ask(t, o)
	return !cmp.Equal(decode(t, want), got) || bytes.Contains(raw, []byte(`"errors"`)) != (len(errs) > 0)
}

// requests counts what the subgraphs were asked.
func (w *universeFixture) requests() (n int) {
	for _, h := range w.handlers {
		n += len(h.Requests())
	}
	return n
}

func (w *universeFixture) describe(u universe.Universe) string {
	if !*verbose {
		return ""
	}
	var b strings.Builder
	for i, s := range u.Subgraphs {
		fmt.Fprintf(&b, "\n-- %s.graphqls --\n%s", s.Name, s.Sources[0].Text)
		for _, r := range w.handlers[i].Requests() {
			fmt.Fprintf(&b, "asked: %s\n  representations: %s\n", r.Query, r.Representations)
		}
	}
	return b.String()
}

func decode(t *testing.T, text json.RawMessage) any {
	t.Helper()
	if len(text) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Errorf("%v in %s", err, text)
	}
	return value
}

// leaves lists the values of an answer that are not null.
func leaves(value any) (list []any) {
	switch v := value.(type) {
	case nil:
	case map[string]any:
		for _, child := range v {
			list = append(list, leaves(child)...)
		}
	case []any:
		for _, child := range v {
			list = append(list, leaves(child)...)
		}
	default:
		list = append(list, v)
	}
	return list
}
