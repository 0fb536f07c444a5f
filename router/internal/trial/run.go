package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/weftql/weft/schema/universe"
)

// Run says which trials are made. The same Run makes the same ones, whatever the
// number of workers; more workers may add some at the end.
type Run struct {
	// Cases is how many trials are made at least.
	Cases int
	// Seed is that of the first universe; the next ones follow.
	Seed uint64
	// Operations is how many operations share one universe: composing is the dear
	// part.
	Operations int
	// Workers is how many universes are tried at the same time.
	Workers int
	// Options weigh what the universes have.
	Options universe.Options
	// Failed is called with each case that fails and how many were tried by then, by
	// one goroutine at a time. Trials end when it returns false.
	Failed func(tried int, c Case, t *Trial) bool
}

// Do makes the trials and counts them. Its error is about the universes and
// operations, which are then not what they are meant to be, or it is ctx's.
func (r Run) Do(ctx context.Context) (*Tally, error) {
	w := &worker{run: r, tally: &Tally{}}
	w.seed.Store(r.Seed)
	var group sync.WaitGroup
	for range r.Workers {
		group.Go(func() { w.work(ctx) })
	}
	group.Wait()
	if w.err == nil {
		w.err = ctx.Err()
	}
	return w.tally, w.err
}

// worker is what the workers of a Run share.
type worker struct {
	run  Run
	seed atomic.Uint64

	mu    sync.Mutex
	tally *Tally
	err   error
	ended bool
}

func (w *worker) work(ctx context.Context) {
	for {
		seed := w.seed.Add(1) - 1
		w.mu.Lock()
		enough := w.ended || w.err != nil || w.tally.Cases >= w.run.Cases || ctx.Err() != nil
		if !enough && w.tally.Universes > 100 && w.tally.NotComposed > w.tally.Universes/2 {
			w.err = fmt.Errorf("trial: %d of %d universes do not compose", w.tally.NotComposed, w.tally.Universes)
		}
		w.mu.Unlock()
		if enough {
			return
		}
		if err := w.universe(ctx, seed); err != nil {
			w.mu.Lock()
			w.err = fmt.Errorf("seed %d: %w", seed, err)
			w.mu.Unlock()
		}
	}
}

// universe tries operations on one universe.
func (w *worker) universe(ctx context.Context, seed uint64) error {
	c := Case{Universe: universe.Random(seed, w.run.Options), Settings: settingsOf(seed)}
	s, err := New(ctx, c.Universe, c.Labels)
	w.mu.Lock()
	w.tally.Universes++
	if errors.Is(err, ErrNotComposed) {
		w.tally.NotComposed++
		err = nil
	}
	w.mu.Unlock()
	if s == nil || err != nil {
		return err
	}
	for i := range w.run.Operations {
		n := seed*uint64(w.run.Operations) + uint64(i)
		c.Operation = universe.RandomOperation(n, s.Supergraph.API)
		if i%6 == 3 {
			c.Operation = universe.Defer(n, c.Operation)
		}
		t, err := s.Try(ctx, c.Operation, c.Config())
		if err != nil {
			return fmt.Errorf("operation %d: %w\n%s", i, err, c.Operation.Query)
		}
		rows := s.Rows(t)
		w.mu.Lock()
		w.tally.add(t, rows)
		if t.Caught() != "" && !w.ended && !w.run.Failed(w.tally.Cases, c, t) {
			w.ended = true
		}
		w.mu.Unlock()
	}
	return nil
}

// settingsOf varies how operations are planned: half of the universes have labels
// set, some get a request for each place, and for some planning takes the first
// plan that it finds.
func settingsOf(seed uint64) Settings {
	var s Settings
	if seed%2 == 0 {
		s.Labels = []string{"beta", "percent(50)"}
	}
	s.Separate = seed%5 == 3
	if seed%7 == 5 {
		s.MaxWork = 1
	}
	return s
}
