//go:build !race

package page_test

import "testing"

// TestCursorsAllocate counts what a row of a page allocates for its cursor: the
// bytes and the text of it.
func TestCursorsAllocate(t *testing.T) {
	const most = 3
	c := codec(t, 1)
	if n := testing.AllocsPerRun(100, func() { c.Cursor("scope", position) }); n > most {
		t.Errorf("%.0f allocations, at most %d", n, most)
	}
}
