package main

import (
	"fmt"
	"io"

	"github.com/weftql/weft/deploy/bench/internal/load"
)

// goal is a ratio of two gateways that Weft is to reach.
type goal struct {
	what       string
	weft, than string // titles
	of         func(measured) float64
	inverse    bool // the other's figure by Weft's
	most       float64
	least      float64
}

func goals() []goal {
	const plain, shared = "weft, " + modeNone, "weft, " + modeSubgraph
	return []goal{
		{what: "CPU per request by the floor's", weft: plain, than: "floor, " + modeNone, of: cpu, most: 1.9},
		{what: "the same by that of the floor with 7 requests", weft: plain, than: "floor, 7 requests, " + modeNone, of: cpu, most: 1.9},
		{what: "CPU per request with deduplication by the floor's", weft: shared, than: "floor, " + modeNone, of: cpu, most: 1.1},
		{what: "CPU per request of Cosmo's engine by Weft's", weft: plain, than: "cosmo engine, " + modeNone, of: cpu, inverse: true, least: 5},
		{what: "throughput by that of Cosmo's engine", weft: plain, than: "cosmo engine, " + modeNone, of: perSecond, least: 3},
		{what: "throughput by that of Apollo Gateway", weft: plain, than: "apollo gateway, " + modeNone, of: perSecond, least: 20},
	}
}

// goals prints what Weft is to reach, and whether it did.
func (b *bench) goals(out io.Writer, scenarios []*scenario, gateways []*gateway) {
	rounds := map[string]map[string][]measured{}
	for _, g := range gateways {
		rounds[g.title()] = g.results
	}
	fmt.Fprintln(out, "\ngoals")
	public := scenarios[0]
	for _, goal := range goals() {
		ours, others := rounds[goal.weft][public.name], rounds[goal.than][public.name]
		if len(ours) < public.rounds || len(others) < public.rounds {
			continue
		}
		if goal.inverse {
			ours, others = others, ours
		}
		reached := load.Ratio(ours, others, goal.of)
		if goal.most > 0 {
			fmt.Fprintf(out, "  %s: %.2f, at most %.1f: %s\n", goal.what, reached, goal.most, verdict(reached <= goal.most))
		} else {
			fmt.Fprintf(out, "  %s: %.1f, at least %.0f: %s\n", goal.what, reached, goal.least, verdict(reached >= goal.least))
		}
	}
	for _, s := range scenarios {
		if s.connections != 500 {
			continue
		}
		for _, title := range []string{"weft, " + modeNone, "weft, " + modeSubgraph} {
			if many := rounds[title][s.name]; len(many) == s.rounds {
				tail := load.Median(many, func(m measured) float64 { return m.P99.Seconds() / m.P50.Seconds() })
				memory := load.Median(many, func(m measured) float64 { return float64(m.memory) / 1e6 })
				fmt.Fprintf(out, "  500 connections, %s: p99 by p50 %.1f, at most 3: %s; %.0f MB, at most 150: %s\n", title, tail, verdict(tail <= 3), memory, verdict(memory <= 150))
			}
		}
	}
}

func verdict(reached bool) string {
	if reached {
		return "reached"
	}
	return "MISSED"
}
