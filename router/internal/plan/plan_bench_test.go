package plan_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
)

// BenchmarkNew plans an operation from scratch.
func BenchmarkNew(b *testing.B) {
	for _, tt := range []struct{ file, name string }{
		{"keys", "chain"}, {"requires_nested", "diamond"}, {"abstract", "deeper"}, {"batch", "different"},
	} {
		b.Run(tt.file+"/"+tt.name, func(b *testing.B) {
			archive, err := txtar.ParseFile("testdata/" + tt.file + ".txtar")
			if err != nil {
				b.Fatal(err)
			}
			u := readUniverse(b, archive)
			for _, f := range archive.Files {
				if f.Name == "operation "+tt.name {
					benchmarkPlan(b, u, string(f.Data))
				}
			}
		})
	}
	b.Run("many plans", func(b *testing.B) {
		u, text := manyPlans(b)
		benchmarkPlan(b, u, text)
	})
}

// BenchmarkRandomOperations plans random operations on random universes, each of
// them cold: the normal form is there, nothing else.
func BenchmarkRandomOperations(b *testing.B) {
	tasks := randomTasks(b, 1200)
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range tasks {
			// Some cannot be planned; saying so takes time, too.
			_, _ = plan.New(b.Context(), t.op, t.u.graph, plan.Config{})
		}
	}
	b.ReportMetric(float64(len(tasks)), "operations")
}

func benchmarkPlan(b *testing.B, u *universe, text string) {
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := plan.New(b.Context(), op, u.graph, plan.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}

// manyPlans is a universe of seven subgraphs that know nearly every entity, and
// an operation with some 340 places of objects: the number of ways to plan it
// is astronomical.
func manyPlans(t testing.TB) (*universe, string) {
	t.Helper()
	const graphs, types = 7, 6
	u := &universe{subgraphs: map[string]string{}, schemas: map[string]*ast.Schema{}}
	for g := range graphs {
		var sdl strings.Builder
		sdl.WriteString(head + "type Query { root: T0 @shareable }\n")
		for k := range types {
			fmt.Fprintf(&sdl, "type T%d @key(fields: \"id\") { id: ID! own%d: Int ", k, g)
			for f := range 4 {
				if (f+g+k)%3 != 0 {
					fmt.Fprintf(&sdl, "shared%d: Int @shareable ", f)
				}
			}
			for f := range 4 {
				if (f+2*g+k)%4 != 0 {
					fmt.Fprintf(&sdl, "to%d: [T%d] @shareable ", f, (k+f+1)%types)
				}
			}
			sdl.WriteString("}\n")
		}
		u.subgraphs[fmt.Sprintf("g%d", g)] = sdl.String()
	}
	if err := u.compose(t.Context()); err != nil {
		t.Fatal(err)
	}
	var selection func(depth int) string
	selection = func(depth int) string {
		fields := fmt.Sprintf("shared%d shared%d own%d ", depth%4, (depth+1)%4, depth)
		if depth < 4 {
			for f := range 4 {
				fields += fmt.Sprintf("to%d { %s} ", f, selection(depth+1))
			}
		}
		return fields
	}
	return u, "{ root { " + selection(0) + "} }"
}

func TestPlanningIsBounded(t *testing.T) {
	t.Parallel()
	u, text := manyPlans(t)
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(t.Context(), op, u.graph, plan.Config{MaxWork: 1})
	if err != nil {
		t.Fatalf("a spent budget must still give a plan: %v", err)
	}
	if err := u.prove(text, p); err != nil {
		t.Error(err)
	}
	if !p.Stats.Exhausted || p.Stats.Work == 0 {
		t.Errorf("the plan does not say that its search ended early: %+v", p.Stats)
	}
	if text, err := p.JSON(u.names()); err != nil || !strings.Contains(string(text), `"exhausted":true`) {
		t.Errorf("nor does its JSON: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := plan.New(ctx, op, u.graph, plan.Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled planning gave %v", err)
	}
}

// dying is a context that ends after it has been asked a number of times.
type dying struct {
	context.Context
	left int
}

func (d *dying) Err() error {
	if d.left--; d.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestPlanningEndsWheneverItIsCancelled(t *testing.T) {
	t.Parallel()
	u, text := manyPlans(t)
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, asked := range []int{0, 1, 2, 3, 10, 30, 100, 200, 300} {
		_, err := plan.New(&dying{Context: t.Context(), left: asked}, op, u.graph, plan.Config{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled when asked the %d. time: %v", asked, err)
		}
	}
}

func TestPlansAreDeterministic(t *testing.T) {
	t.Parallel()
	u, text := manyPlans(t)
	first, err := u.plan(t, text)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		again, err := u.plan(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if first.Text(u.names()) != again.Text(u.names()) {
			t.Fatal("two plans of one operation differ")
		}
	}
}
