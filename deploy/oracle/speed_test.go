package oracle

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/weftql/weft/schema/composition"
	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
	"github.com/weftql/weft/schema/universe"
)

var rounds = flag.Int("rounds", 0, "how often TestSpeedOfComposition measures each size; 0 leaves it out")

// What composition is to keep, and where.
const (
	goalRatio    = 20                   // at 50 subgraphs
	goalTime     = 2 * time.Second      // at 200 subgraphs
	goalHeap     = 1 << 30              // bytes, at 200 subgraphs
	goalExponent = 1.15                 // from 50 to 200 subgraphs
	warmUps      = 2                    // of both, before the first round
	heapPeriod   = time.Millisecond / 2 // between looks at the heap
)

// sample is one company and what was measured of it.
type sample struct {
	subgraphs            []federation.Subgraph
	lines, types         int
	ours, apollos, ratio []float64 // milliseconds, by round
	heap                 uint64    // bytes, the highest
}

// TestSpeedOfComposition composes companies of 10, 50 and 200 subgraphs, in turn
// with Apollo's composition and with ours, and prints the medians. Both count from
// the subgraphs' texts to the supergraph's, in processes that are warm. Both must
// give the same supergraph. Ours, which is short, runs five times for each of
// Apollo's; their median counts.
func TestSpeedOfComposition(t *testing.T) {
	if *rounds == 0 {
		t.Skip("measures for minutes: make bench-compose")
	}
	apollo, err := Start(t.Context())
	if errors.Is(err, ErrNotInstalled) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apollo.Close() })

	sizes := []int{10, 50, 200}
	samples := make([]*sample, len(sizes))
	for i, n := range sizes {
		samples[i] = newSample(t, apollo, n)
	}
	for range *rounds {
		for _, s := range samples {
			s.measure(t, apollo)
		}
	}
	var growth, apollosGrowth []float64
	small, large := samples[1], samples[2]
	for i := range small.ours {
		scale := math.Log(float64(large.lines) / float64(small.lines))
		growth = append(growth, math.Log(large.ours[i]/small.ours[i])/scale)
		apollosGrowth = append(apollosGrowth, math.Log(large.apollos[i]/small.apollos[i])/scale)
	}
	t.Logf("medians of %d rounds\n%s\ngrowth from 50 to 200 subgraphs: lines^%.2f; Apollo's: lines^%.2f",
		*rounds, table(samples), median(growth), median(apollosGrowth))

	if got := median(small.ratio); got < goalRatio {
		t.Errorf("at 50 subgraphs %.1f times as fast as Apollo's; the goal is %d", got, goalRatio)
	}
	if got := time.Duration(median(large.ours) * float64(time.Millisecond)); got > goalTime {
		t.Errorf("at 200 subgraphs it takes %v; the goal is %v", got, goalTime)
	}
	if large.heap > goalHeap {
		t.Errorf("at 200 subgraphs the heap grows to %d MiB; the goal is %d MiB", large.heap>>20, goalHeap>>20)
	}
	if got := median(growth); got > goalExponent {
		t.Errorf("time grows as lines^%.2f; the goal is %.2f", got, goalExponent)
	}
}

// newSample makes a company, warms both compositions up, and compares what they
// give.
func newSample(t *testing.T, apollo *Oracle, subgraphs int) *sample {
	t.Helper()
	s := &sample{subgraphs: universe.Company(1, subgraphs).Subgraphs}
	for _, sub := range s.subgraphs {
		s.lines += strings.Count(sub.Sources[0].Text, "\n")
	}
	for range warmUps {
		theirs, err := apollo.Compose(t.Context(), s.subgraphs)
		if err != nil || len(theirs.Errors) > 0 {
			t.Fatalf("%d subgraphs: Apollo: %v %v", subgraphs, err, theirs.Errors)
		}
		ours, err := composition.Compose(t.Context(), s.subgraphs, composition.Options{})
		if err != nil {
			t.Fatalf("%d subgraphs: %v", subgraphs, err)
		}
		if differences, err := difference(theirs.Supergraph, ours.Supergraph); err != nil || !differences.Empty() {
			t.Fatalf("%d subgraphs: the supergraphs differ: %v\n%s", subgraphs, err, differences)
		}
		if differences := Compare(theirHints(theirs), ourHints(ours)); !differences.Empty() {
			t.Fatalf("%d subgraphs: the hints differ:\n%s", subgraphs, differences)
		}
		super, err := supergraph.Parse("supergraph", ours.Supergraph)
		if err != nil {
			t.Fatal(err)
		}
		s.types = 0
		for _, typ := range super.API.Types {
			if !typ.BuiltIn {
				s.types++
			}
		}
	}
	s.heap = peak(func() { s.compose(t) })
	return s
}

// measure adds one round.
func (s *sample) measure(t *testing.T, apollo *Oracle) {
	t.Helper()
	runtime.GC()
	runs := make([]float64, 5)
	for i := range runs {
		runs[i] = s.compose(t)
	}
	ours := median(runs)
	theirs, err := apollo.Compose(t.Context(), s.subgraphs)
	if err != nil {
		t.Fatal(err)
	}
	s.ours = append(s.ours, ours)
	s.apollos = append(s.apollos, theirs.Milliseconds)
	s.ratio = append(s.ratio, theirs.Milliseconds/ours)
}

// compose returns how many milliseconds ours takes.
func (s *sample) compose(t *testing.T) float64 {
	t.Helper()
	start := time.Now()
	if _, err := composition.Compose(t.Context(), s.subgraphs, composition.Options{}); err != nil {
		t.Fatal(err)
	}
	return float64(time.Since(start)) / float64(time.Millisecond)
}

// peak returns the most bytes that objects take on the heap while run runs,
// garbage included.
func peak(run func()) (highest uint64) {
	runtime.GC()
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		ticker := time.NewTicker(heapPeriod)
		defer ticker.Stop()
		for {
			metrics.Read(heap)
			highest = max(highest, heap[0].Value.Uint64())
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	}()
	run()
	close(done)
	<-ended
	return highest
}

func table(samples []*sample) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "subgraphs\tlines\ttypes\tours ms\tApollo's ms\tratio\tour peak heap MiB\t")
	for _, s := range samples {
		fmt.Fprintf(w, "%d\t%d\t%d\t%.1f\t%.1f\t%.1f\t%d\t\n",
			len(s.subgraphs), s.lines, s.types, median(s.ours), median(s.apollos), median(s.ratio), s.heap>>20)
	}
	_ = w.Flush() // a strings.Builder takes everything
	return out.String()
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
