package subgraph

import (
	"net"
	"testing"
	"time"
)

// deadlines is a connection that keeps the deadlines that are set.
type deadlines struct {
	net.Conn
	set []time.Time
}

func (d *deadlines) SetDeadline(t time.Time) error {
	d.set = append(d.set, t)
	return nil
}

func TestPlainConnection_sets_a_deadline_only_if_that_of_before_will_not_do(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, tc := range map[string]struct {
		first, second time.Time
		sets          int
	}{
		"a little later": {now.Add(time.Hour), now.Add(time.Hour + time.Minute), 1},
		"much later":     {now.Add(time.Hour), now.Add(2 * time.Hour), 2},
		"earlier":        {now.Add(time.Hour), now.Add(time.Minute), 2},
		"long ago":       {now.Add(time.Hour), longAgo, 2},
		"after that":     {longAgo, now.Add(time.Hour), 2},
	} {
		below := &deadlines{}
		c := &plainConnection{Conn: below}
		for _, at := range []time.Time{tc.first, tc.second} {
			if err := c.SetDeadline(at); err != nil {
				t.Fatal(err)
			}
		}
		if len(below.set) != tc.sets {
			t.Errorf("%s: set %d times, want %d", name, len(below.set), tc.sets)
		}
		// The connection ends no earlier than it has to, and soon enough.
		left := time.Until(tc.second)
		if late := below.set[len(below.set)-1].Sub(tc.second); late < 0 || late > max(0, left/slackParts+time.Second) {
			t.Errorf("%s: %s late of %s", name, late, left)
		}
	}
}
