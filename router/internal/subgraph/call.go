package subgraph

import (
	"net"
	"sync"
	"time"
)

// longAgo is a deadline that ends whatever a connection is doing.
var longAgo = time.Unix(1, 0)

// Call is one sending of a request: until when it may take, and what ends it
// earlier. A Sender asks it; whoever waits for the request extends it or ends
// it. It is safe for concurrent use.
type Call struct {
	mu       sync.Mutex
	deadline time.Time
	conn     net.Conn // what the request travels through, if it does
	ended    bool
	done     chan struct{} // made when somebody asks for it
}

// begin makes a call ready for its next request.
func (c *Call) begin(deadline time.Time) {
	c.deadline, c.conn, c.ended, c.done = deadline, nil, false, nil
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
	if c.conn != nil {
		_ = c.conn.SetDeadline(longAgo)
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
	if c.conn != nil {
		_ = c.conn.SetDeadline(deadline)
	}
}

// hold lets the call end what conn is doing, until release.
func (c *Call) hold(conn net.Conn) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	deadline := c.deadline
	if c.ended {
		deadline = longAgo
	}
	c.conn = conn
	return conn.SetDeadline(deadline)
}

// release lets go of the connection. It returns false if the call was ended, so
// that the connection is of no use any more.
func (c *Call) release() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = nil
	return !c.ended
}
