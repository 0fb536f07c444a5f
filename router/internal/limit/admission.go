package limit

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Admission lets requests in while the memory that they are expected to take
// together is within a bound. The others wait, first come, first served. It is
// safe for concurrent use.
type Admission struct {
	size int64

	mutex sync.Mutex
	free  int64
	queue []*waiting
}

// waiting is a request that waits.
type waiting struct {
	need     int64
	admitted chan struct{}
}

// NewAdmission returns an Admission with a bound in bytes.
func NewAdmission(bytes int64) *Admission { return &Admission{size: bytes, free: bytes} }

// Enter waits until a request that needs so many bytes is let in, which then has
// to Leave. One that needs more than there is waits until it is alone. The error
// is that of ctx, or context.DeadlineExceeded if the deadline came before; the
// request is not let in then.
func (a *Admission) Enter(ctx context.Context, deadline time.Time, need int64) error {
	need = min(need, a.size)
	a.mutex.Lock()
	if len(a.queue) == 0 && need <= a.free {
		a.free -= need
		a.mutex.Unlock()
		return nil
	}
	w := &waiting{need: need, admitted: make(chan struct{})}
	a.queue = append(a.queue, w)
	a.mutex.Unlock()

	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-w.admitted:
		return nil
	case <-ctx.Done():
	case <-timer.C:
	}
	if a.quit(w) {
		a.Leave(need) // it was let in meanwhile
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.DeadlineExceeded
}

// quit takes a request out of the queue. It tells whether it was let in already.
func (a *Admission) quit(w *waiting) (admitted bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	at := slices.Index(a.queue, w)
	if at < 0 {
		return true
	}
	a.queue = slices.Delete(a.queue, at, at+1)
	a.admit() // those behind it may need less
	return false
}

// Leave gives back what a request took when it entered.
func (a *Admission) Leave(need int64) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.free += min(need, a.size)
	a.admit()
}

// admit lets in whoever is first and fits.
func (a *Admission) admit() {
	n := 0
	for ; n < len(a.queue) && a.queue[n].need <= a.free; n++ {
		a.free -= a.queue[n].need
		close(a.queue[n].admitted)
	}
	a.queue = slices.Delete(a.queue, 0, n)
}
