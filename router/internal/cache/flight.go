package cache

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Flights makes values once for all who ask for one at the same time, and keeps
// none. It is safe for concurrent use. Make one with NewFlights.
type Flights[K comparable, V any] struct {
	release func(V) // may be nil

	mu      sync.Mutex
	flights map[K]*Flight[V]

	making sync.WaitGroup
}

// Flight is a value that is made for all who ask for it at the same time. Nobody
// changes it; each who got it from Join calls Release once.
type Flight[V any] struct {
	// Value is what was made.
	Value V

	waiting int // guarded by the lock of the Flights, as is landed
	landed  bool
	cancel  context.CancelFunc
	done    chan struct{} // closed when Value and what follows is there

	err     error
	panic   *Panic
	readers atomic.Int64 // who have not called Release
	release func(V)
}

// Panic is what Join and Do panic with when making has: in a goroutine of its
// own.
type Panic struct {
	Value any
	Stack []byte // of the goroutine in which it happened
}

// Error says what the panic was and where.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n%s", p.Value, p.Stack) }

// NewFlights returns Flights without any. Unless it is nil, release gets each
// value that was made when nobody reads it any more.
func NewFlights[K comparable, V any](release func(V)) *Flights[K, V] {
	return &Flights[K, V]{release: release, flights: map[K]*Flight[V]{}}
}

// Join returns what make makes for a key, and whether it was made for this call:
// of several that ask for one key at the same time, the first. The others wait
// for the same value, each until its own ctx ends, which is then the error; the
// first one may leave too. make has a context that ends when nobody waits any
// more; it has the values of the first caller's. Its errors are returned to all
// who wait.
func (f *Flights[K, V]) Join(ctx context.Context, key K, make func(context.Context) (V, error)) (flight *Flight[V], first bool, err error) {
	one, first := f.board(ctx, key, make)
	select {
	case <-one.done:
	case <-ctx.Done():
		f.leave(key, one)
		return nil, first, ctx.Err()
	}
	if one.panic != nil {
		panic(one.panic)
	}
	if one.err != nil {
		return nil, first, one.err
	}
	return one, first, nil
}

// board returns the flight of a key, which begins if there is none.
func (f *Flights[K, V]) board(ctx context.Context, key K, make func(context.Context) (V, error)) (flight *Flight[V], first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.flights[key]
	if first = one == nil; first {
		one = newFlight(f.release)
		flying, cancel := context.WithCancel(context.WithoutCancel(ctx))
		one.cancel = cancel
		f.flights[key] = one
		f.making.Go(func() { f.fly(flying, key, one, make) })
	}
	one.waiting++
	return one, first
}

func newFlight[V any](release func(V)) *Flight[V] {
	return &Flight[V]{done: make(chan struct{}), release: release}
}

// leave ends a wait. A flight that nobody waits for is cancelled, and who asks
// next begins another one.
func (f *Flights[K, V]) leave(key K, flight *Flight[V]) {
	f.mu.Lock()
	landed := flight.landed
	if !landed {
		if flight.waiting--; flight.waiting == 0 {
			flight.cancel()
			f.remove(key, flight)
		}
	}
	f.mu.Unlock()
	if landed {
		flight.Release()
	}
}

// remove lets nobody join a flight any more. The caller holds the lock.
func (f *Flights[K, V]) remove(key K, flight *Flight[V]) {
	if f.flights[key] == flight {
		delete(f.flights, key)
	}
}

// fly makes the value for all who wait when it is there.
func (f *Flights[K, V]) fly(ctx context.Context, key K, flight *Flight[V], make func(context.Context) (V, error)) {
	defer flight.cancel()
	flight.make(ctx, make)
	f.mu.Lock()
	f.remove(key, flight)
	flight.landed = true
	flight.readers.Store(int64(flight.waiting) + 1) // with this goroutine
	f.mu.Unlock()
	close(flight.done)
	flight.Release()
}

func (f *Flight[V]) make(ctx context.Context, make func(context.Context) (V, error)) {
	defer func() {
		if v := recover(); v != nil {
			f.panic = &Panic{v, debug.Stack()}
		}
	}()
	f.Value, f.err = make(ctx)
}

// Release says that the caller reads the value no more.
func (f *Flight[V]) Release() {
	if f.readers.Add(-1) == 0 && f.release != nil && f.err == nil && f.panic == nil {
		f.release(f.Value)
	}
}

// Waiting is how many wait for values that are being made.
func (f *Flights[K, V]) Waiting() (waiting int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, flight := range f.flights {
		waiting += flight.waiting
	}
	return waiting
}

// Wait returns when nothing is being made any more, which is soon after the last
// caller of Join has returned.
func (f *Flights[K, V]) Wait() { f.making.Wait() }
