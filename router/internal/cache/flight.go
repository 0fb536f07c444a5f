package cache

import (
	"context"
	"fmt"
	"runtime/debug"
)

// flight is a value that is being made, and for how many.
type flight[V any] struct {
	waiting int // guarded by the cache's lock
	cancel  context.CancelFunc
	done    chan struct{} // closed when what follows is there

	value V
	err   error
	panic *Panic
}

// Panic is what Do panics with when Make has: in a goroutine of its own.
type Panic struct {
	Value any
	Stack []byte // of the goroutine in which it happened
}

// Error says what the panic was and where.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n%s", p.Value, p.Stack) }

// Do returns the value of a key; if it is not there, make makes it. Several that
// ask for one key at the same time wait for one make, each until its own ctx
// ends, which is then the error. make has a context that ends when nobody waits
// any more; it has the values of the first caller's. Its errors are returned to
// all who wait, and are not kept.
func (c *Cache[K, V]) Do(ctx context.Context, key K, make Make[V]) (value V, err error) {
	f, value, found := c.join(ctx, key, make)
	if found {
		return value, nil
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		c.leave(key, f)
		return value, ctx.Err()
	}
	if f.panic != nil {
		panic(f.panic)
	}
	return f.value, f.err
}

// join returns the flight of a key, which begins if there is none, or the value
// if it is there.
func (c *Cache[K, V]) join(ctx context.Context, key K, make Make[V]) (f *flight[V], value V, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		return nil, e.use(), true
	}
	f = c.flights[key]
	if f == nil {
		var flying context.Context
		f = newFlight[V]()
		flying, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
		c.flights[key] = f
		c.making.Go(func() { c.fly(flying, key, f, make) })
	}
	f.waiting++
	return f, value, false
}

func newFlight[V any]() *flight[V] { return &flight[V]{done: make(chan struct{})} }

// leave ends a wait. A flight that nobody waits for is cancelled, and who asks
// next begins another one.
func (c *Cache[K, V]) leave(key K, f *flight[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	f.cancel()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
}

// fly makes the value, and keeps it.
func (c *Cache[K, V]) fly(ctx context.Context, key K, f *flight[V], make Make[V]) {
	defer f.cancel()
	defer close(f.done)
	bytes := f.make(ctx, make)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[key] == f {
		delete(c.flights, key)
	}
	if f.err == nil && f.panic == nil {
		c.add(key, f.value, bytes)
	}
}

func (f *flight[V]) make(ctx context.Context, make Make[V]) (bytes int) {
	defer func() {
		if v := recover(); v != nil {
			f.panic = &Panic{v, debug.Stack()}
		}
	}()
	f.value, bytes, f.err = make(ctx)
	return bytes
}
