package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// RunConfig configures Run.
type RunConfig struct {
	// Addr is host:port to listen on; port 0 picks a free one. Required.
	Addr string
	// Logger receives start, stop and what net/http has to say. Required.
	Logger *slog.Logger
	// DrainDelay is how long connections that are just delivering a request have
	// to do so after the listener is closed. Defaults to 150 ms.
	DrainDelay time.Duration
	// DrainTimeout bounds the wait for requests in progress. Defaults to 20
	// seconds.
	DrainTimeout time.Duration
	// Listening is told the address that was bound. Defaults to nobody.
	Listening func(net.Addr)
}

// Run serves handler until ctx ends, then finishes the requests in progress and
// returns nil. No request that reached the process is dropped.
func Run(ctx context.Context, cfg RunConfig, handler http.Handler) error {
	cfg.DrainDelay = cmp.Or(cfg.DrainDelay, 150*time.Millisecond)
	cfg.DrainTimeout = cmp.Or(cfg.DrainTimeout, 20*time.Second)
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	cfg.Logger.Info("listening", slog.String("addr", listener.Addr().String()))
	if cfg.Listening != nil {
		cfg.Listening(listener.Addr())
	}
	select {
	case err := <-served:
		return fmt.Errorf("server: %w", err)
	case <-ctx.Done():
	}
	cfg.Logger.Info("stopping")
	_ = listener.Close() // Serve says what became of it
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("server: %w", err)
	}
	return drain(server, cfg)
}

// drain finishes what is in progress after the listener was closed. Shutdown
// alone would cut connections on which a request is just arriving: clients are
// told first not to reuse their connections, and what is on its way is given a
// moment.
func drain(server *http.Server, cfg RunConfig) error {
	server.SetKeepAlivesEnabled(false)
	time.Sleep(cfg.DrainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), cfg.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("server: requests were still in progress after %s: %w", cfg.DrainTimeout, err), server.Close())
	}
	return nil
}
