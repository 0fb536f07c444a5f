package servertest

import (
	"slices"
	"syscall"
	"testing"
	"time"
)

// Rate is how often something can be done, as rounds found it.
type Rate struct {
	// PerSecond is the median of the rounds.
	PerSecond float64
	// ToFirst is the median of the rounds' ratios to the rate of the first.
	ToFirst float64
	// CPU is the median of this process's CPU time for once.
	CPU time.Duration
}

// Rates measures how often each of several things can be done in a second, in
// rounds in which each has its turn of about a tenth of a second, so that who else
// uses the machine disturbs all alike. The first is what the others are compared
// with.
func Rates(t testing.TB, rounds int, things ...func(testing.TB)) []Rate {
	t.Helper()
	const turn = 100 * time.Millisecond
	perSecond, cpu := make([][]float64, len(things)), make([][]float64, len(things))
	for round := range rounds + 1 {
		for i := range things {
			if i = (i + round/2) % len(things); round%2 == 1 {
				i = len(things) - 1 - i // who comes after whom matters too
			}
			n, began, before := 0, time.Now(), used()
			for time.Since(began) < turn {
				things[i](t)
				n++
			}
			if round == 0 {
				continue // it warms up
			}
			perSecond[i] = append(perSecond[i], float64(n)/time.Since(began).Seconds())
			cpu[i] = append(cpu[i], float64(used()-before)/float64(n))
		}
	}
	rates := make([]Rate, len(things))
	for i := range things {
		ratios := make([]float64, rounds)
		for round := range ratios {
			ratios[round] = perSecond[i][round] / perSecond[0][round]
		}
		rates[i] = Rate{PerSecond: median(slices.Clone(perSecond[i])), ToFirst: median(ratios), CPU: time.Duration(median(cpu[i]))}
	}
	return rates
}

// used is the CPU time of this process.
func used() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// Batch is one batch of entities in the ways in which it can be read.
type Batch struct {
	// Query is the bare statement, Service the service's method, Request the whole
	// request.
	Query, Service, Request func(testing.TB)
}

// What of the bare statement's rate the others are to reach.
const (
	leastService = 0.9
	leastRequest = 0.35
)

// Speed measures the ways to read a batch and tells what came of it.
func (b Batch) Speed(t testing.TB, rounds int) {
	t.Helper()
	rates := Rates(t, rounds, b.Query, b.Service, b.Request)
	for i, name := range []string{"the bare statement", "the service's method", "the whole request"} {
		t.Logf("%-20s %6.0f/s  %.2f ×  %5d µs of CPU", name, rates[i].PerSecond, rates[i].ToFirst, rates[i].CPU.Microseconds())
	}
	for _, goal := range []struct {
		what  string
		got   float64
		least float64
	}{{"the service's method", rates[1].ToFirst, leastService}, {"the whole request", rates[2].ToFirst, leastRequest}} {
		verdict := "reached"
		if goal.got < goal.least {
			verdict = "MISSED"
		}
		t.Logf("%s at least %.2f × the bare statement: %.2f, %s", goal.what, goal.least, goal.got, verdict)
	}
}

// Benchmark runs each way as a benchmark of its own.
func (b Batch) Benchmark(t *testing.B) {
	for name, one := range map[string]func(testing.TB){"query": b.Query, "service": b.Service, "request": b.Request} {
		t.Run(name, func(t *testing.B) {
			t.ReportAllocs()
			for t.Loop() {
				one(t)
			}
		})
	}
}
