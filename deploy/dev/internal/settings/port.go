package settings

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Address is where the port is: host:port on the loopback interface.
func (p Port) Address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Number))
}

// CheckPorts returns an error with a line for each port that something else
// listens on. It replaces ports that are 0 by free ones. Ports that the private
// servers would use do not matter where others are used instead.
func (s *Settings) CheckPorts(ctx context.Context) error {
	var errs []error
	var picked []net.Listener // held until all are picked, so that they differ
	defer func() {
		for _, listener := range picked {
			_ = listener.Close()
		}
	}()
	for _, port := range s.Ports.all() {
		unused := port.Variable == s.Ports.Postgres.Variable && s.DatabaseURL != "" ||
			port.Variable == s.Ports.Redis.Variable && s.RedisURL != ""
		if unused {
			continue
		}
		if port.Number == 0 {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				errs = append(errs, fmt.Errorf("a free port for %s: %w", port.Service, err))
				continue
			}
			picked = append(picked, listener)
			port.Number = listener.Addr().(*net.TCPAddr).Port
			continue
		}
		if inUse(ctx, port.Address()) {
			errs = append(errs, fmt.Errorf("port %d, for %s, is in use by another program: stop that program, or set %s to another port", port.Number, port.Service, port.Variable))
		}
	}
	return errors.Join(errs...)
}

// inUse tells whether somebody listens at address. Both questions are needed:
// some systems let two programs listen on one port, one of them on all
// interfaces; and a program that listens may be too busy to accept.
func inUse(ctx context.Context, address string) bool {
	dialer := net.Dialer{Timeout: 200 * time.Millisecond}
	if conn, err := dialer.DialContext(ctx, "tcp", address); err == nil {
		_ = conn.Close()
		return true
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return true
	}
	return listener.Close() != nil
}
