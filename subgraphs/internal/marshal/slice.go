package marshal

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// run is how many elements are worth a goroutine of their own.
const run = 64

// Slice returns what element returns for the indexes from 0 to length, nil if it
// panicked for one: the error is in the response then. Its context leads to the
// element. The two arguments between are gqlgen's limit of goroutines and whether
// panics are left alone; generated code gives the defaults.
func Slice(ctx context.Context, length int, _ int64, _ bool, element func(ctx context.Context, i int) graphql.Marshaler) graphql.Array {
	list := make(graphql.Array, length)
	places, indexes := make([]graphql.FieldContext, length), make([]int, length)
	var panicked atomic.Bool
	one := func(i int) {
		indexes[i] = i
		places[i].Index = &indexes[i]
		ctx := graphql.WithFieldContext(ctx, &places[i])
		defer func() {
			if value := recover(); value != nil {
				graphql.AddError(ctx, graphql.Recover(ctx, value))
				panicked.Store(true)
			}
		}()
		list[i] = element(ctx, i)
	}
	runs := max(1, min(runtime.GOMAXPROCS(0), length/run))
	var group sync.WaitGroup
	for n := range runs - 1 {
		group.Go(func() {
			for i := length * n / runs; i < length*(n+1)/runs; i++ {
				one(i)
			}
		})
	}
	for i := length * (runs - 1) / runs; i < length; i++ {
		one(i)
	}
	group.Wait()
	if panicked.Load() {
		return nil
	}
	return list
}
