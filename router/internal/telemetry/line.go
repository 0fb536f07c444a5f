package telemetry

import (
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"
)

// handler is slog's handler for JSON, which takes lines too that are written
// already. A logger that is made from one with it (With, WithGroup) has slog's alone.
type handler struct {
	slog.Handler
	out *sequence
}

func newHandler(w io.Writer, options *slog.HandlerOptions) *handler {
	out := &sequence{out: w}
	return &handler{slog.NewJSONHandler(out, options), out}
}

// sequence is a writer whose lines come one after the other. The lock guards the
// writer and the memory for a line.
type sequence struct {
	mu   sync.Mutex
	out  io.Writer
	line []byte
}

func (s *sequence) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

// line is what is logged of a request, as slog would write it. The record's codes
// are not in it.
type line struct {
	at           time.Time
	level        slog.Level
	method, path string
	status       int
	took         time.Duration
	record       *Record
}

// write writes a line, at about a third of what it costs through slog. It returns
// false if the line has something that is not written as it stands.
func (h *handler) write(l *line) bool {
	if !isPlain(l.method) || !isPlain(l.path) || !isPlain(l.record.Operation) || len(l.record.Codes) > 0 {
		return false
	}
	h.out.mu.Lock()
	defer h.out.mu.Unlock()
	h.out.line = l.append(h.out.line[:0])
	_, _ = h.out.out.Write(h.out.line) // as slog: there is no other place to tell
	return true
}

func (l *line) append(b []byte) []byte {
	b = append(b, `{"`+slog.TimeKey+`":"`...)
	b = l.at.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","`+slog.LevelKey+`":"`...)
	b = append(b, l.level.String()...)
	b = append(b, `","`+slog.MessageKey+`":"`+requestMessage+`","`+MethodKey+`":"`...)
	b = append(b, l.method...)
	b = append(b, `","`+PathKey+`":"`...)
	b = append(b, l.path...)
	b = append(b, `","`+StatusKey+`":`...)
	b = strconv.AppendInt(b, int64(l.status), 10)
	b = append(b, `,"`+DurationKey+`":`...)
	b = strconv.AppendFloat(b, milliseconds(l.took), 'f', -1, 64)
	b = append(b, `,"`+BytesKey+`":`...)
	b = strconv.AppendInt(b, l.record.Bytes, 10)
	b = append(b, `,"`+RequestIDKey+`":"`...)
	b = append(b, l.record.RequestID...)
	if l.record.Operation != "" {
		b = append(b, `","`+OperationKey+`":"`...)
		b = append(b, l.record.Operation...)
	}
	return append(b, "\"}\n"...)
}

// milliseconds is a duration with three decimals.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// isPlain tells whether a text stands in JSON as it is.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
