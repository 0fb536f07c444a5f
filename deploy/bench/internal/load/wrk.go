package load

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// ErrNoWrk says that the load generator is missing.
var ErrNoWrk = errors.New("wrk is not installed: apt-get install wrk (https://github.com/wg/wrk)")

//go:embed wrk.lua
var script []byte

// Generator is wrk, ready to be run.
type Generator struct {
	path, script string
	dir          string
}

// Load is what to put on a server.
type Load struct {
	// URL gets POST requests with Body, of the media type application/json, or GET
	// requests if there is no Body.
	URL  string
	Body []byte
	// Header is sent along.
	Header map[string]string
	// Each are further headers of one request each, where no two may be alike.
	// There have to be more than requests: they begin anew after the last.
	Each []map[string]string
	// Connections send their next request when the answer to the last is there.
	Connections int
	Duration    time.Duration
}

// Result is what came of a load.
type Result struct {
	Requests int // answered
	Duration time.Duration
	Bytes    int64
	// Errors are connections that failed, answers that did not come and those
	// with a status of 400 or more.
	Errors int
	// Latencies of requests, the slowest of 50, 95 and 99 of 100 and of all.
	P50, P95, P99, Max time.Duration
}

// PerSecond is how many requests were answered in a second.
func (r Result) PerSecond() float64 { return float64(r.Requests) / r.Duration.Seconds() }

// NewGenerator looks for wrk, and writes what it needs into dir. The error is
// ErrNoWrk if there is none.
func NewGenerator(dir string) (*Generator, error) {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return nil, ErrNoWrk
	}
	g := &Generator{path: path, script: filepath.Join(dir, "wrk.lua"), dir: dir}
	return g, os.WriteFile(g.script, script, 0o600)
}

// grace is how much longer than the load's duration wrk may take.
const grace = 30 * time.Second

// Run puts the load on the server, and returns when it has ended.
func (g *Generator) Run(ctx context.Context, load Load) (Result, error) {
	body := filepath.Join(g.dir, "body.json")
	if err := os.WriteFile(body, load.Body, 0o600); err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, load.Duration+grace)
	defer cancel()
	arguments := []string{
		"-t1", "-c" + strconv.Itoa(load.Connections), "-d" + strconv.Itoa(int(load.Duration.Seconds())) + "s",
		"--timeout", "20s", "-s", g.script, load.URL, "--", body,
	}
	for name, value := range load.Header {
		arguments = append(arguments, name, value)
	}
	if len(load.Each) > 0 {
		file, err := g.writeEach(load.Each)
		if err != nil {
			return Result{}, err
		}
		arguments = append(arguments, "", file)
	}
	output, err := exec.CommandContext(ctx, g.path, arguments...).CombinedOutput()
	if err != nil {
		return Result{}, fmt.Errorf("wrk: %w: %.500s", err, output)
	}
	return parse(output)
}

// writeEach writes a line for each request: names and values with tabs between
// them, which no header may have.
func (g *Generator) writeEach(each []map[string]string) (string, error) {
	var text bytes.Buffer
	for _, header := range each {
		separator := ""
		for name, value := range header {
			text.WriteString(separator + name + "\t" + value)
			separator = "\t"
		}
		text.WriteByte('\n')
	}
	file := filepath.Join(g.dir, "each.txt")
	return file, os.WriteFile(file, text.Bytes(), 0o600)
}

// parse reads the line that wrk.lua writes.
func parse(output []byte) (Result, error) {
	var line struct {
		Requests                              int
		Duration                              int64
		Bytes                                 int64
		Connect, Read, Write, Status, Timeout int
		P50, P95, P99, Max                    int64
	}
	start := bytes.LastIndex(output, []byte("\n{"))
	if start < 0 {
		return Result{}, fmt.Errorf("wrk: no summary: %.500s", output)
	}
	if err := json.Unmarshal(output[start:], &line); err != nil {
		return Result{}, fmt.Errorf("wrk: %w: %.500s", err, output)
	}
	microseconds := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	return Result{
		Requests: line.Requests, Duration: microseconds(line.Duration), Bytes: line.Bytes,
		Errors: line.Connect + line.Read + line.Write + line.Status + line.Timeout,
		P50:    microseconds(line.P50), P95: microseconds(line.P95), P99: microseconds(line.P99), Max: microseconds(line.Max),
	}, nil
}
