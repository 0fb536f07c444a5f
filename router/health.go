package router

import "net/http"

// serveHealth answers whether the process lives (GET /health and /health?live)
// and whether it wants requests (GET /health?ready), as Apollo Router does.
func (r *Router) serveHealth(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	status, body := http.StatusOK, `{"status":"UP"}`
	if request.URL.Query().Has("ready") && r.draining.Load() {
		status, body = http.StatusServiceUnavailable, `{"status":"DOWN"}`
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}
