package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weftql/weft/deploy/bench/gateways/internal/shop"
	"github.com/weftql/weft/deploy/bench/internal/load"
	"github.com/weftql/weft/deploy/process"
)

// gateway is a contender that runs.
type gateway struct {
	*contender
	process *process.Process
	url     string
	client  *http.Client
	results map[string][]measured // by scenario
	rate    float64               // requests per second, lately
	failed  map[string]bool       // scenarios without a row
}

// measured is a round of one gateway.
type measured struct {
	load.Result
	cpu    time.Duration // per request
	memory int64
	checks int // answers that were compared meanwhile
}

// startTimeout is how long a gateway may take until it answers.
const startTimeout = 60 * time.Second

// enter starts a contender, and compares its answers to all operations.
func (b *bench) enter(ctx context.Context, c *contender) (*gateway, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	prepared, err := c.prepare(ctx, b, address)
	if err != nil {
		return nil, err
	}
	g := &gateway{
		contender: c, url: "http://" + address + c.path, results: map[string][]measured{}, failed: map[string]bool{},
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConns: 10, MaxIdleConnsPerHost: 10}},
	}
	if g.process, err = b.start(ctx, prepared); err != nil {
		return nil, err
	}
	deadline := time.After(startTimeout)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err = g.ask(ctx, shop.Public()); err == nil {
			return g, nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return nil, fmt.Errorf("it does not answer: %w\n%s", err, g.process.Tail())
		case <-g.process.Done():
			return nil, fmt.Errorf("it ended: %w\n%s", g.process.Err(), g.process.Tail())
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// ask sends an operation and returns the answer's body.
func (g *gateway) ask(ctx context.Context, operation shop.Operation) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(operation.Body()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range g.header {
		request.Header.Set(name, value)
	}
	response, err := g.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", response.StatusCode, body)
	}
	return body, err
}

// expectation is the right answer to an operation.
type expectation struct {
	operation shop.Operation
	value     any
	mutex     sync.Mutex
	right     map[string]bool // bytes that were found to say the same
}

func (b *bench) expect(operation shop.Operation) (*expectation, error) {
	e := &expectation{operation: operation, right: map[string]bool{}}
	return e, json.Unmarshal(b.monolith.Execute(operation.Body()), &e.value)
}

// check compares an answer. The order of keys does not count, anything else does.
func (e *expectation) check(answer []byte) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.right[string(answer)] {
		return nil
	}
	var value any
	if err := json.Unmarshal(answer, &value); err != nil {
		return fmt.Errorf("%s: its answer is not JSON: %w", e.operation.Name, err)
	}
	if o, is := value.(map[string]any); is && o["errors"] == nil {
		delete(o, "extensions")
	}
	if !reflect.DeepEqual(value, e.value) {
		return fmt.Errorf("%s: its answer is wrong: %.300s", e.operation.Name, answer)
	}
	if len(e.right) < 100 {
		e.right[string(answer)] = true
	}
	return nil
}

// measure puts a gateway under load, and compares one answer in a hundred.
func (b *bench) measure(ctx context.Context, g *gateway, s *scenario, duration time.Duration) (measured, error) {
	_ = load.ForgetPeak(g.process.PID()) // where it cannot be forgotten it is that of all rounds
	before, err := load.Measure(g.process.PID())
	if err != nil {
		return measured{}, err
	}
	checked := b.watch(ctx, g, s)
	result, err := b.generator.Run(ctx, load.Load{
		URL: g.url, Body: s.operation.Body(), Header: g.header, Connections: s.connections, Duration: duration,
	})
	checks, wrong := checked()
	if err := errors.Join(err, wrong); err != nil {
		return measured{}, err
	}
	after, err := load.Settle(ctx, g.process.PID())
	if err != nil {
		return measured{}, err
	}
	if result.Errors > 0 || result.Requests == 0 {
		return measured{}, fmt.Errorf("%d of its %d answers to %s were errors or did not come", result.Errors, result.Requests, s.name)
	}
	g.rate = result.PerSecond()
	return measured{
		Result: result, memory: after.PeakMemory, checks: checks,
		cpu: (after.CPU - before.CPU) / time.Duration(result.Requests+checks),
	}, nil
}

// watch asks for an answer in a hundred until the function that it returns is
// called, which tells how many there were and what was wrong with one.
func (b *bench) watch(ctx context.Context, g *gateway, s *scenario) func() (int, error) {
	pause := time.Second
	if g.rate > 0 {
		pause = min(pause, time.Duration(100/g.rate*float64(time.Second)))
	}
	ctx, cancel := context.WithCancel(ctx)
	var count atomic.Int64
	var wrong error
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(pause)
		defer tick.Stop()
		for wrong == nil {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			answer, err := g.ask(ctx, s.operation)
			if ctx.Err() != nil {
				return
			}
			if wrong = err; err == nil {
				wrong = s.expected.check(answer)
			}
			count.Add(1)
		}
	})
	return func() (int, error) {
		cancel()
		group.Wait()
		return int(count.Load()), wrong
	}
}
