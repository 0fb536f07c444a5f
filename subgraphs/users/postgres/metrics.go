package postgres

import (
	"fmt"
	"net/http"
	"time"
)

// Metrics serves, in Prometheus' text format (0.0.4), whether routers hear of ended
// sessions: how many rounds of Announce have failed, and how long ago the last one
// was that did not. Without Redis there is nothing to tell, and none of them.
func (s *Service) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		if s.ended.set == nil {
			return
		}
		age := s.deps.Now().Sub(time.Unix(0, s.ended.told.Load())).Seconds()
		// Who asked may have gone.
		_, _ = fmt.Fprintf(w, `# HELP weft_users_revocation_failures_total Rounds in which routers could not be told of ended sessions
# TYPE weft_users_revocation_failures_total counter
weft_users_revocation_failures_total %d
# HELP weft_users_revocation_age_seconds Time since routers could be told of ended sessions last
# TYPE weft_users_revocation_age_seconds gauge
weft_users_revocation_age_seconds %.3f
`, s.ended.failures.Load(), age)
	})
}
