package mail

import (
	"context"
	"slices"
	"sync"
	"time"
)

// pool holds the sessions with the server. A session belongs to whoever took it, or
// is idle; both together are never more than there are slots.
type pool struct {
	slots    chan struct{} // one for each session that is in use
	idleTime time.Duration
	mails    int // for one session

	mu     sync.Mutex
	idle   []*connection // the one that was used last is the last
	closed bool
}

func newPool(connections int, idleTime time.Duration, mails int) *pool {
	return &pool{slots: make(chan struct{}, connections), idleTime: idleTime, mails: mails}
}

// enter waits until a session may be used.
func (p *pool) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &Error{Kind: Busy, Step: "wait for a connection", Err: ctx.Err()}
	}
}

// leave is called once for each enter.
func (p *pool) leave() { <-p.slots }

// take returns the session that was used last, or nil if there is none.
func (p *pool) take() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	c.expiry.Stop() // if it is too late, expire does not find the session any more
	return c
}

// put puts a session aside that is ready for the next mail, and reports whether it
// is kept; if not, it is still the caller's.
func (p *pool) put(c *connection) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || c.mails >= p.mails {
		return false
	}
	c.usedAt = time.Now()
	c.expiry = time.AfterFunc(p.idleTime, func() { p.expire(c) })
	p.idle = append(p.idle, c)
	return true
}

// expire closes a session that nobody has used.
func (p *pool) expire(c *connection) {
	p.mu.Lock()
	i := slices.Index(p.idle, c)
	if i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
	p.mu.Unlock()
	if i >= 0 {
		c.close()
	}
}

// close closes the sessions that are idle, and those in use when they are put back.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.expiry.Stop()
		c.close()
	}
}
