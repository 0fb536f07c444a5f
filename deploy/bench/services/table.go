package main

import (
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/weftql/weft/deploy/bench/internal/load"
)

// table is what was measured of a scenario; the first contender is the subgraph,
// the second what it is compared with.
type table struct {
	*scenario
	contenders []*contender
}

// print prints a table for each scenario, then whether the goals were reached.
func (b *bench) print(out io.Writer, tables []table) {
	fmt.Fprintf(out, "%s, %d CPUs, %s, load average %s; %d rounds of %s, medians, %d connections\n",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), load.Average(), b.options.rounds, b.duration, connections)
	for _, t := range tables {
		fmt.Fprintf(out, "\n%s\n\n", t.name)
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(w, "server\trequests/CPU s\t× express\tCPU µs/request\trequests/s\tp50 ms\tp99 ms\tpeak MB\t")
		for _, c := range t.contenders {
			fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.0f\t%.0f\t%.2f\t%.2f\t%.0f\t\n", c.name,
				load.Median(c.results, perCPUSecond), load.Ratio(c.results, t.contenders[1].results, perCPUSecond),
				load.Median(c.results, func(m measured) float64 { return float64(m.cpu.Microseconds()) }),
				load.Median(c.results, measured.PerSecond),
				load.Median(c.results, func(m measured) float64 { return 1000 * m.P50.Seconds() }),
				load.Median(c.results, func(m measured) float64 { return 1000 * m.P99.Seconds() }),
				load.Median(c.results, func(m measured) float64 { return float64(m.memory) / 1e6 }))
		}
		_ = w.Flush()
	}
	fmt.Fprintln(out, "\ngoals: requests per CPU second by Express's")
	for _, t := range tables {
		if t.least == 0 {
			continue
		}
		verdict := "MISSED"
		reached := load.Ratio(t.contenders[0].results, t.contenders[1].results, perCPUSecond)
		if reached >= t.least {
			verdict = "reached"
		}
		fmt.Fprintf(out, "  %s: %.2f, at least %.1f: %s\n", t.name, reached, t.least, verdict)
	}
	for _, reason := range b.missing {
		fmt.Fprintf(out, "no row for %s\n", reason)
	}
}
