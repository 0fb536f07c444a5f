package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// cacheTime bounds how long a verified token is not verified again.
	cacheTime = time.Minute
	// cacheTokens bounds how many verified tokens are remembered.
	cacheTokens = 20_000
)

// verified is a token that was found good.
type verified struct {
	caller Caller
	until  time.Time
	source *source
	keys   *keySet // the source's at that time
}

// cache remembers verified tokens by their SHA-256, in two generations: the
// current one takes new entries, and the one before it still answers. Tokens
// themselves are not kept.
type cache struct {
	mu       sync.Mutex
	current  map[[sha256.Size]byte]verified
	previous map[[sha256.Size]byte]verified
}

// find returns a token's verification unless it is too old, or the keys have
// been fetched anew since.
func (c *cache) find(hash [sha256.Size]byte, now time.Time) (Caller, bool) {
	c.mu.Lock()
	entry, found := c.current[hash]
	if !found {
		entry, found = c.previous[hash]
	}
	c.mu.Unlock()
	if !found || !now.Before(entry.until) || entry.source.keys.Load() != entry.keys {
		return Caller{}, false
	}
	return entry.caller, true
}

func (c *cache) add(hash [sha256.Size]byte, entry verified) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil || len(c.current) >= cacheTokens/2 {
		c.current, c.previous = map[[sha256.Size]byte]verified{}, c.current
	}
	c.current[hash] = entry
}
