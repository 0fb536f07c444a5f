package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// RunConfig configures Run.
type RunConfig struct {
	// Addr is host:port to listen on; port 0 picks a free one. Required.
	Addr string
	// Logger receives start, stop and what net/http has to say. Required.
	Logger *slog.Logger
	// DrainDelay is how long clients have to finish with their connections once
	// they are asked to, and again after no new ones are accepted. Defaults to
	// 150 ms.
	DrainDelay time.Duration
	// DrainTimeout bounds the wait for requests in progress. Defaults to 20
	// seconds.
	DrainTimeout time.Duration
	// After is the clock of DrainDelay. Defaults to time.After.
	After func(time.Duration) <-chan time.Time
	// Listening is told the address that was bound. Defaults to nobody.
	Listening func(net.Addr)
}

// Run serves handler until ctx ends, then finishes what is in progress and
// returns nil. A client that does as "Connection: close" says loses no request.
func Run(ctx context.Context, cfg RunConfig, handler http.Handler) error {
	cfg.DrainDelay = cmp.Or(cfg.DrainDelay, 150*time.Millisecond)
	cfg.DrainTimeout = cmp.Or(cfg.DrainTimeout, 20*time.Second)
	if cfg.After == nil {
		cfg.After = time.After
	}
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	draining := &drainer{handler: handler}
	server := &http.Server{
		Handler:           draining,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
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
	draining.begun.Store(true)
	<-cfg.After(cfg.DrainDelay)
	_ = listener.Close() // Serve says what became of it
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("server: %w", err)
	}
	<-cfg.After(cfg.DrainDelay)
	return shutDown(server, cfg.DrainTimeout)
}

// shutDown closes connections as soon as nothing is in progress on them. It comes
// last, because it cuts those on which a request is just arriving.
func shutDown(server *http.Server, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("server: requests were still in progress after %s: %w", timeout, err), server.Close())
	}
	return nil
}

// drainer asks clients to leave once draining has begun, and load balancers to
// send no more: net/http closes a connection after an answer with this header. Server.SetKeepAlivesEnabled would
// close idle connections under the hands of clients that are about to use them.
type drainer struct {
	handler http.Handler
	begun   atomic.Bool
}

// ServeHTTP implements http.Handler.
func (d *drainer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.begun.Load() {
		w.Header().Set("Connection", "close")
		if r.URL.Path == healthPath {
			unavailable(w)
			return
		}
	}
	d.handler.ServeHTTP(w, r)
}
