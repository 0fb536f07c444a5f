package auth

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	fetchTimeout = 5 * time.Second
	// maxSetBytes bounds what is read from a JWKS address.
	maxSetBytes = 1 << 20
	// forcedInterval is the time between two fetches that unknown keys cause:
	// anybody can make up a key id.
	forcedInterval = 30 * time.Second
	// firstInterval is the time between two fetches that requests cause while
	// there are no keys at all.
	firstInterval = time.Second
)

// source is one JWKS address and the keys that it gave. It is safe for
// concurrent use.
type source struct {
	config JWKS
	client *http.Client
	log    *slog.Logger
	now    func() time.Time
	keys   atomic.Pointer[keySet] // nil until the first fetch has succeeded

	mu     sync.Mutex
	flight chan struct{} // of the fetch under way; closed when it has ended
	last   time.Time     // when the last fetch began
	down   bool          // the last fetch failed
}

// refresh fetches the keys unless a fetch began less than interval ago. It waits
// for a fetch that is under way rather than making another.
func (s *source) refresh(ctx context.Context, interval time.Duration) {
	s.mu.Lock()
	if flight := s.flight; flight != nil {
		s.mu.Unlock()
		select {
		case <-flight:
		case <-ctx.Done():
		}
		return
	}
	now := s.now()
	if !s.last.IsZero() && now.Sub(s.last) < interval {
		s.mu.Unlock()
		return
	}
	s.last, s.flight = now, make(chan struct{})
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	set, err := s.fetch(ctx)

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.log.Warn("jwks: keep the keys that are there", "url", s.config.URL, "error", err.Error(), "have_keys", s.keys.Load() != nil)
	case s.down || s.keys.Load() == nil:
		s.log.Info("jwks: keys fetched", "url", s.config.URL, "keys", len(set.keys))
	}
	if err == nil {
		s.keys.Store(set)
	}
	s.down = err != nil
	close(s.flight)
	s.flight = nil
}

func (s *source) fetch(ctx context.Context) (*keySet, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxSetBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSetBytes {
		return nil, fmt.Errorf("its answer is larger than %d bytes", maxSetBytes)
	}
	return parseKeySet(text)
}

// poll fetches the keys now and every PollInterval until ctx ends; more often
// while there are none.
func (s *source) poll(ctx context.Context) {
	wait := firstInterval
	for {
		s.refresh(ctx, 0)
		if s.keys.Load() != nil {
			wait = s.config.PollInterval
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		wait = min(2*wait, forcedInterval)
	}
}
