package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/weftql/weft/deploy/bench/internal/load"
)

func perSecond(m measured) float64 { return m.PerSecond() }
func cpu(m measured) float64       { return float64(m.cpu.Nanoseconds()) / 1000 }
func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}

// print prints a table for each scenario, then what there is to know.
func (b *bench) print(out io.Writer, scenarios []*scenario, gateways []*gateway) {
	fmt.Fprintf(out, "%s, %d CPUs, %s, load average %s; rounds of %s, medians\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), load.Average(), b.duration)
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
				beside = fmt.Sprintf("%.2f", load.Ratio(rounds, floor, cpu))
			}
			checks := 0
			for _, r := range rounds {
				checks += r.checks
			}
			fmt.Fprintf(w, "%s\t%s\t%.0f\t%.2f\t%.2f\t%.2f\t%.0f\t%s\t%.0f\t%d\t\n", g.name, g.mode, load.Median(rounds, perSecond),
				load.Median(rounds, func(m measured) float64 { return milliseconds(m.P50) }),
				load.Median(rounds, func(m measured) float64 { return milliseconds(m.P95) }),
				load.Median(rounds, func(m measured) float64 { return milliseconds(m.P99) }),
				load.Median(rounds, cpu), beside,
				load.Median(rounds, func(m measured) float64 { return float64(m.memory) / 1e6 }), checks)
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
