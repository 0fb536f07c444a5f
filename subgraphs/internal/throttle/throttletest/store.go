package throttletest

import (
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/internal/throttle"
)

// Test tries a store, whose keys need not be unused.
func Test(t *testing.T, store throttle.Store) {
	rate := throttle.Rate{Burst: 3, Every: time.Minute}
	key := func() (key [32]byte) {
		_, _ = rand.Read(key[:]) // never fails
		return key
	}
	// The clock of these tests stands in the future, so that no store forgets by
	// its own what the tests expect it to know.
	noon := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	take := func(t *testing.T, key [32]byte, at time.Duration, want time.Duration) {
		t.Helper()
		wait, err := store.Take(t.Context(), key, rate, noon.Add(at))
		if err != nil {
			t.Fatal(err)
		}
		if wait != want {
			t.Errorf("after %s: wait %s, want %s", at, wait, want)
		}
	}

	t.Run("accepts a burst and then one in each interval", func(t *testing.T) {
		one, other := key(), key()
		for range 3 {
			take(t, one, 0, 0)
		}
		take(t, one, 0, time.Minute)
		take(t, one, 20*time.Second, 40*time.Second)
		take(t, other, 0, 0)
		take(t, one, time.Minute, 0)
		take(t, one, time.Minute, time.Minute)
		for range 3 {
			take(t, one, time.Hour, 0)
		}
		take(t, one, time.Hour, time.Minute)
	})

	t.Run("takes an attempt back", func(t *testing.T) {
		one := key()
		for range 10 {
			take(t, one, 0, 0)
			if err := store.Return(t.Context(), one, rate, noon); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			take(t, one, 0, 0)
		}
		if err := store.Return(t.Context(), one, rate, noon); err != nil {
			t.Fatal(err)
		}
		take(t, one, 0, 0)
		take(t, one, 0, time.Minute)
		if err := store.Return(t.Context(), key(), rate, noon); err != nil {
			t.Errorf("nothing to take back: %v", err)
		}
	})

	t.Run("counts each of many at the same time", func(t *testing.T) {
		one := key()
		var accepted atomic.Int32
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				wait, err := store.Take(t.Context(), one, rate, noon)
				if err != nil {
					t.Error(err)
				}
				if wait == 0 {
					accepted.Add(1)
				}
			})
		}
		group.Wait()
		if n := accepted.Load(); n != 3 {
			t.Errorf("%d of 20 attempts are accepted, want 3", n)
		}
	})
}
