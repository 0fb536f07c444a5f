package router

import (
	"cmp"
	"fmt"
	"net"
)

// TelemetryConfig holds Apollo Router's telemetry.exporters.metrics.prometheus.
type TelemetryConfig struct {
	Exporters struct {
		Metrics struct {
			Prometheus PrometheusConfig `yaml:"prometheus"`
		} `yaml:"metrics"`
	} `yaml:"exporters"`
}

// PrometheusConfig is about the address where Prometheus reads metrics.
type PrometheusConfig struct {
	// Enabled serves them. Defaults to false.
	Enabled bool `yaml:"enabled"`
	// Listen is the address that `weft serve` listens on for it. Defaults to
	// 127.0.0.1:9090.
	Listen string `yaml:"listen"`
	// Path is where they are. Defaults to /metrics.
	Path string `yaml:"path"`
}

func (c TelemetryConfig) withDefaults() TelemetryConfig {
	prometheus := &c.Exporters.Metrics.Prometheus
	prometheus.Listen = cmp.Or(prometheus.Listen, "127.0.0.1:9090")
	prometheus.Path = cmp.Or(prometheus.Path, "/metrics")
	return c
}

func (c TelemetryConfig) validate() *FieldError {
	field := func(name string) []string { return []string{"telemetry", "exporters", "metrics", "prometheus", name} }
	prometheus := c.Exporters.Metrics.Prometheus
	if _, port, err := net.SplitHostPort(prometheus.Listen); err != nil || port == "" {
		return fieldError(fmt.Sprintf("%q is no address to listen on: want host:port", prometheus.Listen), field("listen")...)
	}
	if !plainPath(prometheus.Path) {
		return fieldError(fmt.Sprintf("%q is no path: want one such as /metrics", prometheus.Path), field("path")...)
	}
	return nil
}
