package batch_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/internal/batch"
)

// recorder is a fetch that returns keys as text and remembers its calls.
type recorder struct {
	mu    sync.Mutex
	calls [][]int
}

func (r *recorder) fetch(_ context.Context, keys []int) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, slices.Clone(keys))
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = strconv.Itoa(key)
	}
	return values, nil
}

func TestLoaderReadsSiblingsAtOnce(t *testing.T) {
	t.Parallel()
	var siblings batch.Siblings[int]
	siblings.Add(func() []int { return []int{1, 2, 3, 2} })
	siblings.Add(func() []int { return []int{3, 4} })
	var r recorder
	loader := batch.NewLoader(&siblings, r.fetch)
	for _, key := range []int{3, 1, 2, 4, 9, 9} {
		got, err := loader.Load(t.Context(), key)
		if err != nil || got != strconv.Itoa(key) {
			t.Errorf("Load(%d) = %q, %v", key, got, err)
		}
	}
	// 3 is in both groups and takes the larger one along; 9 has no siblings.
	if diff := cmp.Diff([][]int{{3, 1, 2}, {4}, {9}}, r.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestLoaderCallsOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	const n = 1000
	var siblings batch.Siblings[int]
	siblings.Add(func() []int {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	})
	var r recorder
	loader := batch.NewLoader(&siblings, r.fetch)
	var wrong atomic.Int64
	var group sync.WaitGroup
	for i := range 4 * n {
		group.Go(func() {
			if got, err := loader.Load(t.Context(), i%n); err != nil || got != strconv.Itoa(i%n) {
				wrong.Add(1)
			}
		})
	}
	group.Wait()
	if len(r.calls) != 1 || wrong.Load() != 0 {
		t.Errorf("%d calls, %d wrong values; want one call", len(r.calls), wrong.Load())
	}
}

func TestLoaderSharesErrors(t *testing.T) {
	t.Parallel()
	var siblings batch.Siblings[int]
	siblings.Add(func() []int { return []int{1, 2} })
	trouble := errors.New("trouble")
	var calls int
	loader := batch.NewLoader(&siblings, func(context.Context, []int) ([]string, error) {
		calls++
		return nil, trouble
	})
	for _, key := range []int{1, 2, 1} {
		if _, err := loader.Load(t.Context(), key); !errors.Is(err, trouble) {
			t.Errorf("Load(%d): %v", key, err)
		}
	}
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
	short := batch.NewLoader(&siblings, func(context.Context, []int) ([]string, error) { return []string{"1"}, nil })
	if _, err := short.Load(t.Context(), 1); err == nil {
		t.Error("a value is missing, and nobody is told")
	}
}

// TestLoaderSurvivesPanic has the fetch panic while another key waits for it.
func TestLoaderSurvivesPanic(t *testing.T) {
	t.Parallel()
	var siblings batch.Siblings[int]
	siblings.Add(func() []int { return []int{1, 2} })
	started, release := make(chan struct{}), make(chan struct{})
	loader := batch.NewLoader(&siblings, func(context.Context, []int) ([]string, error) {
		close(started)
		<-release
		panic("boom")
	})
	panicked := make(chan any)
	go func() {
		defer func() { panicked <- recover() }()
		_, _ = loader.Load(t.Context(), 1)
	}()
	<-started
	waited := make(chan error)
	go func() {
		_, err := loader.Load(t.Context(), 2)
		waited <- err
	}()
	close(release)
	if got := <-panicked; got != "boom" {
		t.Errorf("recovered %v", got)
	}
	if err := <-waited; err == nil {
		t.Error("the sibling got a value")
	}
}

func TestLoaderStopsWaiting(t *testing.T) {
	t.Parallel()
	var siblings batch.Siblings[int]
	siblings.Add(func() []int { return []int{1, 2} })
	started, release := make(chan struct{}), make(chan struct{})
	loader := batch.NewLoader(&siblings, func(context.Context, []int) ([]string, error) {
		close(started)
		<-release
		return []string{"1", "2"}, nil
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := loader.Load(context.Background(), 1); err != nil {
			t.Error(err)
		}
	}()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := loader.Load(ctx, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(release)
	<-done
}

func TestPagesCallOnceForEachArguments(t *testing.T) {
	t.Parallel()
	var siblings batch.Siblings[int]
	siblings.Add(func() []int { return []int{1, 2, 3} })
	var calls []string
	pages := batch.NewPages(&siblings, func(_ context.Context, keys []int, args string) ([]string, error) {
		calls = append(calls, args)
		values := make([]string, len(keys))
		for i, key := range keys {
			values[i] = args + strconv.Itoa(key)
		}
		return values, nil
	})
	for _, args := range []string{"a", "b", "a"} {
		for key := range 3 {
			got, err := pages.Load(t.Context(), key+1, args)
			if want := args + strconv.Itoa(key+1); err != nil || got != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestSiblingsAreCountedOnce has two keys stand on many rows, and in a group of
// three: whoever of them asks first asks for all three.
func TestSiblingsAreCountedOnce(t *testing.T) {
	t.Parallel()
	var siblings batch.Siblings[int]
	siblings.Add(func() []int { return []int{1, 2, 1, 2, 1, 2, 1, 2} })
	siblings.Add(func() []int { return []int{1, 2, 3} })
	if diff := cmp.Diff([]int{1, 2, 3}, siblings.Of(1)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
