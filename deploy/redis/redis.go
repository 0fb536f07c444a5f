package redis

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// Source says what to run.
type Source string

const (
	// Any runs a server if the machine has one, else miniredis.
	Any Source = ""
	// Server runs redis-server or valkey-server.
	Server Source = "server"
	// Mini runs miniredis.
	Mini Source = "miniredis"
)

// ParseSource reads the value of WEFT_REDIS.
func ParseSource(text string) (Source, error) {
	switch source := Source(text); source {
	case Any, Server, Mini:
		return source, nil
	}
	return Any, fmt.Errorf("%q is neither %q nor %q", text, Server, Mini)
}

// Config describes a Redis to start.
type Config struct {
	// Source says what to run. Defaults to what the machine has.
	Source Source
	// Port is where it listens on 127.0.0.1. 0 picks a free one, for miniredis
	// only.
	Port int
	// Password is asked of every client. Required.
	Password string
	// Dir is where a server keeps its data; it is made if missing. miniredis
	// needs none.
	Dir string
	// StartTimeout bounds the wait for the first answer, which comes when the
	// data has been loaded. Defaults to 30 seconds.
	StartTimeout time.Duration
	// Output receives a server's log. Defaults to discarding it.
	Output io.Writer
	// Notify is told, in a sentence, what was chosen for want of something
	// better. Defaults to telling nobody.
	Notify func(sentence string)
}

// Redis is a running Redis. Its methods are safe for concurrent use.
type Redis struct {
	port     int
	password string
	process  *process.Process // nil for miniredis
	mini     *mini            // nil for a server
}

// Start starts a Redis and returns when it answers.
func Start(ctx context.Context, cfg Config) (*Redis, error) {
	if cfg.StartTimeout == 0 {
		cfg.StartTimeout = 30 * time.Second
	}
	if cfg.Notify == nil {
		cfg.Notify = func(string) {}
	}
	if cfg.Password == "" {
		return nil, fmt.Errorf("redis: a password is required")
	}
	r := &Redis{port: cfg.Port, password: cfg.Password}
	program := ""
	if cfg.Source != Mini {
		program = findServer()
	}
	if program == "" && cfg.Source == Server {
		return nil, fmt.Errorf("redis: no redis-server or valkey-server in PATH or Homebrew's prefixes: install one, or allow the stand-in (WEFT_REDIS=miniredis)")
	}
	if program == "" {
		cfg.Notify("Redis is miniredis, a stand-in within the supervisor: it forgets everything when it stops, and has no memory limit")
		mini, err := startMini(cfg)
		if err != nil {
			return nil, fmt.Errorf("redis: miniredis: %w", err)
		}
		r.mini, r.port = mini, mini.port()
		return r, nil
	}
	server, err := startServer(ctx, program, cfg)
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	r.process = server
	return r, nil
}

// findServer returns the path of a server program, or "".
func findServer() string {
	for _, name := range []string{"redis-server", "valkey-server"} {
		for _, dir := range []string{"", "/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin"} {
			if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
				return path
			}
		}
	}
	return ""
}

// URL is the address that clients need, with the password.
func (r *Redis) URL() string {
	address := url.URL{
		Scheme: "redis", User: url.UserPassword("", r.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(r.port)), Path: "/0",
	}
	return address.String()
}

// Process is the server's process; nil for miniredis.
func (r *Redis) Process() *process.Process { return r.process }

// Stop ends Redis and waits for it. A server's data stays.
func (r *Redis) Stop() error {
	if r.mini != nil {
		r.mini.stop()
		return nil
	}
	return r.process.Stop()
}
