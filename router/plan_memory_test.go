//go:build !race

// Under the race detector allocations mean nothing.

package router

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/router/internal/transport"
	"github.com/weftql/weft/schema/universe"
)

// idle is a graph that is asked for its plans only.
func idle(t testing.TB, config Config, seed uint64) *graph {
	t.Helper()
	u := universe.Random(seed, universe.Answerable())
	for i := range u.Subgraphs {
		u.Subgraphs[i].URL = "http://127.0.0.1:1"
	}
	r, err := New(config, compose(t, u.Subgraphs), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return r.graph.Load()
}

// lookup is a request that came before, at a graph that knows it.
type lookup struct {
	graph *graph
	body  *transport.Body
	terms terms
	// number, if it is there, is a part of the body that does not matter, so that
	// the body is another one each time, but its text is not.
	number []byte
}

// lookups are the ways to find a plan.
var lookups = []string{"body", "body, labels", "text"}

func newLookup(t testing.TB, way string) *lookup {
	t.Helper()
	for seed := range uint64(200) { // a few operations on each of a few universes
		l := &lookup{graph: idle(t, Config{}, 4+seed/20), terms: terms{labels: choice{claimed: []string{"beta"}, draw: 3}, deadline: time.Now().Add(time.Hour)}}
		l.body = plainBody(t, universe.RandomOperation(seed, l.graph.supergraph.API).Query)
		a, _, err := l.graph.prepare(t.Context(), l.body, &l.terms)
		if err != nil || len(a.document.labels) > 0 != (way == "body, labels") {
			continue
		}
		if way == "text" {
			l.body = bodyOf(t, strings.TrimSuffix(string(l.body.Bytes()), "}")+`,"extensions":{"n":10000000}}`)
			l.number = l.body.Bytes()[len(l.body.Bytes())-len("0000000}}"):][:7]
		}
		l.find(t, t.Context()) // the second time
		return l
	}
	t.Fatal("there is no such operation")
	return nil
}

// find goes from the bytes of a body to its plan.
func (l *lookup) find(t testing.TB, ctx context.Context) {
	for i := len(l.number) - 1; i >= 0; i-- {
		if l.number[i]++; l.number[i] <= '9' {
			break
		}
		l.number[i] = '0'
	}
	if _, _, err := l.graph.prepare(ctx, l.body, &l.terms); err != nil {
		t.Fatal(err)
	}
}

func TestWarmLookupAllocatesNothing(t *testing.T) {
	for _, way := range lookups {
		l, ctx := newLookup(t, way), context.Background()
		if n := testing.AllocsPerRun(100, func() { l.find(t, ctx) }); n != 0 {
			t.Errorf("by %s: %v allocations", way, n)
		}
		if kept := l.graph.plans.documents.bodies.Len(); kept == 0 != (way == "text") {
			t.Errorf("by %s: %d bodies are kept", way, kept)
		}
	}
}

func BenchmarkCacheHit(b *testing.B) {
	for _, way := range lookups {
		b.Run(way, func(b *testing.B) {
			l, ctx := newLookup(b, way), context.Background()
			b.SetBytes(int64(len(l.body.Bytes())))
			b.ReportAllocs()
			for b.Loop() {
				l.find(b, ctx)
			}
		})
	}
}

func BenchmarkCacheMiss(b *testing.B) {
	l, ctx := newLookup(b, "body"), context.Background()
	b.SetBytes(int64(len(l.body.Bytes())))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		var err error
		if l.graph.plans, err = newPlans(PlanningConfig{}.withDefaults().Cache); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		l.find(b, ctx)
	}
}

// bodyOf is the body of a request.
func bodyOf(t testing.TB, text string) *transport.Body {
	t.Helper()
	body, err := transport.ReadBody(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// plainBody is the body of a request with a query alone.
func plainBody(t testing.TB, query string) *transport.Body {
	t.Helper()
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	return bodyOf(t, string(text))
}

// planMany plans operations that differ, and returns how many there were.
func planMany(t *testing.T, g *graph, count int) (planned int) {
	t.Helper()
	for seed := uint64(0); planned < count; seed++ {
		o := universe.RandomOperation(seed, g.supergraph.API)
		if len(o.Query) > 300 { // those take longer, but prove no more
			continue
		}
		o.Query = strings.Replace(o.Query, "{", fmt.Sprintf("{ number%d: __typename ", seed), 1)
		body := plainBody(t, o.Query)
		if _, _, err := g.prepare(t.Context(), body, &terms{labels: choice{draw: 100}, deadline: time.Now().Add(time.Minute)}); err == nil {
			planned++
		}
		body.Release()
		if seed > uint64(20*count+1000) {
			t.Fatalf("%d of %d operations were planned", planned, seed)
		}
	}
	return planned
}

func heap() int {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// What plans are said to take is about what they take.
func TestPlansStateTheirMemory(t *testing.T) {
	g := idle(t, Config{QueryPlanning: PlanningConfig{Cache: PlanCacheConfig{MaxPlans: 10_000, MaxBytes: 1 << 30}}}, 6)
	planMany(t, g, 100)
	before, stated := heap(), g.plans.documents.texts.Bytes()+g.plans.planned.Bytes()
	planMany(t, g, 1000)
	grown, stated := heap()-before, g.plans.documents.texts.Bytes()+g.plans.planned.Bytes()-stated
	t.Logf("%d plans: stated %d bytes, grown by %d", g.plans.planned.Len(), stated, grown)
	if grown > stated*3/2 || stated > grown*3/2 {
		t.Errorf("stated %d bytes, grown by %d", stated, grown)
	}
}

// Ten thousand operations leave what the bounds allow, in bytes and in entries.
func TestPlansAreBounded(t *testing.T) {
	for _, tt := range []struct {
		name       string
		cache      PlanCacheConfig
		operations int
		full       func(g *graph, cache PlanCacheConfig) bool
	}{
		{"bytes", PlanCacheConfig{MaxPlans: 5000, MaxBytes: 8 << 20}, 10_000, func(g *graph, cache PlanCacheConfig) bool {
			return g.plans.planned.Bytes() > int(cache.MaxBytes)/2
		}},
		{"plans", PlanCacheConfig{MaxPlans: 200, MaxBytes: 1 << 30}, 2000, func(g *graph, cache PlanCacheConfig) bool {
			return g.plans.planned.Len() == cache.MaxPlans
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := idle(t, Config{QueryPlanning: PlanningConfig{Cache: tt.cache}}, 6)
			planMany(t, g, 10)
			before := heap()
			planMany(t, g, tt.operations)
			grown, kept := heap()-before, g.plans.planned.Bytes()+g.plans.documents.texts.Bytes()
			t.Logf("%d operations left %d plans and %d documents of %d bytes; grown by %d",
				tt.operations, g.plans.planned.Len(), g.plans.documents.texts.Len(), kept, grown)
			if bound := int(tt.cache.MaxBytes); kept > bound || grown > bound || grown > kept*3/2+1<<20 {
				t.Errorf("the heap has grown by %d bytes", grown)
			}
			if g.plans.planned.Len() > tt.cache.MaxPlans || !tt.full(g, tt.cache) {
				t.Errorf("%d plans of %d bytes are kept", g.plans.planned.Len(), g.plans.planned.Bytes())
			}
		})
	}
}
