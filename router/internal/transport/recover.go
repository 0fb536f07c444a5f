package transport

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/weftql/weft/router/internal/telemetry"
)

// Recover answers a panic below it with an internal error and writes its stack
// to log, with the id of the request's telemetry.Record. A handler that had begun
// to answer has its connection closed, so that the client does not take half an
// answer for a whole one.
func Recover(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				cause := recover()
				if cause == nil {
					return
				}
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(cause)
				}
				record := telemetry.RecordOf(r.Context())
				log.ErrorContext(r.Context(), "panic", telemetry.ErrorKey, fmt.Sprint(cause),
					telemetry.RequestIDKey, record.RequestID, "stack", string(debug.Stack()))
				if record.Status != 0 {
					panic(http.ErrAbortHandler)
				}
				media, _ := accepted(r.Header.Values("Accept"))
				Refuse(w, media, Internal(record.RequestID))
			}()
			next.ServeHTTP(w, r)
		})
	}
}
