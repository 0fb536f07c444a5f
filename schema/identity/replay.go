package identity

import (
	"sync"
	"time"
)

// replayGuard remembers signatures for at least span, in two generations: the
// current one takes new entries, and the one before it still answers. A
// generation is replaced when it is span old or holds its share of the entries.
// They have no pointers in them: nothing for the garbage collector to follow.
type replayGuard struct {
	span time.Duration
	half int // entries in a generation

	mu       sync.Mutex
	started  time.Time // of the current generation
	current  map[mac]struct{}
	previous map[mac]struct{}
}

func newReplayGuard(span time.Duration, entries int) *replayGuard {
	return &replayGuard{span: span, half: max(1, entries/2), current: map[mac]struct{}{}}
}

// first tells whether signature is new, and remembers it.
func (g *replayGuard) first(signature mac, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.started) >= g.span || len(g.current) >= g.half {
		if now.Sub(g.started) >= 2*g.span {
			g.current = map[mac]struct{}{}
		}
		g.previous, g.current, g.started = g.current, map[mac]struct{}{}, now
	}
	if _, seen := g.current[signature]; seen {
		return false
	}
	if _, seen := g.previous[signature]; seen {
		return false
	}
	g.current[signature] = struct{}{}
	return true
}
