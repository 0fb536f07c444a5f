package execute

import (
	"context"
	"time"

	"github.com/weftql/weft/router/internal/subgraph"
)

// grace is how much longer than a request's own time its answer is waited for:
// a request that ends by itself says better why.
const grace = 50 * time.Millisecond

// fetches makes all fetches, each as soon as those that it builds on have ended,
// and waits for them. Requests travel by themselves; all that is done with their
// answers is done here, in the goroutine of the caller. If a request panics, it
// panics when the others have ended.
func (r *run) fetches(ctx context.Context) {
	for i := range r.states {
		if r.states[i].pending == 0 {
			r.ready = append(r.ready, i)
		}
	}
	r.begins(ctx)
	r.watch()
	done := ctx.Done()
	for r.waiting > 0 {
		select {
		case index := <-r.arrived:
			r.arrive(index)
		case <-done:
			done = nil // what has arrived already is taken as usual
			r.leave(func(*subgraph.Waiter) error { return ctx.Err() })
		case now := <-r.timer.C:
			r.late = r.late || !r.input.Deadline.IsZero() && !now.Before(r.input.Deadline)
			r.leave(func(w *subgraph.Waiter) error {
				if r.late || now.Before(w.Deadline.Add(grace)) {
					return r.ended(ctx)
				}
				return &subgraph.Error{Kind: subgraph.Timeout, Reason: "it did not answer in time"}
			})
			r.wake = time.Time{}
		}
		r.begins(ctx)
		r.watch()
	}
	r.timer.Stop()
	r.wake = time.Time{}
	if r.panicked != nil {
		panic(r.panicked)
	}
}

// ended tells why nobody waits for the response any more, if that is so.
func (r *run) ended(ctx context.Context) error {
	if r.late {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// begins begins what is ready, and what becomes ready because of that.
func (r *run) begins(ctx context.Context) {
	for i := 0; i < len(r.ready); i++ {
		r.begin(ctx, r.ready[i])
	}
	r.ready = r.ready[:0]
}

// end counts a fetch as ended for those that wait for it.
func (r *run) end(index int) {
	for _, dependent := range r.program.fetches[index].dependents {
		s := &r.states[dependent]
		if s.pending--; s.pending == 0 {
			r.ready = append(r.ready, dependent)
		}
	}
}

// leave waits no longer for the answers for which reason returns an error.
func (r *run) leave(reason func(*subgraph.Waiter) error) {
	for i := range r.states {
		s := &r.states[i]
		if !s.waiting {
			continue
		}
		if err := reason(&s.waiter); err != nil && r.input.Flights.Leave(&s.waiter) {
			s.waiting = false
			r.waiting--
			r.complete(i, err)
		}
	}
}

// watch has the timer fire when the first request has taken too long, or all of them
// together. One that began later than others may have less time than they.
func (r *run) watch() {
	var first time.Time
	for i := range r.states {
		if s := &r.states[i]; s.waiting && (first.IsZero() || s.waiter.Deadline.Before(first)) {
			first = s.waiter.Deadline
		}
	}
	if first.IsZero() {
		return
	}
	first = first.Add(grace)
	if end := r.input.Deadline; !end.IsZero() && !r.late && end.Before(first) {
		first = end
	}
	if r.wake.IsZero() || first.Before(r.wake) {
		r.wake = first
		r.timer.Reset(time.Until(first))
	}
}
