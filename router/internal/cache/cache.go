package cache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// Config bounds a Cache.
type Config struct {
	// MaxEntries is the number of values that are kept, at least 1.
	MaxEntries int
	// MaxBytes is the size of all values that are kept, as their makers state it;
	// a value that takes more than an eighth of it is not kept.
	MaxBytes int
}

// tooLarge is the part of MaxBytes that one entry may take.
const tooLarge = 8

// Cache keeps values by their keys. It is safe for concurrent use. Make one with
// New.
type Cache[K comparable, V any] struct {
	config Config

	mu      sync.RWMutex
	entries map[K]*entry[K, V]
	// newest and oldest are the ends of the list of entries; hand is where the
	// next eviction begins, nil for the oldest.
	newest, oldest, hand *entry[K, V]
	bytes                int

	flights *Flights[K, V] // of what is missing
}

// entry is a value that is kept, between those that came before and after it.
type entry[K comparable, V any] struct {
	key          K
	value        V
	bytes        int
	newer, older *entry[K, V]
	used         atomic.Bool   // since the hand came by
	uses         atomic.Uint64 // halved whenever the hand comes by
}

// New returns an empty Cache.
func New[K comparable, V any](config Config) (*Cache[K, V], error) {
	if config.MaxEntries < 1 || config.MaxBytes < 1 {
		return nil, errors.New("cache: its bounds have to be positive")
	}
	return &Cache[K, V]{config: config, entries: map[K]*entry[K, V]{}, flights: NewFlights[K, V](nil)}, nil
}

// Find returns the value of a key that is there.
func (c *Cache[K, V]) Find(key K) (value V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.entries[key]
	if e == nil {
		return value, false
	}
	return e.use(), true
}

// FindText is Find by a text that is no string: none is made of it.
func FindText[V any](c *Cache[string, V], key []byte) (value V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.entries[string(key)]
	if e == nil {
		return value, false
	}
	return e.use(), true
}

// Do returns the value of a key; if it is not there, make makes it, and it is
// kept unless there is an error. Several that ask for one key at the same time
// wait for one make, as in Flights.Join.
func (c *Cache[K, V]) Do(ctx context.Context, key K, make Make[V]) (value V, err error) {
	if value, ok := c.Find(key); ok {
		return value, nil
	}
	flight, _, err := c.flights.Join(ctx, key, func(ctx context.Context) (V, error) {
		if value, ok := c.Find(key); ok { // it came in between
			return value, nil
		}
		value, bytes, err := make(ctx)
		if err == nil {
			c.Add(key, value, bytes)
		}
		return value, err
	})
	if err != nil {
		return value, err
	}
	return flight.Value, nil
}

func (e *entry[K, V]) use() V {
	if !e.used.Load() { // a mark that is there needs no writing
		e.used.Store(true)
	}
	e.uses.Add(1)
	return e.value
}

// Len is the number of values that are kept.
func (c *Cache[K, V]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.entries)
}

// Bytes is the size of the values that are kept, as their makers stated it.
func (c *Cache[K, V]) Bytes() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.bytes
}

// Hottest returns the values that were used most, at most limit of them, the
// hottest first. Values that were used equally often come in the order of their
// arrival, the newest first.
func (c *Cache[K, V]) Hottest(limit int) []V {
	type warmth struct {
		value V
		uses  uint64
	}
	var all []warmth
	c.mu.RLock()
	for e := c.newest; e != nil; e = e.older {
		all = append(all, warmth{e.value, e.uses.Load()})
	}
	c.mu.RUnlock()
	slices.SortStableFunc(all, func(a, b warmth) int {
		switch {
		case a.uses > b.uses:
			return -1
		case a.uses < b.uses:
			return 1
		}
		return 0
	})
	out := make([]V, 0, min(limit, len(all)))
	for _, w := range all[:min(limit, len(all))] {
		out = append(out, w.value)
	}
	return out
}

// Add keeps a value of so many bytes, unless the key has one or it is too large,
// and drops others that it leaves no room for.
func (c *Cache[K, V]) Add(key K, value V, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if bytes > c.config.MaxBytes/tooLarge || c.entries[key] != nil {
		return
	}
	for len(c.entries) > 0 && (len(c.entries) >= c.config.MaxEntries || c.bytes+bytes > c.config.MaxBytes) {
		c.evict()
	}
	e := &entry[K, V]{key: key, value: value, bytes: bytes, older: c.newest}
	if c.newest != nil {
		c.newest.newer = e
	} else {
		c.oldest = e
	}
	c.newest = e
	c.entries[key] = e
	c.bytes += bytes
}

// evict drops one entry.
func (c *Cache[K, V]) evict() {
	e := c.hand
	if e == nil {
		e = c.oldest
	}
	for e.used.Load() {
		e.used.Store(false)
		e.uses.Store(e.uses.Load() / 2)
		if e = e.newer; e == nil {
			e = c.oldest
		}
	}
	c.hand = e.newer
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		c.newest = e.older
	}
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		c.oldest = e.newer
	}
	delete(c.entries, e.key)
	c.bytes -= e.bytes
}

// Wait returns when nothing is being made any more, which is soon after the last
// caller of Do has returned.
func (c *Cache[K, V]) Wait() { c.flights.Wait() }

// Make makes a value and tells its size in bytes. It ends early when ctx does.
type Make[V any] func(ctx context.Context) (value V, bytes int, err error)
