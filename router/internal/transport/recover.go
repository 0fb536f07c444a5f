package transport

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Recover answers a panic below it with an internal error and writes its stack
// to log. A handler that had begun to answer has its connection closed, so that
// the client does not take half an answer for a whole one.
func Recover(log *slog.Logger, requestID func(*http.Request) string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begun := &begunWriter{ResponseWriter: w}
			defer func() {
				cause := recover()
				if cause == nil {
					return
				}
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(cause)
				}
				log.ErrorContext(r.Context(), "panic", "error", fmt.Sprint(cause),
					"request_id", requestID(r), "stack", string(debug.Stack()))
				if begun.yes {
					panic(http.ErrAbortHandler)
				}
				media, _ := accepted(r.Header.Values("Accept"))
				err := Internal(requestID(r))
				Refuse(w, media, err)
			}()
			next.ServeHTTP(begun, r)
		})
	}
}

// begunWriter notices that an answer has begun.
type begunWriter struct {
	http.ResponseWriter
	yes bool
}

func (w *begunWriter) WriteHeader(status int) {
	w.yes = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *begunWriter) Write(p []byte) (int, error) {
	w.yes = true
	return w.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer below.
func (w *begunWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
