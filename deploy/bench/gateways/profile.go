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
	"time"

	"github.com/weftql/weft/deploy/bench/internal/load"
)

// profiler is a file that is put beside the router's own when it is built for a
// profile: the shipped program has none.
//
//go:embed profiler.txt
var profiler string

// profiled returns an overlay for go build.
func (b *bench) profiled() (string, error) {
	file, err := b.write("profiler-*.go", profiler)
	if err != nil {
		return "", err
	}
	place, err := filepath.Abs("router/cmd/weft/profiler.go")
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {place: file}})
	if err != nil {
		return "", err
	}
	return b.write("overlay-*.json", string(overlay))
}

// takeProfile writes the CPU profile of the chosen gateway, or of weft without
// deduplication, while it is under load.
func (b *bench) takeProfile(ctx context.Context, s *scenario) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	if b.only == nil {
		b.only = []string{"weft, " + modeNone}
	}
	list := chosen(contenders(), b.only)
	if len(list) == 0 {
		return fmt.Errorf("no gateway has a name that begins with %q", b.only)
	}
	c := list[0]
	prepare := c.prepare
	profiled := *c
	profiled.prepare = withEnvironment(prepare, "WEFT_PROFILE="+address)
	g, err := b.enter(ctx, &profiled)
	if err != nil {
		return err
	}
	if _, err := b.measure(ctx, g, s, warmUp); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() {
		failed <- fetch(ctx, "http://"+address+"/?seconds="+fmt.Sprint(int(b.duration.Seconds())), b.profile)
	}()
	_, err = b.generator.Run(ctx, load.Load{URL: g.url, Body: s.operation.Body(), Header: g.header, Connections: s.connections, Duration: b.duration + 2*time.Second})
	if fetched := <-failed; err == nil {
		err = fetched
	}
	return err
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
