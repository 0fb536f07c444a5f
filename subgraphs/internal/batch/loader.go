package batch

import (
	"context"
	"errors"
	"sync"
)

// Loader loads the value of a key, and with it those of its siblings. It is safe
// for concurrent use.
type Loader[K comparable, V any] struct {
	siblings *Siblings[K]
	fetch    func(context.Context, []K) ([]V, error)

	mu    sync.Mutex
	calls map[K]*call[V] // nil as long as nobody has asked
}

// call is a value that is loaded or being loaded.
type call[V any] struct {
	done  chan struct{} // closed when value and err are set
	value V
	err   error
}

// errAbandoned is what siblings get of a fetch that panicked; the panic itself
// goes to who started it.
var errAbandoned = errors.New("batch: the fetch did not return")

// NewLoader returns a Loader. The function fetch returns the values of keys, which
// are all different, in their order; its error is that of all of them. It is
// called with the context of whoever asked first.
func NewLoader[K comparable, V any](siblings *Siblings[K], fetch func(context.Context, []K) ([]V, error)) *Loader[K, V] {
	return &Loader[K, V]{siblings: siblings, fetch: fetch}
}

// Load returns the value of key, or what fetch said.
func (l *Loader[K, V]) Load(ctx context.Context, key K) (V, error) {
	l.mu.Lock()
	mine := l.calls[key]
	if mine == nil {
		keys, calls := l.begin(key)
		l.mu.Unlock()
		l.run(ctx, keys, calls)
		return calls[0].value, calls[0].err
	}
	l.mu.Unlock()
	select {
	case <-mine.done:
		return mine.value, mine.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// begin claims key and those of its siblings that nobody has asked for. The lock
// is held.
func (l *Loader[K, V]) begin(key K) (keys []K, calls []*call[V]) {
	if l.calls == nil {
		l.calls = map[K]*call[V]{}
	}
	done := make(chan struct{})
	claim := func(k K) {
		if l.calls[k] == nil {
			c := &call[V]{done: done, err: errAbandoned}
			l.calls[k] = c
			keys, calls = append(keys, k), append(calls, c)
		}
	}
	claim(key)
	for _, sibling := range l.siblings.Of(key) {
		claim(sibling)
	}
	return keys, calls
}

// run fetches the keys and wakes whoever waits for one of them.
func (l *Loader[K, V]) run(ctx context.Context, keys []K, calls []*call[V]) {
	defer close(calls[0].done) // they share it
	values, err := l.fetch(ctx, keys)
	if err == nil && len(values) != len(keys) {
		err = errors.New("batch: the fetch returned another number of values than keys")
	}
	for i, c := range calls {
		c.err = err
		if err == nil {
			c.value = values[i]
		}
	}
}

// Pages is a Loader whose keys come with arguments, which siblings have in common:
// each arguments are one call. It is safe for concurrent use.
type Pages[K, A comparable, V any] struct {
	siblings *Siblings[K]
	fetch    func(context.Context, []K, A) ([]V, error)

	mu      sync.Mutex
	loaders map[A]*Loader[K, V] // nil as long as nobody has asked
}

// NewPages returns Pages; see NewLoader for fetch.
func NewPages[K, A comparable, V any](siblings *Siblings[K], fetch func(context.Context, []K, A) ([]V, error)) *Pages[K, A, V] {
	return &Pages[K, A, V]{siblings: siblings, fetch: fetch}
}

// Load returns the value of key with args, or what fetch said.
func (p *Pages[K, A, V]) Load(ctx context.Context, key K, args A) (V, error) {
	p.mu.Lock()
	loader := p.loaders[args]
	if loader == nil {
		if p.loaders == nil {
			p.loaders = map[A]*Loader[K, V]{}
		}
		loader = NewLoader(p.siblings, func(ctx context.Context, keys []K) ([]V, error) { return p.fetch(ctx, keys, args) })
		p.loaders[args] = loader
	}
	p.mu.Unlock()
	return loader.Load(ctx, key)
}
