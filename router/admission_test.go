package router

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// With room for one answer at a time, requests are executed one after the other;
// none is refused.
func TestRequestsWaitForMemory(t *testing.T) {
	t.Parallel()
	f := serve(t, func(config *Config) {
		config.Limits.InFlightMaxBytesPerCPU = 1
		config.TrafficShaping.All.DeduplicateQuery = new(false)
	})
	var now, most atomic.Int64
	count := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":{"people":[]}}`))
	})
	f.faults["people"].Store(&count)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if a := f.query(t, "{ people { name } }"); a.Status != 200 || len(a.Errors) > 0 {
				t.Errorf("%d %s", a.Status, a.Text)
			}
		})
	}
	group.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests were executed at a time, want 1", most.Load())
	}
}

// Who waits longer than a request may take gets an error, and leaves nothing behind.
func TestWaitingForMemoryEnds(t *testing.T) {
	t.Parallel()
	f := serve(t, func(config *Config) {
		config.Limits.InFlightMaxBytesPerCPU = 1
		config.TrafficShaping.All.DeduplicateQuery = new(false)
		config.TrafficShaping.Router.Timeout = 300 * time.Millisecond
	})
	arrived := make(chan struct{}, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		hang(w, r)
	})
	f.faults["people"].Store(&slow)
	var group sync.WaitGroup
	group.Go(func() { f.query(t, "{ people { name } }") })
	<-arrived
	// The second one's time ends, at the latest, soon after the first one's.
	second := make(chan answer, 1)
	group.Go(func() { second <- f.query(t, "{ people { name } }") })
	if a := <-second; len(a.Errors) == 0 || a.Errors[0].code() != "GATEWAY_TIMEOUT" {
		t.Errorf("%d %s", a.Status, a.Text)
	}
	group.Wait()
	f.faults["people"].Store(nil)
	f.alive(t)
}
