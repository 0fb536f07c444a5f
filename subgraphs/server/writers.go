package server

import (
	"context"
	"sync"
	"time"
)

// maxSubjectBytes is the longest subject that is remembered: entries are to be
// small, and arguments of mutations are among the subjects.
const maxSubjectBytes = 255

// writers remembers who wrote within span, so that a reader finds what the same
// person wrote a moment ago although replicas lag behind. Entries live in two
// generations, as in a cache that forgets by age: the current one takes new ones,
// the one before it still answers. It is safe for concurrent use.
type writers struct {
	span time.Duration
	most int // entries in a generation
	now  func() time.Time

	mu       sync.Mutex
	started  time.Time            // of the current generation
	current  map[string]time.Time // until when, by subject
	previous map[string]time.Time
	// everybody is until when all count as writers, because there was no room to
	// remember one.
	everybody time.Time
}

func newWriters(span time.Duration, most int, now func() time.Time) *writers {
	return &writers{span: span, most: max(1, most/2), now: now}
}

// wrote remembers a subject from now on; "" is nobody, and one that is too long
// counts as a writer always.
func (w *writers) wrote(subject string) {
	if subject == "" || len(subject) > maxSubjectBytes {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	w.turn(now)
	if _, known := w.current[subject]; !known && len(w.current) >= w.most {
		w.everybody = now.Add(w.span)
		return
	}
	w.current[subject] = now.Add(w.span)
}

// recently tells whether subject wrote within the span.
func (w *writers) recently(subject string) bool {
	if len(subject) > maxSubjectBytes {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	return now.Before(w.everybody) || now.Before(w.current[subject]) || now.Before(w.previous[subject])
}

// turn begins a new generation if the current one is span old: what the one
// before it holds is over then.
func (w *writers) turn(now time.Time) {
	if w.current != nil && now.Sub(w.started) < w.span {
		return
	}
	w.previous, w.current, w.started = w.current, map[string]time.Time{}, now
}

// Wrote notes that something was written that belongs to user, who is not the
// caller: one who has just registered or logged in, or whose account somebody
// else changed. For a few seconds the user's reads are answered by the primary,
// as those of a caller are after every mutation.
func Wrote(ctx context.Context, user string) {
	if x := exchangeOf(ctx); x != nil {
		x.writers.wrote(user)
	}
}
