package subgraph

import (
	"sync"
	"time"
)

// longAgo is a deadline that ends whatever a connection is doing.
var longAgo = time.Unix(1, 0)

// carrier is what a request travels through: a connection, or an alarm. It ends
// what the request is doing at its deadline.
type carrier interface{ SetDeadline(time.Time) error }

// Call is one sending of a request: until when it may take, and what ends it
// earlier. A Sender asks it; whoever waits for the request extends it or ends
// it. It is safe for concurrent use.
type Call struct {
	mu       sync.Mutex
	deadline time.Time
	carrier  carrier // what the request travels through, if it does
	ended    bool
	done     chan struct{} // made when somebody asks for it
}

// begin makes a call ready for its next request.
func (c *Call) begin(deadline time.Time) {
	c.deadline, c.carrier, c.ended, c.done = deadline, nil, false, nil
}

// Deadline is when the call ends by itself.
func (c *Call) Deadline() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deadline
}

// Ended tells whether nobody waits for the request any more.
func (c *Call) Ended() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// Done returns a channel that is closed when nobody waits any more.
func (c *Call) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil {
		c.done = make(chan struct{})
		if c.ended {
			close(c.done)
		}
	}
	return c.done
}

// end stops the request, whatever it is doing.
func (c *Call) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.ended = true
	if c.done != nil {
		close(c.done)
	}
	if c.carrier != nil {
		_ = c.carrier.SetDeadline(longAgo)
	}
}

// extend moves the deadline, if it is a later one.
func (c *Call) extend(deadline time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended || !deadline.After(c.deadline) {
		return
	}
	c.deadline = deadline
	if c.carrier != nil {
		_ = c.carrier.SetDeadline(deadline)
	}
}

// hold lets the call end what the request is doing, until release.
func (c *Call) hold(by carrier) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := c.deadline
	if c.ended {
		deadline = longAgo
	}
	c.carrier = by
	return by.SetDeadline(deadline)
}

// release lets go of the carrier. It returns false if the call was ended, so that
// a connection is of no use any more.
func (c *Call) release() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.carrier = nil
	return !c.ended
}
