package plan_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
)

var speedRounds = flag.Int("speed", 0, "how often TestSpeedOfPlanning measures each operation; 0 leaves it out")

// What planning is to keep.
const (
	goalOperations = 1200
	goalRatio      = 50 // of Apollo's total to ours
	goalP99        = 2 * time.Millisecond
	goalMax        = 20 * time.Millisecond
	goalManyPlans  = 200 * time.Millisecond
	runsEach       = 5 // of ours for each of Apollo's; their median counts
	warmUps        = 10
)

// task is a random operation, and how long it took, by round.
type task struct {
	u                    *universe
	text                 string
	op                   *operation.Operation
	ours, whole, apollos []time.Duration
}

// randomTasks are random operations on random universes, eight on each.
func randomTasks(t testing.TB, count int) []*task {
	var tasks []*task
	for seed := uint64(0); len(tasks) < count; seed++ {
		u := &universe{subgraphs: randomSubgraphs(seed)}
		if u.compose(t.Context()) != nil {
			continue
		}
		g := &generator{rand: rand.New(rand.NewPCG(seed, 3))}
		for range 8 {
			text := g.operation(u.supergraph.API)
			op, err := operation.New(text, "", u.supergraph, operation.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			tasks = append(tasks, &task{u: u, text: text, op: op})
		}
	}
	return tasks
}

// TestSpeedOfPlanning plans random operations cold, in turn with Apollo's planner
// if it is installed, and prints how long it takes. Each operation's time is the
// median of its rounds, so that what else the machine does weighs less. Apollo's
// planner gets text, so that its time is compared with that of ours from the text
// on, validation included; the goals for single operations are about planning.
func TestSpeedOfPlanning(t *testing.T) {
	if *speedRounds == 0 {
		t.Skip("measures for minutes: make bench-plan")
	}
	tasks := randomTasks(t, goalOperations)
	oracle := findApollo(t)
	for round := range *speedRounds + 1 {
		list := tasks
		if round == 0 { // what warms up does not count
			list = slices.Clone(tasks[:warmUps*8])
			for i := range list {
				warm := *list[i]
				list[i] = &warm
			}
		}
		for same := range slices.Chunk(list, 8) {
			measure(t, oracle, same)
		}
	}
	ours, whole, apollos := summarize(tasks, func(k *task) []time.Duration { return k.ours }), summarize(tasks, func(k *task) []time.Duration { return k.whole }),
		summarize(tasks, func(k *task) []time.Duration { return k.apollos })
	many := measureManyPlans(t)
	objects, bytes := allocations(func() {
		for _, k := range tasks {
			_, _ = plan.New(t.Context(), k.op, k.u.graph, plan.Config{})
		}
	})
	t.Logf("%d random operations, medians of %d rounds\n%s\nallocations of planning: %d, %d bytes an operation\nan operation with very many plans: %v",
		len(tasks), *speedRounds, speedTable(ours, whole, apollos), objects/len(tasks), bytes/len(tasks), many)
	if ratio := float64(apollos.total) / float64(whole.total); oracle != nil && ratio < goalRatio {
		t.Errorf("%.0f times as fast as Apollo's planner; the goal is %d", ratio, goalRatio)
	}
	if ours.p99 > goalP99 || ours.most > goalMax || many > goalManyPlans {
		t.Errorf("the goals are a 99th percentile of %v, a maximum of %v, and %v for many plans", goalP99, goalMax, goalManyPlans)
	}
}

// measure adds one round of operations on one universe.
func measure(t *testing.T, oracle *apollo, tasks []*task) {
	t.Helper()
	for _, k := range tasks {
		var ours, whole []time.Duration
		for range runsEach {
			start := time.Now()
			op, err := operation.New(k.text, "", k.u.supergraph, operation.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			normal := time.Now()
			// Some cannot be planned; saying so takes time, too.
			_, _ = plan.New(t.Context(), op, k.u.graph, plan.Config{})
			ours, whole = append(ours, time.Since(normal)), append(whole, time.Since(start))
		}
		k.ours, k.whole = append(k.ours, median(ours)), append(k.whole, median(whole))
	}
	if oracle == nil {
		return
	}
	var texts []string
	for _, k := range tasks {
		texts = append(texts, k.text)
	}
	plans, err := oracle.plans(tasks[0].u.supergraph.SDL(), texts)
	if err != nil { // it does not get on with every supergraph
		t.Log(err)
		return
	}
	for i, k := range tasks {
		k.apollos = append(k.apollos, time.Duration(plans[i].Milliseconds*float64(time.Millisecond)))
	}
}

func measureManyPlans(t *testing.T) time.Duration {
	t.Helper()
	u, text := manyPlans(t)
	op, err := operation.New(text, "", u.supergraph, operation.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for range runsEach {
		start := time.Now()
		if _, err := plan.New(t.Context(), op, u.graph, plan.Config{}); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	return median(took).Round(time.Millisecond)
}

// allocations counts what run allocates.
func allocations(run func()) (objects, bytes int) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return int(after.Mallocs - before.Mallocs), int(after.TotalAlloc - before.TotalAlloc)
}

// summary is about the medians of all operations.
type summary struct{ p50, p90, p99, most, total time.Duration }

func summarize(tasks []*task, of func(*task) []time.Duration) (s summary) {
	var all []time.Duration
	for _, k := range tasks {
		if list := of(k); len(list) > 0 {
			all = append(all, median(list))
			s.total += median(list)
		}
	}
	if len(all) == 0 {
		return s
	}
	slices.Sort(all)
	at := func(share float64) time.Duration { return all[int(share*float64(len(all)-1))] }
	s.p50, s.p90, s.p99, s.most = at(.5), at(.9), at(.99), at(1)
	return s
}

func median(list []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

func speedTable(ours, whole, apollos summary) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "milliseconds\tp50\tp90\tp99\tmax\ttotal\t")
	row := func(name string, s summary) {
		fmt.Fprint(w, name)
		for _, d := range []time.Duration{s.p50, s.p90, s.p99, s.most, s.total} {
			fmt.Fprintf(w, "\t%.3f", float64(d)/float64(time.Millisecond))
		}
		fmt.Fprintln(w, "\t")
	}
	row("planning", ours)
	row("from the text to the plan", whole)
	if apollos.total > 0 {
		row("Apollo's, from the text", apollos)
		ratio := func(a, b time.Duration) float64 { return float64(a) / float64(max(1, b)) }
		fmt.Fprintf(w, "times as fast\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t\n", ratio(apollos.p50, whole.p50), ratio(apollos.p90, whole.p90),
			ratio(apollos.p99, whole.p99), ratio(apollos.most, whole.most), ratio(apollos.total, whole.total))
	}
	_ = w.Flush() // a strings.Builder takes everything
	return out.String()
}
