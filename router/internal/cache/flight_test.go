package cache_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weftql/weft/router/internal/cache"
)

// A value is given back once, when the last of its readers has read it, whoever
// of them that is, and whether or not all stayed until it came.
func TestFlightsReleaseWhatNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var released []string
		flights := cache.NewFlights[string](func(v string) { released = append(released, v) })
		var flying []*cache.Flight[string]
		var mu sync.Mutex
		var group sync.WaitGroup
		firsts := 0
		for i := range 4 {
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(2*i+1)*time.Second) // the first leaves
				defer cancel()
				flight, first, err := flights.Join(ctx, "k", func(context.Context) (string, error) {
					time.Sleep(2 * time.Second)
					return "v", nil
				})
				mu.Lock()
				defer mu.Unlock()
				if first {
					firsts++
				}
				switch {
				case err == nil:
					flying = append(flying, flight)
				case !errors.Is(err, context.DeadlineExceeded):
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		group.Wait()
		flights.Wait()
		if len(flying) != 3 || firsts != 1 {
			t.Fatalf("%d have the value, %d began to make it", len(flying), firsts)
		}
		for i, flight := range flying {
			if len(released) != 0 || flight.Value != "v" {
				t.Errorf("%d: %q, released %q", i, flight.Value, released)
			}
			flight.Release()
		}
		if len(released) != 1 || released[0] != "v" {
			t.Errorf("released %q", released)
		}
	})
}

// What is made although nobody waits any more is given back too.
func TestFlightsReleaseWhatCameTooLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		released := 0
		flights := cache.NewFlights[string](func(int) { released++ })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, first, err := flights.Join(ctx, "k", func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 1, nil
		}); !first || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%t, %v", first, err)
		}
		flights.Wait()
		if released != 1 {
			t.Errorf("released %d times", released)
		}
	})
}

// Many come and go while values are made: each value that was made is given back
// once, and never while somebody reads it.
func TestFlightsCountTheirReaders(t *testing.T) {
	t.Parallel()
	type value struct{ readers, released atomic.Int32 }
	var made, gone atomic.Int32
	flights := cache.NewFlights[int](func(v *value) {
		if v.readers.Load() != 0 || v.released.Add(1) != 1 {
			t.Error("released while it is read, or twice")
		}
		gone.Add(1)
	})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for k := range 400 {
				ctx, cancel := context.WithCancel(t.Context())
				if (i+k)%3 == 0 {
					go cancel()
				}
				flight, _, err := flights.Join(ctx, k%2, func(context.Context) (*value, error) {
					made.Add(1)
					return &value{}, nil
				})
				if err == nil {
					flight.Value.readers.Add(1)
					flight.Value.readers.Add(-1)
					flight.Release()
				}
				cancel()
			}
		})
	}
	group.Wait()
	flights.Wait()
	if made.Load() != gone.Load() || made.Load() == 0 {
		t.Errorf("made %d, released %d", made.Load(), gone.Load())
	}
}
