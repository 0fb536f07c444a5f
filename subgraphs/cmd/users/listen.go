package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/weftql/weft/subgraphs/server"
)

// listener is an address and who answers there.
type listener struct {
	name    string // "" for the one that the router asks
	addr    string
	handler http.Handler
}

// listen serves all listeners until ctx ends or one of them fails; then all finish
// what is in progress.
func listen(ctx context.Context, logger *slog.Logger, listeners ...listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failures := make([]error, len(listeners))
	var all sync.WaitGroup
	for i, one := range listeners {
		all.Go(func() {
			defer stop()
			log := logger
			if one.name != "" {
				log = logger.With(slog.String("listener", one.name))
			}
			failures[i] = server.Run(ctx, server.RunConfig{Addr: one.addr, Logger: log}, one.handler)
		})
	}
	all.Wait()
	return errors.Join(failures...)
}
