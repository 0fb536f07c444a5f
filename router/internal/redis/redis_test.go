package redis

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// server starts a Redis behind a socket and returns its URL.
func server(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("REDIS TEST SKIPPED: there is no redis-server")
	}
	socket := filepath.Join(t.TempDir(), "redis.sock")
	process := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket))
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(10 * time.Second); ; {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
			return "unix://" + socket
		}
		select {
		case <-end:
			t.Fatal(err)
		case <-tick.C:
		}
	}
}

func open(t *testing.T, url string) *Client {
	t.Helper()
	client, err := Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestNewestMembersComeFirst(t *testing.T) {
	t.Parallel()
	const count = 2*pageSize + 10
	client := open(t, server(t))
	begin := time.UnixMilli(1_800_000_000_000)
	for page := range count / pageSize {
		var members []redis.Z
		for i := page * pageSize; i < min(count, (page+1)*pageSize+10); i++ {
			members = append(members, redis.Z{Score: float64(begin.UnixMilli() + int64(i)), Member: fmt.Sprint(i)})
		}
		if err := client.client.ZAdd(t.Context(), "k", members...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	set := client.SortedSet("k")
	for _, c := range []struct {
		name  string
		since time.Time
		limit int
		want  int
	}{
		{"all", time.Unix(0, 0), 1_000_000, count},
		{"a page", time.Unix(0, 0), pageSize, pageSize},
		{"more than a page", time.Unix(0, 0), pageSize + 1, pageSize + 1},
		{"those since", begin.Add((count - 3) * time.Millisecond), 1_000_000, 3},
		{"none", begin.Add(count * time.Millisecond), 1_000_000, 0},
	} {
		got, err := set.Newest(t.Context(), c.since, c.limit)
		if err != nil || len(got) != c.want {
			t.Errorf("%s: %d, want %d, %v", c.name, len(got), c.want, err)
			continue
		}
		for i, member := range got {
			if member != fmt.Sprint(count-1-i) {
				t.Errorf("%s: item %d is %s", c.name, i, member)
				break
			}
		}
	}
	if got, err := client.SortedSet("none").Newest(t.Context(), time.Unix(0, 0), 5); err != nil || len(got) > 0 {
		t.Errorf("a set that is not there: %v, %v", got, err)
	}
}

// A Redis that is away, or hangs, holds nobody up.
func TestOutagesAreShort(t *testing.T) {
	t.Parallel()
	hanging, err := net.Listen("tcp", "127.0.0.1:0") // connections are made, and nobody answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = hanging.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	for name, address := range map[string]net.Addr{"hangs": hanging.Addr(), "is away": gone.Addr()} {
		client := open(t, "redis://:hunter2@"+address.String()+"/0")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		_, err := client.SortedSet("k").Newest(ctx, time.Unix(0, 0), 5)
		if took := time.Since(began); err == nil || took > time.Second {
			t.Errorf("%s: %v after %s", name, err, took)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
}

func TestOpenRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "localhost:6379", "http://hunter2@x", "redis://:hunter2@x:port", "redis://:hunter2@x/db", "redis://:hunter2%zz@x", "redis://x?hunter2=1"} {
		if _, err := Open(address); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
