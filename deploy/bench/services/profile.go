package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profiler is a file that is put beside a subgraph's own when it is built for a
// profile: the shipped program has none.
//
//go:embed profiler.txt
var profiler []byte

// profiled returns an overlay for go build.
func (b *bench) profiled(service string) (string, error) {
	file := filepath.Join(b.dir, "profiler.go")
	if err := os.WriteFile(file, profiler, 0o600); err != nil {
		return "", err
	}
	place, err := filepath.Abs(filepath.Join("subgraphs/cmd", service, "profiler.go"))
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {place: file}})
	if err != nil {
		return "", err
	}
	name := filepath.Join(b.dir, service+"-overlay.json")
	return name, os.WriteFile(name, overlay, 0o600)
}

// takeProfiles writes a CPU profile of the subgraph in each scenario, and says what
// a request cost.
func (b *bench) takeProfiles(ctx context.Context) error {
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return err
	}
	for _, s := range scenarios() {
		profiler, err := freeAddress()
		if err != nil {
			return err
		}
		p, address, err := b.serveSubgraph(ctx, s.service, "PROFILE="+profiler)
		if err != nil {
			return err
		}
		c, err := b.weft(s, p, address)
		if err != nil {
			return err
		}
		if _, err := c.first(ctx); err != nil {
			return err
		}
		if _, err := b.measure(ctx, c, warmUp); err != nil {
			return err
		}
		file := filepath.Join(b.profile, strings.ReplaceAll(strings.ReplaceAll(s.name, " ", "-"), "'", "")+".prof")
		failed := make(chan error, 1)
		go func() {
			failed <- fetch(ctx, fmt.Sprintf("http://%s/?seconds=%d", profiler, int(b.duration.Seconds())), file)
		}()
		one, err := b.measure(ctx, c, b.duration+time.Second)
		if fetched := <-failed; err == nil {
			err = fetched
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d µs of CPU for a request: go tool pprof -top %s\n", s.name, one.cpu.Microseconds(), file)
		_ = p.Stop()
	}
	return nil
}

// fetch saves what a URL answers.
func fetch(ctx context.Context, url, file string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, response.Body); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
