//go:build !race

package identity

import "testing"

// TestVerifyAllocates counts what a service allocates for each request: the strings
// of the claims.
func TestVerifyAllocates(t *testing.T) {
	const most = 4 // its two strings, and two because the collector empties pools
	if n := testing.AllocsPerRun(1000, verifications(t)); n > most {
		t.Errorf("%.0f allocations, at most %d", n, most)
	}
}
