package router

import (
	"container/list"
	"sync"
)

const (
	// maxPlans bounds the plans that are kept, as Apollo Router does.
	maxPlans = 512
	// maxPlanText bounds the text of their operations in bytes.
	maxPlanText = 16 << 20
)

// planKey is what a plan was made from, whole: two operations share a plan only
// if their texts are equal.
type planKey struct {
	query, operationName string
}

func (k planKey) size() int { return len(k.query) + len(k.operationName) }

// planCache keeps the plans that were used last. It is safe for concurrent use.
type planCache struct {
	mu      sync.Mutex
	entries map[planKey]*list.Element // of *planEntry
	recent  list.List                 // the last used first
	size    int                       // bytes of the keys
}

type planEntry struct {
	key     planKey
	planned *planned
}

// find returns a plan, or nil.
func (c *planCache) find(key planKey) *planned {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, found := c.entries[key]
	if !found {
		return nil
	}
	c.recent.MoveToFront(element)
	return element.Value.(*planEntry).planned
}

// add keeps a plan unless its text is so large that it would push out most of
// the others.
func (c *planCache) add(key planKey, p *planned) {
	if key.size() > maxPlanText/16 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, found := c.entries[key]; found {
		return
	}
	if c.entries == nil {
		c.entries = map[planKey]*list.Element{}
	}
	c.entries[key] = c.recent.PushFront(&planEntry{key, p})
	c.size += key.size()
	for len(c.entries) > maxPlans || c.size > maxPlanText {
		oldest := c.recent.Remove(c.recent.Back()).(*planEntry)
		delete(c.entries, oldest.key)
		c.size -= oldest.key.size()
	}
}
