package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// median of a figure of all rounds.
func median(rounds []measured, of func(measured) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = of(r)
	}
	return middle(values)
}

// ratio of a figure of two gateways: the median of the rounds' ratios, so that
// who else used the machine in a round counts little.
func ratio(rounds, others []measured, of func(measured) float64) float64 {
	values := make([]float64, min(len(rounds), len(others)))
	for i := range values {
		values[i] = of(rounds[i]) / of(others[i])
	}
	return middle(values)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	if n := len(values); n%2 == 1 {
		return values[n/2]
	} else if n > 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return 0
}

func perSecond(m measured) float64 { return m.PerSecond() }
func cpu(m measured) float64       { return float64(m.cpu.Nanoseconds()) / 1000 }
func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}

// print prints a table for each scenario, then what there is to know.
func (b *bench) print(out io.Writer, scenarios []*scenario, gateways []*gateway) {
	fmt.Fprintf(out, "%s, %d CPUs, %s, load average %s; rounds of %s, medians\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), loadAverage(), b.duration)
	for _, s := range scenarios {
		fmt.Fprintf(out, "\n%s: %d connections, %d rounds, %d bytes\n\n", s.name, s.connections, s.rounds, len(b.monolith.Execute(s.operation.Body())))
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "gateway\tdeduplication\trequests/s\tp50 ms\tp95 ms\tp99 ms\tCPU µs/request\t× floor\tpeak MB\tchecked\t")
		var floor []measured
		for _, g := range gateways {
			rounds := g.results[s.name]
			if g.failed[s.name] || len(rounds) < s.rounds {
				continue
			}
			if g.name == "floor" {
				floor = rounds
			}
			beside := "-"
			if floor != nil {
				beside = fmt.Sprintf("%.2f", ratio(rounds, floor, cpu))
			}
			checks := 0
			for _, r := range rounds {
				checks += r.checks
			}
			fmt.Fprintf(w, "%s\t%s\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t%s\t%.0f\t%d\t\n", g.name, g.mode, median(rounds, perSecond),
				median(rounds, func(m measured) float64 { return milliseconds(m.P50) }),
				median(rounds, func(m measured) float64 { return milliseconds(m.P95) }),
				median(rounds, func(m measured) float64 { return milliseconds(m.P99) }),
				median(rounds, cpu), beside,
				median(rounds, func(m measured) float64 { return float64(m.memory) / 1e6 }), checks)
		}
		_ = w.Flush()
	}
	b.goals(out, scenarios, gateways)
	fmt.Fprintln(out, "\nnotes")
	for _, g := range gateways {
		if g.note != "" {
			fmt.Fprintf(out, "  %s: %s\n", g.title(), g.note)
		}
	}
	for _, reason := range b.refused {
		fmt.Fprintf(out, "  no row for %s\n", strings.ReplaceAll(strings.TrimSpace(reason), "\n", "\n    "))
	}
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 2 {
		return strings.Join(fields[:3], " ")
	}
	return "unknown"
}
