package router

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weftql/weft/schema/supergraph"
)

// Replace makes the router answer with another supergraph. Before it does, the
// operations that were asked for most are planned anew, within the bounds of
// query_planning.warm_up; one that cannot be planned any more is left out, as its
// clients will be told when they ask for it. Requests that are under way end with
// the supergraph that they began with.
//
// On an error nothing has changed: the supergraph is not usable with the
// router's configuration (*FieldError), or ctx has ended.
func (r *Router) Replace(ctx context.Context, s *supergraph.Supergraph) error {
	r.replacing.Lock()
	defer r.replacing.Unlock()
	if err := r.config.validate(namesOf(s)); err != nil {
		return err
	}
	next, err := r.build(s)
	if err != nil {
		return err
	}
	old := r.graph.Load()
	if *r.config.QueryPlanning.WarmUp.Enabled {
		r.warmUp(ctx, old, next)
	}
	if err := ctx.Err(); err != nil {
		next.close()
		return err
	}
	r.graph.Store(next)
	old.close()
	return nil
}

// close releases what a graph holds beyond its memory. Requests that still use it
// are answered.
func (g *graph) close() { g.client.Close() }

// warmUp plans what the old graph was asked for most.
func (r *Router) warmUp(ctx context.Context, old, next *graph) {
	config := r.config.QueryPlanning.WarmUp
	ctx, cancel := context.WithTimeout(ctx, config.Timeout)
	defer cancel()
	defer next.plans.wait()
	begun := time.Now()
	hottest := old.plans.planned.Hottest(config.MaxOperations)
	var taken, made, skipped atomic.Int64
	var group sync.WaitGroup
	// Requests go on meanwhile: half of the processors are theirs.
	for range max(1, runtime.GOMAXPROCS(0)/2) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(taken.Add(1)) - 1
				if i >= len(hottest) {
					return
				}
				switch err := next.warm(ctx, hottest[i]); {
				case err == nil:
					made.Add(1)
				case ctx.Err() != nil:
				default:
					skipped.Add(1)
					r.log.DebugContext(ctx, "warm up: the operation is left out", "error", err.Error())
				}
			}
		})
	}
	group.Wait()
	r.log.InfoContext(ctx, "warmed up", "plans", made.Load(), "left_out", skipped.Load(),
		"not_reached", int64(len(hottest))-made.Load()-skipped.Load(), "duration", time.Since(begun).String())
}
