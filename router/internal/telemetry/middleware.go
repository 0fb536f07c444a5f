package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// exchange is what is kept of one request, in one piece: its context, which has
// the record, and its answer, as it is written.
type exchange struct {
	context.Context
	http.ResponseWriter

	record Record
	id     [1]string // the value of the response's header
}

// Value returns the record to RecordOf.
func (e *exchange) Value(key any) any {
	if key == (recordKey{}) {
		return &e.record
	}
	return e.Context.Value(key)
}

// Middleware gives each request an id and a Record, and writes one line to log
// when it has been answered. Requests whose path is in quiet (health checks) are
// logged at the level debug.
func Middleware(log *slog.Logger, quiet ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			e := &exchange{Context: r.Context(), ResponseWriter: w}
			e.record.RequestID = requestID(r.Header.Get(RequestIDHeader))
			e.id[0] = e.record.RequestID
			w.Header()[RequestIDHeader] = e.id[:]
			defer func() {
				level := slog.LevelInfo
				for _, path := range quiet {
					if path == r.URL.Path {
						level = slog.LevelDebug
					}
				}
				writeLine(log, level, r, &e.record, time.Since(start))
			}()
			next.ServeHTTP(e, r.WithContext(e))
		})
	}
}

func writeLine(log *slog.Logger, level slog.Level, r *http.Request, record *Record, took time.Duration) {
	status := record.Status
	if status == 0 { // what a handler that writes nothing has answered
		status = http.StatusOK
	}
	attributes := make([]slog.Attr, 0, 8)
	attributes = append(attributes,
		slog.String(MethodKey, r.Method),
		slog.String(PathKey, r.URL.Path), // not the query string: a GET request's holds variables
		slog.Int(StatusKey, status),
		slog.Float64(DurationKey, float64(took.Microseconds())/1000),
		slog.Int64(BytesKey, record.Bytes),
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

// WriteHeader notes the status.
func (e *exchange) WriteHeader(status int) {
	if e.record.Status == 0 && status >= 200 { // 1xx are not the answer
		e.record.Status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (e *exchange) Write(p []byte) (int, error) {
	if e.record.Status == 0 {
		e.record.Status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(p)
	e.record.Bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the writer below.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }
