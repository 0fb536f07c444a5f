package chaos

import (
	"flag"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

var (
	measured = flag.Duration("latency", time.Second, "how long assignments are made whose mails are timed; from ten seconds on the goal has to be reached")
	rate     = flag.Int("rate", 50, "assignments per second while they are timed")
)

// goal is how long after its mutation's answer a mail may arrive, in 99 of a hundred
// cases.
const goal = time.Second

// TestMailsFollowTheirMutations assigns todos at a steady rate, with nothing in the
// way, and waits for the mails: one for each, soon.
func TestMailsFollowTheirMutations(t *testing.T) {
	w := newTown(t, 2)
	p := w.settle(t, 4)
	answers := map[string]time.Time{}
	var mu sync.Mutex
	var clients sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(*rate))
	defer tick.Stop()
	for n := range int(measured.Seconds() * float64(*rate)) {
		<-tick.C
		clients.Go(func() {
			one, other := p.residents[n%4], p.residents[(n+1)%4]
			title := fmt.Sprintf("Assign%06d", n)
			_, ok := p.try(t.Context(), "todos", one.claims(), createMutation, map[string]any{"in": map[string]any{"listId": one.list, "title": title, "assigneeIds": []string{other.id}}})
			mu.Lock()
			defer mu.Unlock()
			if ok {
				answers[title] = time.Now()
			} else {
				t.Errorf("%s: refused", title)
			}
		})
	}
	clients.Wait()
	var waits []time.Duration
	await(t, 30*time.Second, "a mail for each assignment", func() bool {
		waits = waits[:0]
		seen := map[string]bool{}
		for _, m := range w.office.all() {
			title := word(m.Subject, "Assign")
			answered, ours := answers[title]
			if !ours {
				continue
			}
			if seen[title] {
				t.Fatalf("%s came twice", title)
			}
			seen[title] = true
			waits = append(waits, m.At.Sub(answered))
		}
		return len(waits) == len(answers)
	})
	slices.Sort(waits)
	at := func(hundredths int) time.Duration {
		return waits[(len(waits)-1)*hundredths/100].Round(time.Millisecond)
	}
	t.Logf("%d mutations at %d/s, from the answer to the mail: p50 %s, p90 %s, p99 %s, slowest %s", len(waits), *rate, at(50), at(90), at(99), at(100))
	if *measured >= 10*time.Second && at(99) > goal {
		t.Errorf("p99 is %s, at most %s is wanted", at(99), goal)
	}
}
