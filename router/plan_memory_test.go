//go:build !race

// Under the race detector allocations mean nothing.

package router

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"

	"github.com/weftql/weft/router/internal/transport"
	"github.com/weftql/weft/schema/universe"
)

// idle is a graph that is asked for its plans only.
func idle(t testing.TB, config Config) *graph {
	t.Helper()
	u := universe.Random(3, universe.Answerable())
	for i := range u.Subgraphs {
		u.Subgraphs[i].URL = "http://127.0.0.1:1"
	}
	r, err := New(config, compose(t, u.Subgraphs), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return r.graph.Load()
}

func TestWarmLookupAllocatesNothing(t *testing.T) {
	for _, labelled := range []bool{false, true} {
		g, request := warm(t, labelled)
		ctx, c := context.Background(), choice{claimed: []string{"beta"}, draw: 3}
		if n := testing.AllocsPerRun(100, func() {
			if _, _, err := g.prepare(ctx, request, c); err != nil {
				t.Error(err)
			}
		}); n != 0 {
			t.Errorf("with labels %t: %v allocations", labelled, n)
		}
	}
}

// warm is a graph with a plan for a request; with labels, the plan depends on
// them.
func warm(t testing.TB, labelled bool) (*graph, *transport.Request) {
	t.Helper()
	g := idle(t, Config{})
	for seed := range uint64(200) {
		request := &transport.Request{Query: universe.RandomOperation(seed, g.supergraph.API).Query}
		d, _, err := g.prepare(t.Context(), request, choice{claimed: []string{"beta"}, draw: 3})
		if err == nil && (len(d.labels) > 0) == labelled {
			return g, request
		}
	}
	t.Fatal("there is no such operation")
	return nil, nil
}

func BenchmarkWarmLookup(b *testing.B) {
	for _, labelled := range []bool{false, true} {
		b.Run(fmt.Sprintf("labels=%t", labelled), func(b *testing.B) {
			g, request := warm(b, labelled)
			ctx, c := context.Background(), choice{claimed: []string{"beta"}, draw: 3}
			b.SetBytes(int64(len(request.Query)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := g.prepare(ctx, request, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
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
		if _, _, err := g.prepare(t.Context(), &transport.Request{Query: o.Query}, choice{draw: 100}); err == nil {
			planned++
		}
		if seed > uint64(10*count) {
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
	g := idle(t, Config{QueryPlanning: PlanningConfig{Cache: PlanCacheConfig{MaxPlans: 10_000, MaxBytes: 1 << 30}}})
	planMany(t, g, 100)
	before, stated := heap(), g.plans.documents.Bytes()+g.plans.planned.Bytes()
	planMany(t, g, 1000)
	grown, stated := heap()-before, g.plans.documents.Bytes()+g.plans.planned.Bytes()-stated
	t.Logf("%d plans: stated %d bytes, grown by %d", g.plans.planned.Len(), stated, grown)
	if grown > stated*3/2 || stated > grown*3/2 {
		t.Errorf("stated %d bytes, grown by %d", stated, grown)
	}
}

// Ten thousand operations leave what the bound allows.
func TestPlansAreBounded(t *testing.T) {
	const bound = 8 << 20
	g := idle(t, Config{QueryPlanning: PlanningConfig{Cache: PlanCacheConfig{MaxPlans: 5000, MaxBytes: bound}}})
	planMany(t, g, 10)
	before := heap()
	planMany(t, g, 10_000)
	grown := heap() - before
	t.Logf("%d plans and %d documents, %d and %d bytes; grown by %d",
		g.plans.planned.Len(), g.plans.documents.Len(), g.plans.planned.Bytes(), g.plans.documents.Bytes(), grown)
	if grown > bound {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	if g.plans.planned.Bytes() < bound/2 {
		t.Errorf("only %d bytes are used", g.plans.planned.Bytes())
	}
}
