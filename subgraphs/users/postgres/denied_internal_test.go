package postgres

import (
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/users"
)

// TestFailedLoginsAreBounded has more of them wait than there is place for.
func TestFailedLoginsAreBounded(t *testing.T) {
	t.Parallel()
	s := &Service{deps: Deps{Now: time.Now}, denied: newDenied()}
	for range deniedMost + 3 {
		s.deny(users.Viewer{}, &users.User{}, "wrong password")
	}
	if waiting, lost := len(s.denied.waiting), s.denied.lost.Load(); waiting != deniedMost || lost != 3 {
		t.Errorf("%d wait, %d are lost", waiting, lost)
	}
}
