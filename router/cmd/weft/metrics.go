package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/weftql/weft/router"
)

// metricsTimeout bounds reading a request for metrics, and writing the answer.
const metricsTimeout = 5 * time.Second

// serveMetrics serves metrics on an address of their own until stop is called, if
// the configuration wants that.
func serveMetrics(ctx context.Context, config router.PrometheusConfig, metrics http.Handler, log *slog.Logger) (stop func(), err error) {
	if !config.Enabled {
		return func() {}, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("%w (choose another address with telemetry.exporters.metrics.prometheus.listen)", err)
	}
	mux := http.NewServeMux()
	mux.Handle(config.Path, metrics)
	server := &http.Server{
		Handler: mux, ReadTimeout: metricsTimeout, WriteTimeout: metricsTimeout,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	log.Info("serving metrics", "metrics", "http://"+listener.Addr().String()+config.Path)
	var group sync.WaitGroup
	group.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are not served any more", "error", err.Error())
		}
	})
	return func() {
		_ = server.Close()
		group.Wait()
	}, nil
}
