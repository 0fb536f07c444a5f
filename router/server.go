package router

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/weftql/weft/router/internal/transport"
)

const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	// drainPause lets requests be read that were on their way when the listener
	// was closed; without it net/http drops them.
	drainPause = 150 * time.Millisecond
	// writeTimeout is what a client may take to read an answer, beyond the time
	// that it takes to make one.
	writeTimeout = 30 * time.Second
)

// Run serves HTTP on listener until ctx ends, then answers the requests that are
// under way and returns. It closes the listener. It is called once.
func (r *Router) Run(ctx context.Context, listener net.Listener) error {
	longest := readTimeout + r.config.TrafficShaping.Router.Timeout + writeTimeout
	server := &http.Server{
		Handler:           r,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      longest,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnContext:       transport.Connected,
		ErrorLog:          slog.NewLogLogger(r.log.Handler(), slog.LevelDebug),
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	if r.redis != nil {
		defer func() { _ = r.redis.Close() }() // nobody uses it any more
	}
	var group sync.WaitGroup
	defer group.Wait()
	defer stop()
	if r.auth != nil {
		group.Go(func() { r.auth.Run(background) })
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(transport.Listener(listener)) }()
	select {
	case err := <-served:
		return fmt.Errorf("router: serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	r.log.Info("shutting down")
	err := r.drain(ctx, server, listener, longest)
	<-served // it has ended: its listener is closed
	r.graph.Load().wait()
	return err
}

// drain ends a server without dropping a request: no new connections, then no
// further requests on the ones that there are, then the end of those under way.
func (r *Router) drain(ctx context.Context, server *http.Server, listener net.Listener, longest time.Duration) error {
	r.draining.Store(true)
	if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		r.log.Warn("close the listener", "error", err.Error())
	}
	server.SetKeepAlivesEnabled(false)
	time.Sleep(drainPause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		_ = server.Close()
		return fmt.Errorf("router: requests were still under way after %s: %w", longest, err)
	}
	return nil
}
