package cache_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/cache"
)

func newCache(t testing.TB, entries, bytes int) *cache.Cache[string, string] {
	t.Helper()
	c, err := cache.New[string, string](cache.Config{MaxEntries: entries, MaxBytes: bytes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Wait)
	return c
}

// put keeps "v" + key at the given size.
func put(t testing.TB, c *cache.Cache[string, string], key string, bytes int) {
	t.Helper()
	got, err := c.Do(t.Context(), key, func(context.Context) (string, int, error) { return "v" + key, bytes, nil })
	if got != "v"+key || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
}

func there(c *cache.Cache[string, string], keys ...string) (out []string) {
	for _, key := range keys {
		if value, ok := c.Find(key); ok {
			out = append(out, strings.TrimPrefix(value, "v"))
		}
	}
	return out
}

func TestCacheDropsWhatIsNotUsed(t *testing.T) {
	t.Parallel()
	c := newCache(t, 4, 1000)
	for _, key := range []string{"a", "b", "c", "d"} {
		put(t, c, key, 1)
	}
	there(c, "a", "c")
	put(t, c, "e", 1) // the hand passes a, and drops b
	put(t, c, "f", 1) // then it passes c, and drops d
	if diff := cmp.Diff([]string{"a", "c", "e", "f"}, there(c, "a", "b", "c", "d", "e", "f")); diff != "" {
		t.Error(diff)
	}
}

func TestCacheDropsTheOldestWhenAllAreUsed(t *testing.T) {
	t.Parallel()
	c := newCache(t, 3, 1000)
	for _, key := range []string{"a", "b", "c"} {
		put(t, c, key, 1)
	}
	there(c, "a", "b", "c")
	put(t, c, "d", 1)
	if diff := cmp.Diff([]string{"b", "c", "d"}, there(c, "a", "b", "c", "d")); diff != "" {
		t.Error(diff)
	}
}

// Whatever comes and goes, the bounds hold and the sizes add up.
func TestCacheKeepsItsBounds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	c := newCache(t, 20, 1000)
	sizes := map[string]int{}
	for range 20_000 {
		key := fmt.Sprint(random.IntN(60))
		if _, ok := c.Find(key); ok {
			continue
		}
		sizes[key] = random.IntN(140)
		put(t, c, key, sizes[key])
		if c.Len() > 20 || c.Bytes() > 1000 {
			t.Fatalf("%d entries, %d bytes", c.Len(), c.Bytes())
		}
	}
	total, n := 0, 0
	for key, size := range sizes {
		if len(there(c, key)) == 1 {
			total, n = total+size, n+1
		}
	}
	if total != c.Bytes() || n != c.Len() || n == 0 {
		t.Errorf("%d entries of %d bytes are there, %d of %d are said to be", n, total, c.Len(), c.Bytes())
	}
}

func TestCacheDoesNotKeepWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	c := newCache(t, 10, 800)
	put(t, c, "fits", 100)
	put(t, c, "large", 101)
	if diff := cmp.Diff([]string{"fits"}, there(c, "fits", "large")); diff != "" {
		t.Error(diff)
	}
}

func TestCacheTellsTheHottest(t *testing.T) {
	t.Parallel()
	c := newCache(t, 10, 1000)
	for _, key := range []string{"a", "b", "c", "d"} {
		put(t, c, key, 1)
	}
	there(c, "b", "b", "b", "d", "d")
	if diff := cmp.Diff([]string{"vb", "vd", "vc"}, c.Hottest(3)); diff != "" {
		t.Error(diff)
	}
	if got := c.Hottest(100); len(got) != 4 {
		t.Errorf("got %v", got)
	}
}

func TestDoMakesOnceForAllWhoAsk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, 10, 1000)
		made := 0
		release := make(chan struct{})
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				got, err := c.Do(t.Context(), "k", func(context.Context) (string, int, error) {
					made++
					<-release
					return "v", 1, nil
				})
				if got != "v" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
		synctest.Wait()
		close(release)
		group.Wait()
		if made != 1 || c.Len() != 1 {
			t.Errorf("made %d times, %d entries", made, c.Len())
		}
	})
}

// The first one to ask gives up; the second one still gets what was begun for the
// first.
func TestDoEndsForEachAtItsOwnDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, 10, 1000)
		ask := func(patience time.Duration) (string, error) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			return c.Do(ctx, "k", func(ctx context.Context) (string, int, error) {
				select {
				case <-time.After(3 * time.Second):
					return "after " + patience.String(), 1, nil
				case <-ctx.Done():
					return "", 0, ctx.Err()
				}
			})
		}
		var group sync.WaitGroup
		group.Go(func() {
			if got, err := ask(time.Second); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %q, %v", got, err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			if got, err := ask(time.Minute); got != "after 1s" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		})
		group.Wait()
	})
}

func TestDoEndsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCache(t, 10, 1000)
		var ended []error
		ask := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Do(ctx, "k", func(ctx context.Context) (string, int, error) {
				<-ctx.Done()
				ended = append(ended, ctx.Err())
				return "", 0, ctx.Err()
			})
			return err
		}
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if err := ask(); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		c.Wait()
		if len(ended) != 1 || !errors.Is(ended[0], context.Canceled) {
			t.Errorf("it ended with %v", ended)
		}
		if err := ask(); !errors.Is(err, context.DeadlineExceeded) { // and it is begun anew
			t.Error(err)
		}
		c.Wait()
		if len(ended) != 2 || c.Len() != 0 {
			t.Errorf("made %d times, %d entries", len(ended), c.Len())
		}
	})
}

func TestDoDoesNotKeepErrors(t *testing.T) {
	t.Parallel()
	c := newCache(t, 10, 1000)
	failure := errors.New("no")
	if _, err := c.Do(t.Context(), "k", func(context.Context) (string, int, error) { return "", 1, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	put(t, c, "k", 1)
}

func TestDoPanicsWhereItIsCalled(t *testing.T) {
	t.Parallel()
	c := newCache(t, 10, 1000)
	func() {
		defer func() {
			p, ok := recover().(*cache.Panic)
			if !ok || p.Value != "broken" || !strings.Contains(p.Error(), "TestDoPanicsWhereItIsCalled") {
				t.Errorf("got %v", p)
			}
		}()
		_, _ = c.Do(t.Context(), "k", func(context.Context) (string, int, error) { panic("broken") })
	}()
	put(t, c, "k", 1)
}

func TestNewRefusesNoRoom(t *testing.T) {
	t.Parallel()
	for _, config := range []cache.Config{{}, {MaxEntries: 1}, {MaxBytes: 1}} {
		if _, err := cache.New[string, string](config); err == nil {
			t.Errorf("%+v: no error", config)
		}
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	c := newCache(t, 10, 1000)
	put(t, c, "key", 1)
	text := []byte("key")
	if n := testing.AllocsPerRun(100, func() {
		c.Find("key")
		if value, ok := cache.FindText(c, text); value != "vkey" || !ok {
			t.Errorf("%q, %t", value, ok)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFind(b *testing.B) {
	c := newCache(b, 1000, 1000)
	key := strings.Repeat("{ me { name } }", 40)
	put(b, c, key, 1)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Find(key)
		}
	})
}
