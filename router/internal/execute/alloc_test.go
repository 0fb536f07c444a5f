//go:build !race

// Under the race detector sync.Pool drops what it is given at random, and
// allocations mean nothing.

package execute_test

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"testing"

	"github.com/weftql/weft/router/internal/execute"
	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/universe"
)

// replay answers requests as another Fetcher has answered them before, without
// allocating anything.
type replay struct {
	from    subgraph.Sender // nil when everything is recorded
	mutex   sync.Mutex
	answers map[string][]byte
}

func (r *replay) Send(call *subgraph.Call, request *subgraph.Request, answer *subgraph.Response) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	body, ok := r.answers[string(request.Body)]
	if !ok {
		if r.from == nil {
			return errors.New("the request was not recorded")
		}
		if err := r.from.Send(call, request, answer); err != nil {
			return err
		}
		if r.answers == nil {
			r.answers = map[string][]byte{}
		}
		r.answers[string(request.Body)] = slices.Clone(answer.Body)
		return nil
	}
	answer.Status, answer.Body = 200, append(answer.Body[:0], body...)
	return nil
}

func recorded(t testing.TB, rows int) (*execute.Program, *replay) {
	t.Helper()
	f := federate(t, universe.Warehouse(rows))
	program := f.program(t, universe.WarehouseQuery)
	execute.Unpoison(program)
	r := &replay{from: f.client}
	out := program.Execute(t.Context(), execute.Input{Flights: flights(r)})
	if len(out.Errors) > 0 {
		t.Fatal(out.Errors)
	}
	out.Release()
	r.from = nil
	return program, r
}

func TestExecute_allocates_nothing_for_rows(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which empties the pool
	allocations := map[int]float64{}
	for _, rows := range []int{10, 1000} {
		program, r := recorded(t, rows)
		input, ctx := execute.Input{Flights: subgraph.NewFlights(r, subgraph.FlightConfig{})}, context.Background()
		execute := func() {
			out := program.Execute(ctx, input)
			if len(out.Errors) > 0 {
				t.Error(out.Errors)
			}
			out.Release()
		}
		execute()
		allocations[rows] = testing.AllocsPerRun(50, execute)
	}
	t.Logf("allocations: %v", allocations)
	if allocations[10] != 0 || allocations[1000] != 0 {
		t.Errorf("allocations for 10 rows %v, for 1000 rows %v, want none", allocations[10], allocations[1000])
	}
}

func BenchmarkExecute(b *testing.B) {
	for name, rows := range map[string]int{"10rows": 10, "1000rows": 1000} {
		b.Run(name, func(b *testing.B) {
			program, r := recorded(b, rows)
			input, ctx := execute.Input{Flights: subgraph.NewFlights(r, subgraph.FlightConfig{})}, context.Background()
			b.ReportAllocs()
			for b.Loop() {
				program.Execute(ctx, input).Release()
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	f := federate(b, universe.Warehouse(1))
	op, err := operation.New(universe.WarehouseQuery, "", f.supergraph, operation.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	p, err := plan.New(b.Context(), op, f.graph, plan.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := execute.Compile(p, f.supergraph); err != nil {
			b.Fatal(err)
		}
	}
}
