package router

import (
	"io"
	"log/slog"

	"github.com/weftql/weft/router/internal/telemetry"
)

// LogConfig configures the log of a Router.
type LogConfig = telemetry.LogConfig

// NewLogger returns the log of a Router, which writes to w.
func NewLogger(w io.Writer, config LogConfig) (*slog.Logger, error) {
	return telemetry.NewLogger(w, config)
}
