package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// The forms of the log.
const (
	JSON = "json"
	Text = "text"
)

// LogConfig configures the log.
type LogConfig struct {
	// Level is the least severe level that is written: debug, info, warn or
	// error. Defaults to info.
	Level string
	// Format is JSON, one object a line, or Text, key=value. Defaults to JSON.
	Format string
}

// NewLogger returns a logger that writes to w. Its error names the setting that
// is wrong.
func NewLogger(w io.Writer, config LogConfig) (*slog.Logger, error) {
	level := slog.LevelInfo
	if config.Level != "" {
		// slog's own parser also takes "INFO+3", which nobody should need.
		levels := map[string]slog.Level{
			"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
		}
		known := false
		if level, known = levels[strings.ToLower(config.Level)]; !known {
			return nil, fmt.Errorf("log level %q: want debug, info, warn or error", config.Level)
		}
	}
	options := &slog.HandlerOptions{Level: level}
	switch config.Format {
	case "", JSON:
		return slog.New(newHandler(w, options)), nil
	case Text:
		return slog.New(slog.NewTextHandler(w, options)), nil
	}
	return nil, fmt.Errorf("log format %q: want %s or %s", config.Format, JSON, Text)
}
