package telemetry

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
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
				l := line{
					at: time.Now(), level: slog.LevelInfo, method: r.Method,
					path:   r.URL.Path,                             // not the query string: a GET request's holds variables
					status: cmp.Or(e.record.Status, http.StatusOK), // what a handler that writes nothing has answered
					record: &e.record,
				}
				l.took = l.at.Sub(start)
				if slices.Contains(quiet, r.URL.Path) {
					l.level = slog.LevelDebug
				}
				writeLine(log, r, &l)
			}()
			next.ServeHTTP(e, r.WithContext(e))
		})
	}
}

// requestMessage is the message of a request's line.
const requestMessage = "request"

func writeLine(log *slog.Logger, r *http.Request, l *line) {
	if h, ok := log.Handler().(*handler); ok && (!h.Enabled(r.Context(), l.level) || h.write(l)) {
		return
	}
	attributes := make([]slog.Attr, 0, 8)
	attributes = append(attributes,
		slog.String(MethodKey, l.method),
		slog.String(PathKey, l.path),
		slog.Int(StatusKey, l.status),
		slog.Float64(DurationKey, milliseconds(l.took)),
		slog.Int64(BytesKey, l.record.Bytes),
		slog.String(RequestIDKey, l.record.RequestID),
	)
	if l.record.Operation != "" {
		attributes = append(attributes, slog.String(OperationKey, l.record.Operation))
	}
	if len(l.record.Codes) > 0 {
		attributes = append(attributes, slog.Any(CodesKey, l.record.Codes))
	}
	log.LogAttrs(r.Context(), l.level, requestMessage, attributes...)
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
