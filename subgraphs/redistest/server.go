package redistest

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// timeout bounds the wait for a server's first answer.
const timeout = 30 * time.Second

// Server is a Redis server. Its methods are for the test's own goroutine.
type Server struct {
	dir     string
	program string
	command *exec.Cmd // nil while it is dead
	log     bytes.Buffer
}

// Start starts a server that ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			s.program = path
			break
		}
	}
	if s.program == "" {
		t.Skip("REDIS TEST SKIPPED: neither redis-server nor valkey-server is installed")
	}
	// The test's own directory may have too long a path for a socket.
	dir, err := os.MkdirTemp("", "weft-redis-")
	if err != nil {
		t.Fatal(err)
	}
	s.dir = dir
	t.Cleanup(func() {
		if s.command != nil {
			s.Kill(t)
		}
		if err := os.RemoveAll(s.dir); err != nil {
			t.Error(err)
		}
	})
	s.Restart(t)
	return s
}

// URL is the address that clients need.
func (s *Server) URL() string { return "unix://" + s.socket() }

func (s *Server) socket() string { return filepath.Join(s.dir, "socket") }

// Kill ends the server as a crash would: what it knew is gone.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.command.Wait() // "signal: killed" is what was asked for
	s.command = nil
}

// Pause has the server accept connections and answer nothing, until Resume.
func (s *Server) Pause(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *Server) Resume(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *Server) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// Restart starts the server after a Kill, empty.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.command = exec.Command(s.program, "--port", "0", "--unixsocket", s.socket(), "--dir", s.dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning")
	s.command.Stdout, s.command.Stderr = &s.log, &s.log
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(s.command.SysProcAttr)
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !s.answers() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%s does not answer\n%s", s.program, &s.log)
		}
	}
}

// answers tells whether the server answers a PING.
func (s *Server) answers() bool {
	conn, err := net.Dial("unix", s.socket())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return false
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	answer := make([]byte, len("+PONG"))
	_, err = conn.Read(answer)
	return err == nil && string(answer) == "+PONG"
}
