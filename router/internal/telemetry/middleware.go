package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Middleware gives each request an id and a Record, and writes one line to log
// when it has been answered. Requests whose path is in quiet (health checks) are
// logged at the level debug.
func Middleware(log *slog.Logger, quiet ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			record := &Record{RequestID: requestID(r.Header.Get(RequestIDHeader))}
			w.Header().Set(RequestIDHeader, record.RequestID)
			counted := &countingWriter{ResponseWriter: w}
			defer func() {
				level := slog.LevelInfo
				for _, path := range quiet {
					if path == r.URL.Path {
						level = slog.LevelDebug
					}
				}
				writeLine(log, level, r, record, counted, time.Since(start))
			}()
			next.ServeHTTP(counted, r.WithContext(context.WithValue(r.Context(), recordKey{}, record)))
		})
	}
}

func writeLine(log *slog.Logger, level slog.Level, r *http.Request, record *Record, w *countingWriter, took time.Duration) {
	attributes := make([]slog.Attr, 0, 8)
	attributes = append(attributes,
		slog.String(MethodKey, r.Method),
		slog.String(PathKey, r.URL.Path), // not the query string: a GET request's holds variables
		slog.Int(StatusKey, w.code()),
		slog.Float64(DurationKey, float64(took.Microseconds())/1000),
		slog.Int64(BytesKey, w.bytes),
		slog.String(RequestIDKey, record.RequestID),
	)
	if record.Operation != "" {
		attributes = append(attributes, slog.String(OperationKey, record.Operation))
	}
	if len(record.Codes) > 0 {
		attributes = append(attributes, slog.Any(CodesKey, record.Codes))
	}
	log.LogAttrs(r.Context(), level, "request", attributes...)
}

// countingWriter notices status and size of a response.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// code is the status that the client got; a handler that writes nothing has
// answered 200.
func (w *countingWriter) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *countingWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 { // 1xx are not the answer
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the writer below.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
