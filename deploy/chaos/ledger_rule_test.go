package chaos

import (
	"testing"
	"time"
)

// TestTheLedgerFindsFault: a proof that cannot fail is none.
func TestTheLedgerFindsFault(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	p := newPage("x")
	p.due["lost"], p.due["there"], p.due["nobody knows"], p.unknown["nobody knows"] = true, true, true, true
	p.came["there"] = []taken{{At: at}}
	p.came["rolled back"] = []taken{{At: at}}
	p.came["twice"], p.allowed["twice"] = []taken{{At: at}, {At: at.Add(time.Minute)}}, true
	if lost := p.lost(); len(lost) != 1 || lost[0] != "lost" {
		t.Errorf("lost: %q", lost)
	}
	if undue := p.undue(); len(undue) != 1 || undue[0] != "rolled back" {
		t.Errorf("undue: %q", undue)
	}
	for _, c := range []struct {
		name  string
		first taken
		when  time.Time
		want  string
	}{
		{"nothing happened", taken{At: at}, at.Add(-time.Minute), "unexplained"},
		{"killed just after it", taken{At: at}, at.Add(time.Second), "kill"},
		{"killed long after it", taken{At: at}, at.Add(30 * time.Second), "unexplained"},
		{"killed before it", taken{At: at}, at.Add(-time.Second), "unexplained"},
		{"no answer", taken{At: at, Unanswered: true}, at.Add(-time.Minute), "no answer"},
	} {
		p.came["twice"][0] = c.first
		if got := p.duplicates([]disturbance{{"kill", c.when, c.when}}); got[c.want] != 1 || len(got) != 1 {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}
