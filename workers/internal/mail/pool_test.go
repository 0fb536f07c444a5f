package mail

import (
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/workers/internal/mail/mailtest"
)

func send(t *testing.T, s *Sender, n int) {
	t.Helper()
	for range n {
		if err := s.Send(t.Context(), to("ann")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address, MailsPerConnection: 10})
	send(t, s, 25)
	if sessions, mails := server.Counts(); sessions != 3 || mails != 25 {
		t.Errorf("%d mails in %d sessions, want 10 in each", mails, sessions)
	}
}

func TestConnectionsAreFew(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address, Connections: 2})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := s.Send(t.Context(), to("ann")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if sessions, mails := server.Counts(); sessions > 2 || mails != 20 {
		t.Errorf("%d mails in %d sessions", mails, sessions)
	}
}

// TestAConnectionThatTheServerEndedIsReplaced has a server that closes idle
// connections: no mail fails because of that.
func TestAConnectionThatTheServerEndedIsReplaced(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address})
	for range 3 {
		send(t, s, 1)
		server.HangUp()
	}
	// The same after a while, when the server is asked before.
	send(t, s, 1)
	s.pool.idle[0].usedAt = time.Now().Add(-time.Hour)
	server.HangUp()
	send(t, s, 1)
	// And when it is still there.
	s.pool.idle[0].usedAt = time.Now().Add(-time.Hour)
	before, _ := server.Counts()
	send(t, s, 1)
	if sessions, mails := server.Counts(); mails != 6 || sessions != before {
		t.Errorf("%d mails in %d sessions, of which %d were there before the last", mails, sessions, before)
	}
}

func TestConnectionsThatNobodyUsesAreClosed(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address, IdleTime: time.Millisecond})
	send(t, s, 1)
	for patience := time.Now().Add(10 * time.Second); ; {
		s.pool.mu.Lock()
		idle := len(s.pool.idle)
		s.pool.mu.Unlock()
		if idle == 0 {
			break
		}
		if time.Now().After(patience) {
			t.Fatalf("%d connections are idle", idle)
		}
	}
	send(t, s, 1)
	if sessions, _ := server.Counts(); sessions != 2 {
		t.Errorf("%d sessions, want another one", sessions)
	}
}

func TestClosedSendersKeepNoConnections(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	s := newSender(t, Config{URL: "smtp://" + server.Address})
	send(t, s, 1)
	s.Close()
	send(t, s, 1) // a job that is still running
	if n := len(s.pool.idle); n != 0 {
		t.Errorf("%d connections are kept", n)
	}
}
