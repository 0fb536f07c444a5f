package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
)

// effort is what planning costs on any machine: choices that are looked at, and
// allocations.
type effort struct{ work, objects int }

// effortOf plans an operation, or learns that it cannot be planned.
func effortOf(t *testing.T, u *universe, text string) (effort, *plan.Plan, error) {
	t.Helper()
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var p *plan.Plan
	objects, _ := allocations(func() { p, err = plan.New(t.Context(), op, u.graph, plan.Config{}) })
	out := effort{objects: objects}
	if p != nil {
		out.work = p.Stats.Work
	}
	return out, p, err
}

// Operations as large and as deep as the limits allow must not keep the planner
// busy: one twice as large takes about twice the effort. The test is not parallel,
// so that it counts its own allocations only.
func TestEffortGrowsWithTheOperation(t *testing.T) {
	read := func(name string) *universe {
		archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		return readUniverse(t, archive)
	}
	requires, unreachable := read("requires_ping_pong"), read("unreachable")
	many, _ := manyPlans(t)
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	for _, tt := range []struct {
		name string
		u    *universe
		size int
		text func(size int) string
		most int // choices that may be looked at
	}{
		{"many lookups", requires, 2400, func(n int) string { return "{ " + repeat(n, "a#: q { r1 } ") + "}" }, 5000},
		{"many leaves", requires, 4500, func(n int) string { return "{ q { r1 " + repeat(n, "a#: f0 ") + "} }" }, 10},
		{"many fragments", many, 500, func(n int) string {
			return "{ root { " + repeat(n, "...F# ") + "} }" + repeat(n, " fragment F# on T0 { a#: own0 to0 { own1 } }")
		}, 1000},
		{"fragments in fragments", many, 256, func(n int) string { // which selects n times the same
			text := "{ root { ...F1 } }"
			for i := 1; i < n; i *= 2 {
				text += fmt.Sprintf(" fragment F%d on T0 { a: to3 { to0 { to0 { ...F%d } } } b: to3 { to0 { to0 { ...F%d } } } }", i, 2*i, 2*i)
			}
			return text + fmt.Sprintf(" fragment F%d on T0 { shared0 shared1 own3 }", n)
		}, 25_000},
		{"deep", many, 400, func(n int) string {
			return "{ root { " + strings.Repeat("to0 { shared0 ", n) + strings.Repeat("}", n) + "} }"
		}, 25_000},
		{"unsatisfiable", unreachable, 2400, func(n int) string { return "{ " + repeat(n, "a#: t { hidden } ") + "}" }, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			half, _, _ := effortOf(t, tt.u, tt.text(tt.size/2))
			full, p, err := effortOf(t, tt.u, tt.text(tt.size))
			t.Logf("effort %+v, of half the operation %+v", full, half)
			var list gqlerror.List
			switch {
			case err == nil:
				if err := tt.u.prove(tt.text(tt.size), p); err != nil {
					t.Error(err)
				}
			case !errors.As(err, &list) || list[0].Extensions["code"] != plan.CodeUnreachable:
				t.Fatal(err)
			}
			if full.work > tt.most {
				t.Errorf("%d choices were looked at, more than %d", full.work, tt.most)
			}
			if full.work > 3*half.work+10 || full.objects > 3*half.objects {
				t.Errorf("the effort grows faster than the operation: %+v, for half of it %+v", full, half)
			}
		})
	}
}

// An operation with very many possible plans is no reason to look at all of them.
func TestManyPossiblePlansTakeLittleWork(t *testing.T) {
	u, text := manyPlans(t)
	took, p, err := effortOf(t, u, text)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.prove(text, p); err != nil {
		t.Error(err)
	}
	t.Logf("%d positions, %d requests, depth %d: %+v", len(p.Positions), p.Requests(), p.Depth(), took)
	if took.work > 8000 || p.Stats.Exhausted {
		t.Errorf("%d choices were looked at", took.work)
	}
}
