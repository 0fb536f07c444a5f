package limit

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAdmission_lets_in_what_fits_and_the_rest_in_order(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := NewAdmission(100)
		late := time.Now().Add(time.Hour)
		ctx := t.Context()
		for _, need := range []int64{60, 40} {
			if err := a.Enter(ctx, late, need); err != nil {
				t.Fatal(err)
			}
		}
		var mutex sync.Mutex
		var order []int64
		for _, need := range []int64{70, 10, 500, 20} { // the second would fit before the first
			go func() {
				if err := a.Enter(ctx, late, need); err != nil {
					t.Error(err)
				}
				mutex.Lock()
				defer mutex.Unlock()
				order = append(order, need)
			}()
			synctest.Wait()
		}
		for _, step := range []struct {
			leave int64
			want  int
		}{{40, 0}, {60, 2}, {70, 2}, {10, 3}, {500, 4}} {
			a.Leave(step.leave)
			synctest.Wait()
			if len(order) != step.want {
				t.Fatalf("after %d left, %v are in, want %d", step.leave, order, step.want)
			}
		}
		if a.Leave(20); a.free != a.size || order[0]+order[1] != 80 || order[2] != 500 || order[3] != 20 {
			t.Errorf("%d of %d free, order %v", a.free, a.size, order)
		}
	})
}

func TestAdmission_forgets_who_waits_no_longer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := NewAdmission(100)
		if err := a.Enter(t.Context(), time.Now().Add(time.Hour), 50); err != nil {
			t.Fatal(err)
		}
		gone, cancel := context.WithCancel(t.Context())
		var canceled, late, small error
		go func() { canceled = a.Enter(gone, time.Now().Add(time.Hour), 80) }()
		synctest.Wait()
		go func() { late = a.Enter(t.Context(), time.Now().Add(time.Second), 60) }()
		synctest.Wait()
		var in atomic.Bool
		go func() { small = a.Enter(t.Context(), time.Now().Add(time.Hour), 50); in.Store(true) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(canceled, context.Canceled) || in.Load() {
			t.Errorf("canceled: %v; who is behind one that does not fit is in: %t", canceled, in.Load())
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !errors.Is(late, context.DeadlineExceeded) || small != nil || !in.Load() {
			t.Errorf("late: %v; the last one: %v, %t", late, small, in.Load())
		}
	})
}

func TestAdmission_never_exceeds_its_bound(t *testing.T) {
	t.Parallel()
	a := NewAdmission(10)
	var used atomic.Int64
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			for k := range 100 {
				need := int64((i+k)%12 + 1)
				ctx, cancel := context.WithCancel(context.Background())
				if k%7 == 0 {
					go cancel()
				}
				if a.Enter(ctx, time.Now().Add(time.Minute), need) == nil {
					if n := used.Add(min(need, 10)); n > 10 {
						t.Errorf("%d are used", n)
					}
					runtime.Gosched()
					used.Add(-min(need, 10))
					a.Leave(need)
				}
				cancel()
			}
		})
	}
	group.Wait()
	if a.free != 10 || len(a.queue) != 0 {
		t.Errorf("%d free, %d wait", a.free, len(a.queue))
	}
}
