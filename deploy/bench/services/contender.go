package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/weftql/weft/deploy/bench/internal/load"
	"github.com/weftql/weft/deploy/process"
	"github.com/weftql/weft/deploy/redis"
	"github.com/weftql/weft/schema/identity"
)

// contender is a server that answers a scenario.
type contender struct {
	name    string
	process *process.Process
	url     string
	body    []byte // nil for GET requests
	// sign makes the headers of a request, nil if it needs none of its own.
	sign func() map[string]string
	rows func(answer []byte) ([]any, error)
	// rate is requests per second, lately.
	rate    float64
	results []measured
}

// measured is a round of one server.
type measured struct {
	load.Result
	cpu    time.Duration // per request
	memory int64
}

func perCPUSecond(m measured) float64 { return float64(time.Second) / float64(m.cpu) }

// ask sends one request and returns the answer.
func (c *contender) ask(ctx context.Context) ([]byte, error) {
	method := http.MethodGet
	if c.body != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url, bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	if c.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.sign != nil {
		for name, value := range c.sign() {
			request.Header.Set(name, value)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.300s", response.StatusCode, answer)
	}
	return answer, err
}

// connections is how many requests are under way at once.
const connections = 20

// measure puts the server under load.
func (b *bench) measure(ctx context.Context, c *contender, duration time.Duration) (measured, error) {
	l := load.Load{URL: c.url, Body: c.body, Connections: connections, Duration: duration}
	if c.sign != nil {
		// No two requests may be alike: as many as there may be are signed before.
		rate := max(c.rate, 4000)
		for range int(2 * rate * duration.Seconds()) {
			l.Each = append(l.Each, c.sign())
		}
	}
	_ = load.ForgetPeak(c.process.PID()) // where it cannot be forgotten it is that of all rounds
	before, err := load.Measure(c.process.PID())
	if err != nil {
		return measured{}, err
	}
	result, err := b.generator.Run(ctx, l)
	if err != nil {
		return measured{}, err
	}
	after, err := load.Settle(ctx, c.process.PID())
	if err != nil {
		return measured{}, err
	}
	if result.Errors > 0 || result.Requests == 0 {
		return measured{}, fmt.Errorf("%s: %d of its %d answers were errors or did not come\n%s", c.name, result.Errors, result.Requests, c.process.Tail())
	}
	c.rate = result.PerSecond()
	return measured{Result: result, memory: after.PeakMemory, cpu: (after.CPU - before.CPU) / time.Duration(result.Requests)}, nil
}

// serveSubgraph starts a subgraph and returns the address of its process.
func (b *bench) serveSubgraph(ctx context.Context, service string, environment ...string) (*process.Process, string, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	prepared := b.subgraph(service, "serve", address)
	prepared.Env = append(prepared.Env, environment...)
	p, err := b.start(ctx, prepared)
	return p, address, err
}

// weft is a subgraph as the one who answers a scenario.
func (b *bench) weft(s *scenario, p *process.Process, address string) (*contender, error) {
	signer, err := identity.NewSigner(b.keys)
	if err != nil {
		return nil, err
	}
	claims, err := identity.Claims{Subject: global("usr", 7), Session: "ses_bench", ExpiresAt: time.Now().Add(limit).Unix()}.Encode()
	if err != nil {
		return nil, err
	}
	body, number := s.body(), 0
	c := &contender{name: "weft", process: p, url: "http://" + address + "/graphql", body: body, rows: s.graphQL}
	c.sign = func() map[string]string {
		number++
		envelope, signature := signer.Sign(identity.Request{
			Method: http.MethodPost, Target: "/graphql", RequestID: s.service, Number: number, Body: body, Claims: claims,
		}, time.Now())
		return map[string]string{identity.IdentityHeader: envelope, identity.SignatureHeader: signature}
	}
	return c, nil
}

// errAbsent says that somebody cannot take part on this machine.
var errAbsent = errors.New("not installed")

// serveExpress installs and starts the server in Node; redis is "" for none.
func (b *bench) serveExpress(ctx context.Context, redisURL string) (*process.Process, string, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, "", fmt.Errorf("node: %w", errAbsent)
	}
	directory := filepath.Join(b.own, "express")
	if _, err := os.Stat(filepath.Join(directory, "node_modules")); err != nil {
		if err := command(ctx, directory, "npm", "ci", "--no-audit", "--no-fund"); err != nil {
			return nil, "", err
		}
	}
	address, err := freeAddress()
	if err != nil {
		return nil, "", err
	}
	c := process.Command{
		Name: "express", Path: node, Dir: directory, Args: []string{"server.cjs", address},
		Env: []string{"NODE_ENV=production", "USERS_DATABASE_URL=" + b.urls["users"], "TODOS_DATABASE_URL=" + b.urls["todos"]},
	}
	if redisURL != "" {
		c.Env = append(c.Env, "REDIS_URL="+redisURL)
	}
	p, err := b.start(ctx, c)
	return p, address, err
}

// startRedis starts a server for Express's cache; stop ends it.
func (b *bench) startRedis(ctx context.Context) (url string, stop func() error, err error) {
	address, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	if err != nil {
		return "", nil, err
	}
	r, err := redis.Start(ctx, redis.Config{Source: redis.Server, Port: number, Password: "bench", Dir: filepath.Join(b.dir, "redis")})
	if err != nil {
		return "", nil, err
	}
	return r.URL(), r.Stop, nil
}
