package chaos

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// fragile is what stands between the services and their database: it passes
// everything on, but loses some commits. Some never arrive, and the transaction is
// rolled back; of others the answer does not, and nobody knows.
type fragile struct {
	listener net.Listener
	target   string
	active   atomic.Bool
	// unsent and unanswered count the commits that were lost.
	unsent, unanswered atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool
	ended sync.WaitGroup
}

// Of a hundred commits, so many never arrive, and of so many the answer is lost.
const (
	unsentPercent     = 15
	unansweredPercent = 5
)

// commit is how pgx ends a transaction: a simple query.
var commit = []byte("commit\x00")

// newFragile listens until the test ends and passes on to the server of a
// connection string.
func newFragile(t *testing.T, database string) *fragile {
	t.Helper()
	address, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fragile{listener: listener, target: address.Host, conns: map[net.Conn]bool{}}
	f.ended.Go(f.accept)
	t.Cleanup(func() {
		f.listener.Close()
		f.mu.Lock()
		for conn := range f.conns {
			conn.Close()
		}
		f.mu.Unlock()
		f.ended.Wait()
	})
	return f
}

// through returns a connection string that leads through it.
func (f *fragile) through(database string) string {
	return strings.Replace(database, f.target, f.listener.Addr().String(), 1)
}

func (f *fragile) accept() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", f.target)
		if err != nil { // the database is being restarted
			client.Close()
			continue
		}
		f.hold(client, server)
		f.ended.Go(func() {
			defer f.release(client, server)
			_, _ = io.Copy(client, server)
		})
		f.ended.Go(func() {
			defer f.release(client, server)
			f.forward(client, server)
		})
	}
}

// forward passes on what the client sends.
func (f *fragile) forward(client, server net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		lost := -1
		if f.active.Load() && bytes.Contains(buffer[:n], commit) {
			lost = rand.IntN(100)
		}
		if lost >= 0 && lost < unsentPercent {
			f.unsent.Add(1)
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if lost >= unsentPercent && lost < unsentPercent+unansweredPercent {
			f.unanswered.Add(1)
			return
		}
	}
}

func (f *fragile) hold(conns ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		f.conns[conn] = true
	}
}

func (f *fragile) release(conns ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range conns {
		conn.Close()
		delete(f.conns, conn)
	}
}
