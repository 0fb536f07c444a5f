package subgraph

import (
	"net"
	"time"
)

// slackParts is which part of the time that is left a connection may take beyond a
// deadline.
const slackParts = 32

// plainConnection is a connection whose deadline is not set anew for each request:
// the one of an earlier request will do if it is a little later. Whoever waits for an
// answer keeps the deadline exactly, and ends the call then.
type plainConnection struct {
	net.Conn
	set time.Time // the deadline, or the zero time
}

// SetDeadline has what is done with the connection end at t, or a little later. It
// ends at once if t has passed.
func (c *plainConnection) SetDeadline(t time.Time) error {
	left := time.Until(t)
	if late := c.set.Sub(t); left > 0 && late >= 0 && late <= left/slackParts {
		return nil
	}
	if left > 0 {
		t = t.Add(left / slackParts)
	}
	c.set = t
	return c.Conn.SetDeadline(t)
}
