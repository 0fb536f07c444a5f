package trial

import (
	"fmt"
	"strings"

	"github.com/weftql/weft/schema/universe"
)

// What a Tally has to come to, in percent of the cases, for the trials to prove
// anything.
const (
	minAnswered = 90
	minRow      = 1
	minFetches  = 3 // the median
)

// Tally counts trials.
type Tally struct {
	// Universes were made, of which NotComposed did not compose.
	Universes, NotComposed int
	// Cases were tried. Of these, Answered have answers without errors and with some
	// leaf that is not null, and Failed were caught by an oracle.
	Cases, Answered, Failed int

	rows    [rowCount]int
	fetches []int // cases by the number of requests
}

func (t *Tally) add(trial *Trial, rows RowSet) {
	t.Cases++
	if trial.Answered() {
		t.Answered++
	}
	if trial.Caught() != "" {
		t.Failed++
	}
	for _, r := range Rows() {
		if rows.Has(r) {
			t.rows[r]++
		}
	}
	for len(t.fetches) <= trial.Fetches() {
		t.fetches = append(t.fetches, 0)
	}
	t.fetches[trial.Fetches()]++
}

// MedianFetches is the median of the numbers of requests that executing a plan
// made.
func (t *Tally) MedianFetches() int {
	below := 0
	for n, count := range t.fetches {
		if below += count; 2*below >= t.Cases {
			return n
		}
	}
	return 0
}

func (t *Tally) percent(n int) float64 { return 100 * float64(n) / float64(max(t.Cases, 1)) }

// String is a table of the cases by what they depended on.
func (t *Tally) String() string {
	var b strings.Builder
	for _, r := range Rows() {
		fmt.Fprintf(&b, "%-32s %8d %5.1f %%  %s\n", r, t.rows[r], t.percent(t.rows[r]), r.Means())
	}
	fmt.Fprintf(&b, "\n%d cases on %d universes (%d more do not compose)\n", t.Cases, t.Universes-t.NotComposed, t.NotComposed)
	fmt.Fprintf(&b, "%.1f %% answer without errors and with leaves\n", t.percent(t.Answered))
	fmt.Fprintf(&b, "%d requests is the median of the executed plans\n", t.MedianFetches())
	fmt.Fprintf(&b, "%d mismatches\n", t.Failed)
	return b.String()
}

// Shortfalls lists what the trials do not come to, of what universes of such options
// have: a proof that misses any of it proves less than it says.
func (t *Tally) Shortfalls(options universe.Options) (list []string) {
	for _, r := range Rows() {
		if t.percent(t.rows[r]) < minRow && r.in(options) {
			list = append(list, fmt.Sprintf("%s: %.2f %% of the cases depend on it, less than %d %%", r, t.percent(t.rows[r]), minRow))
		}
	}
	if t.percent(t.Answered) < minAnswered {
		list = append(list, fmt.Sprintf("%.1f %% of the cases answer without errors and with leaves, less than %d %%", t.percent(t.Answered), minAnswered))
	}
	if t.MedianFetches() < minFetches {
		list = append(list, fmt.Sprintf("the median of the executed plans is %d requests, less than %d", t.MedianFetches(), minFetches))
	}
	return list
}
