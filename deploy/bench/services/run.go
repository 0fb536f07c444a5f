package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// warmUp is how long a server is under load before the first round: V8 compiles
// what is hot.
const warmUp = 3 * time.Second

// startTimeout is how long a server may take until it answers.
const startTimeout = 30 * time.Second

// running are the servers' processes and addresses.
type running struct {
	process *process.Process
	address string
}

// run measures all servers and prints the table.
func (b *bench) run(ctx context.Context) error {
	express, cached, err := b.startExpress(ctx)
	if err != nil {
		return err
	}
	if cached != nil {
		defer func() { _ = cached.stop() }()
	}
	tables := make([]table, 0, len(scenarios()))
	for _, s := range scenarios() {
		// A process for each scenario: what one leaves in memory is not the other's.
		p, address, err := b.serveSubgraph(ctx, s.service)
		if err != nil {
			return err
		}
		ours, err := b.weft(s, p, address)
		if err != nil {
			return err
		}
		contenders := []*contender{ours, {name: "express", process: express.process, url: "http://" + express.address + s.path, rows: rest}}
		if cached != nil {
			contenders = append(contenders, &contender{
				name: "express, from Redis", process: cached.process, url: "http://" + cached.address + s.path, rows: rest,
			})
		}
		if err := b.compare(ctx, s, contenders); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := b.rounds(ctx, s, contenders); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		tables = append(tables, table{s, contenders})
		_ = p.Stop()
	}
	b.print(os.Stdout, tables)
	return nil
}

// cachedExpress is Express with Redis, which has to be stopped apart.
type cachedExpress struct {
	running
	stop func() error
}

// startExpress starts Express without a cache and, if there is a Redis, with one.
func (b *bench) startExpress(ctx context.Context) (express running, cached *cachedExpress, err error) {
	express.process, express.address, err = b.serveExpress(ctx, "")
	if err != nil {
		return express, nil, err
	}
	url, stop, err := b.startRedis(ctx)
	if err != nil {
		b.missing = append(b.missing, fmt.Sprintf("express, from Redis: %v", err))
		return express, nil, nil
	}
	cached = &cachedExpress{stop: stop}
	cached.process, cached.address, err = b.serveExpress(ctx, url)
	return express, cached, err
}

// compare waits for the servers and compares their answers, twice: what is kept of
// the first has to be right too.
func (b *bench) compare(ctx context.Context, s *scenario, contenders []*contender) error {
	for range 2 {
		first, err := contenders[0].first(ctx)
		if err != nil {
			return err
		}
		for _, other := range contenders[1:] {
			ours, err := contenders[0].rows(first)
			if err != nil {
				return fmt.Errorf("%s: %w", contenders[0].name, err)
			}
			answer, err := other.first(ctx)
			if err != nil {
				return err
			}
			theirs, err := other.rows(answer)
			if err == nil {
				err = s.same(ours, theirs)
			}
			if err != nil {
				return fmt.Errorf("%s answers otherwise: %w", other.name, err)
			}
		}
	}
	return nil
}

// first is the first answer of a server that has just been started.
func (c *contender) first(ctx context.Context) ([]byte, error) {
	deadline := time.After(startTimeout)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		answer, err := c.ask(ctx)
		if err == nil {
			return answer, nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return nil, fmt.Errorf("%s does not answer: %w\n%s", c.name, err, c.process.Tail())
		case <-c.process.Done():
			return nil, fmt.Errorf("%s ended: %w\n%s", c.name, errors.Join(err, c.process.Err()), c.process.Tail())
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// rounds puts the servers under load, one after the other, and each round another
// one first.
func (b *bench) rounds(ctx context.Context, s *scenario, contenders []*contender) error {
	for _, c := range contenders {
		if _, err := b.measure(ctx, c, warmUp); err != nil {
			return err
		}
	}
	for round := range b.options.rounds {
		for i := range contenders {
			c := contenders[(i+round)%len(contenders)]
			one, err := b.measure(ctx, c, b.duration)
			if err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "%s: round %d of %d: %s: %.0f/s, %d µs\n", s.name, round+1, b.options.rounds, c.name, one.PerSecond(), one.cpu.Microseconds())
			c.results = append(c.results, one)
		}
	}
	return nil
}
