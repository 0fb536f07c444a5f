package router

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weftql/weft/router/internal/auth"
)

// redisServer is a real Redis behind a socket, which keeps nothing.
type redisServer struct {
	socket  string
	process *exec.Cmd
}

// startRedis starts a Redis, again after it was killed.
func startRedis(t *testing.T, s *redisServer) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("REDIS TEST SKIPPED: there is no redis-server")
	}
	s.process = exec.Command(program, "--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(s.socket))
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	running := s.process
	t.Cleanup(func() {
		_ = running.Process.Kill()
		_ = running.Wait()
	})
	eventually(t, "redis-server answers", func() bool {
		answer, err := s.command("PING")
		return err == nil && answer == "+PONG"
	})
}

// kill ends the Redis as an outage does.
func (s *redisServer) kill(t *testing.T) {
	t.Helper()
	if err := s.process.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = s.process.Wait()
}

// command sends a command and returns the first line of the answer.
func (s *redisServer) command(words ...string) (string, error) {
	conn, err := net.DialTimeout("unix", s.socket, time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	fmt.Fprintf(conn, "*%d\r\n", len(words))
	for _, w := range words {
		fmt.Fprintf(conn, "$%d\r\n%s\r\n", len(w), w)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

// revoke publishes that a session has ended.
func (s *redisServer) revoke(t *testing.T, session string) {
	t.Helper()
	now := time.Now()
	answer, err := s.command("ZADD", "weft:revoked-sessions", fmt.Sprint(now.UnixMilli()), fmt.Sprint(session, " ", now.Add(time.Hour).Unix()))
	if err != nil || answer != ":1" {
		t.Fatal(answer, err)
	}
}

// eventually waits, no longer than five seconds, until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(5 * time.Second); !is(); {
		select {
		case <-end:
			t.Fatalf("not within 5 s: %s", what)
		case <-tick.C:
		}
	}
}

// TestRevokedSessionsAreRefused has a session end, then another one while Redis is
// away, and Redis come back.
func TestRevokedSessionsAreRefused(t *testing.T) {
	t.Parallel()
	server := &redisServer{socket: filepath.Join(t.TempDir(), "redis.sock")}
	startRedis(t, server)
	i := newIssuer(t)
	f := serve(t, func(c *Config) {
		withIdentity(i)(c)
		c.Auth.Revocation = &auth.RevocationConfig{RedisURL: "unix://" + server.socket}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.router.Run(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	send := func(session string) *http.Response {
		t.Helper()
		request, err := http.NewRequest("POST", "http://"+listener.Addr().String()+"/graphql", strings.NewReader(`{"query":"{me{name}}"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"Content-Type": {"application/json"}}
		if session != "" {
			request.Header["Authorization"] = bearer(i.sign(t, map[string]any{
				"iss": "https://issuer.test", "aud": "weft", "sub": "usr_1", "sid": session, "exp": time.Now().Add(time.Hour).Unix(),
			}))["Authorization"]
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if code := strings.Contains(string(text), `"AUTH_ERROR"`); code != (response.StatusCode == 401) || (response.Header.Get("WWW-Authenticate") != "") != code {
			t.Fatalf("%d %s", response.StatusCode, text)
		}
		return response
	}
	refused := func(session string) bool { return send(session).StatusCode == http.StatusUnauthorized }
	metric := func(name string) float64 {
		w := httptest.NewRecorder()
		f.router.Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		var value float64
		if _, after, found := strings.Cut(w.Body.String(), "\n"+name+" "); !found {
			t.Fatalf("no %s in %s", name, w.Body)
		} else if _, err := fmt.Sscan(after, &value); err != nil {
			t.Fatal(err)
		}
		return value
	}

	if refused("a") || refused("b") || refused("c") || refused("") {
		t.Fatal("sessions are refused that nobody has revoked")
	}
	server.revoke(t, "a")
	eventually(t, "the revoked session is refused", func() bool { return refused("a") })
	if refused("b") || refused("") {
		t.Error("somebody else is refused")
	}

	server.kill(t)
	eventually(t, "the metric tells of the outage", func() bool { return metric("weft_auth_revocation_failures_total") >= 2 })
	eventually(t, "the copy gets old", func() bool { return metric("weft_auth_revocation_age_seconds") > 1 })
	if !refused("a") || refused("b") || refused("") {
		t.Error("during an outage revoked sessions stay revoked, and all others live")
	}
	if took := timed(func() { send("b") }); took > 500*time.Millisecond {
		t.Errorf("a request took %s while Redis was away", took)
	}

	startRedis(t, server) // it has forgotten everything
	server.revoke(t, "b")
	eventually(t, "what is published after the outage is refused", func() bool { return refused("b") })
	if !refused("a") || refused("c") {
		t.Error("after the outage revoked sessions stay revoked, and all others live")
	}
	if age := metric("weft_auth_revocation_age_seconds"); age > 3 {
		t.Errorf("the copy is %g s old", age)
	}
	log := f.log.String()
	if strings.Count(log, "revocations cannot be read") != 1 || strings.Count(log, "revocations are read again") != 1 {
		t.Errorf("the log tells it another number of times than once:\n%s", log)
	}
}

// timed returns how long something takes.
func timed(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}
