package redis

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// startServer runs a server program on a configuration file of its own, which
// is the way to keep the password out of the machine's list of processes.
func startServer(ctx context.Context, program string, cfg Config) (*process.Process, error) {
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(cfg.Dir, "redis.conf")
	if err := os.WriteFile(file, []byte(configuration(cfg)), 0o600); err != nil {
		return nil, err
	}
	server, err := process.Start(ctx, process.Command{
		Name: "redis", Path: program, Args: []string{file}, Dir: cfg.Dir,
		Env: []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC"}, Output: cfg.Output,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.StartTimeout)
	defer cancel()
	if err := awaitReady(ctx, server, cfg); err != nil {
		_ = server.Stop() // the reason is err
		return nil, server.Failure(err)
	}
	return server, nil
}

// configuration is the server's configuration file.
func configuration(cfg Config) string {
	return strings.Join([]string{
		"bind 127.0.0.1",
		"port " + strconv.Itoa(cfg.Port),
		"requirepass " + strconv.Quote(cfg.Password),
		"dir " + strconv.Quote(cfg.Dir),
		"daemonize no",
		`logfile ""`,
		"loglevel warning",
		"always-show-logo no",
		// What is written survives a crash but for the last second.
		"appendonly yes",
		"appendfsync everysec",
		`save ""`,
		"",
	}, "\n")
}

// awaitReady returns when the server answers a PING.
func awaitReady(ctx context.Context, server *process.Process, cfg Config) error {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		err := Ping(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(cfg.Port)), "", cfg.Password)
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
		case <-server.Done():
			return errors.Join(errors.New("the server ended while it was starting"), server.Err())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w (last attempt: %w)", ctx.Err(), err)
		}
	}
}

// Ping asks the server at address, host:port, whether it is there. User and
// password may be empty. It takes at most two seconds.
func Ping(ctx context.Context, address, user, password string) error {
	const patience = 2 * time.Second
	dialer := net.Dialer{Timeout: patience}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	reader := bufio.NewReader(conn)
	if password != "" {
		login := []string{"AUTH", password}
		if user != "" {
			login = []string{"AUTH", user, password}
		}
		if err := command(conn, reader, "OK", login...); err != nil {
			return fmt.Errorf("log in: %w", err)
		}
	}
	return command(conn, reader, "PONG", "PING")
}

// command sends one command (RESP2) and expects a simple answer.
func command(conn net.Conn, reader *bufio.Reader, want string, words ...string) error {
	var text strings.Builder
	fmt.Fprintf(&text, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&text, "$%d\r\n%s\r\n", len(word), word)
	}
	if _, err := conn.Write([]byte(text.String())); err != nil {
		return err
	}
	line, err := reader.ReadString('\n')
	if err != nil {
		return err
	}
	if got := strings.TrimSpace(line); got != "+"+want {
		return fmt.Errorf("the server says %q", got)
	}
	return nil
}
