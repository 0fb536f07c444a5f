package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// healthTimeout bounds asking a database how it is.
const healthTimeout = time.Second

// standing is what health says of the worker.
type standing struct {
	Status string `json:"status"` // UP or DOWN
	// Databases is what is the matter with each, "UP" if nothing.
	Databases map[string]string `json:"databases"`
}

// health answers 200 while every database does and has its jobs run, else 503 and
// which one does not. The jobs of the others run all the same.
func health(databases []*database) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
		defer cancel()
		all := standing{Status: "UP", Databases: map[string]string{}}
		var mu sync.Mutex
		var asking sync.WaitGroup
		for _, d := range databases {
			asking.Go(func() {
				state := d.state(ctx)
				mu.Lock()
				defer mu.Unlock()
				all.Databases[d.name] = state
				if state != "UP" {
					all.Status = "DOWN"
				}
			})
		}
		asking.Wait()
		w.Header().Set("Content-Type", "application/json")
		if all.Status != "UP" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(all) // who asked may have gone
	})
}

// state says whether the database answers and its jobs run.
func (d *database) state(ctx context.Context) string {
	switch {
	case d.pool.Ping(ctx) != nil:
		return "DOWN: it does not answer"
	case d.works && !d.started.Load():
		return "DOWN: its jobs have not started; the log says why"
	}
	return "UP"
}
