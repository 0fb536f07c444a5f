package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weftql/weft/deploy/bench/gateways/internal/shop"
)

// scenario is one table.
type scenario struct {
	name        string
	operation   shop.Operation
	connections int
	rounds      int
	expected    *expectation
}

// warmUp is how long a gateway is under load before the first round.
const warmUp = 2 * time.Second

// run measures all gateways and prints the tables.
func (b *bench) run(ctx context.Context) error {
	scenarios, err := b.scenarios()
	if err != nil {
		return err
	}
	if b.profile != "" {
		return b.takeProfile(ctx, scenarios[0])
	}
	gateways := b.enterAll(ctx, scenarios)
	for _, s := range scenarios {
		for round := range s.rounds {
			for i := range gateways {
				g := gateways[(i+round)%len(gateways)]
				if g.failed[s.name] || !g.knows(s) {
					continue
				}
				one, err := b.measure(ctx, g, s, b.duration)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err != nil {
					b.refuse(g.contender, fmt.Errorf("%s: %w", s.name, err))
					g.failed[s.name] = true
					continue
				}
				fmt.Fprintf(os.Stderr, "%s: round %d of %d: %s: %.0f/s, %d µs\n", s.name, round+1, s.rounds, g.title(), one.PerSecond(), one.cpu.Microseconds())
				g.results[s.name] = append(g.results[s.name], one)
			}
		}
	}
	b.print(os.Stdout, scenarios, gateways)
	return nil
}

func (b *bench) scenarios() ([]*scenario, error) {
	list := []*scenario{{name: "the public benchmark", operation: shop.Public(), connections: 50, rounds: b.rounds}}
	if b.shapes {
		few := max(1, b.rounds/2)
		list = append(list,
			&scenario{name: "the public benchmark with 500 connections", operation: shop.Public(), connections: 500, rounds: few},
			&scenario{name: "a small operation: one request, two fields", operation: shop.Small(), connections: 50, rounds: few},
			&scenario{name: "a mid operation: three requests", operation: shop.Mid(), connections: 50, rounds: few},
			&scenario{name: "a response of 2 MB", operation: shop.Large(), connections: 50, rounds: few},
		)
	}
	for _, s := range list {
		var err error
		if s.expected, err = b.expect(s.operation); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return list, nil
}

// enterAll starts all contenders, compares their answers, and warms them up.
func (b *bench) enterAll(ctx context.Context, scenarios []*scenario) []*gateway {
	var gateways []*gateway
	for _, c := range chosen(contenders(), b.only) {
		g, err := b.enter(ctx, c)
		if err != nil {
			b.refuse(c, err)
			continue
		}
		if err := b.admit(ctx, g, scenarios); err != nil {
			b.refuse(c, err)
			_ = g.process.Stop()
			continue
		}
		gateways = append(gateways, g)
	}
	return gateways
}

// admit compares a gateway's answers to all operations, and warms it up.
func (b *bench) admit(ctx context.Context, g *gateway, scenarios []*scenario) error {
	for _, s := range scenarios {
		if !g.knows(s) {
			continue
		}
		for range 2 { // what is kept from the first has to be right too
			answer, err := g.ask(ctx, s.operation)
			if err != nil {
				return err
			}
			if err := s.expected.check(answer); err != nil {
				return err
			}
		}
	}
	_, err := b.measure(ctx, g, scenarios[0], warmUp)
	return err
}

// knows tells whether the gateway takes part in a scenario: one floor has the
// requests of the public benchmark alone.
func (g *gateway) knows(s *scenario) bool {
	return g.name != "floor, 7 requests" || s.operation.Name == shop.Public().Name
}

// refuse notes why a contender has no row.
func (b *bench) refuse(c *contender, err error) {
	if !errors.Is(err, errAbsent) {
		fmt.Fprintf(os.Stderr, "no row for %s: %v\n", c.title(), err)
	}
	b.refused = append(b.refused, fmt.Sprintf("%s: %v", c.title(), err))
}
