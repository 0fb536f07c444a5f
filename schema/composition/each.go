package composition

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// each calls run for each of n subgraphs, as many at a time as there are
// processors. Each call has a composer of its own, which knows of no other
// subgraph; what they find is noted in the order of the subgraphs, whichever was
// faster.
func (c *composer) each(ctx context.Context, n int, run func(one *composer, i int)) error {
	parts := make([]composer, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				parts[i] = composer{opts: c.opts, definitions: c.definitions}
				run(&parts[i], i)
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range parts {
		c.errs = append(c.errs, parts[i].errs...)
		c.hints = append(c.hints, parts[i].hints...)
	}
	return nil
}
