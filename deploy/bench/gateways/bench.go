package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/weftql/weft/deploy/bench/gateways/internal/shop"
	"github.com/weftql/weft/deploy/bench/internal/load"
	"github.com/weftql/weft/deploy/process"
)

type options struct {
	duration time.Duration
	rounds   int
	only     []string
	shapes   bool
	profile  string
}

// bench is a run: everything that all gateways share.
type bench struct {
	options
	dir        string // is removed at the end
	own        string // this program's source
	weft       string // the router's program
	supergraph string // its file
	api        string // what clients see of it
	base       string // the subgraphs' address
	monolith   *shop.Service
	generator  *load.Generator
	tokens     *issuer
	processes  []*process.Process
	refused    []string // why who has no row
}

// newBench starts the subgraphs and builds the router.
func newBench(ctx context.Context, options options) (*bench, error) {
	own, err := filepath.Abs("deploy/bench/gateways")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(own, "bench.go")); err != nil {
		return nil, errors.New("run it in the repository's root: make bench-gateways")
	}
	b := &bench{options: options, own: own}
	if b.dir, err = os.MkdirTemp("", "gateways-"); err != nil {
		return nil, err
	}
	if err := b.begin(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) begin(ctx context.Context) error {
	var err error
	if b.generator, err = load.NewGenerator(b.dir); err != nil {
		return err
	}
	b.weft = filepath.Join(b.dir, "weft")
	build := []string{"go", "build", "-trimpath", "-o", b.weft}
	if b.profile != "" {
		overlay, err := b.profiled()
		if err != nil {
			return err
		}
		build = append(build, "-overlay", overlay)
	}
	if err := command(ctx, "", os.Environ(), append(build, "./router/cmd/weft")...); err != nil {
		return err
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	if _, err := b.start(ctx, process.Command{Name: "subgraphs", Path: own, Args: []string{"subgraphs", address}}); err != nil {
		return err
	}
	b.base = "http://" + address
	text, graph, err := shop.Supergraph(ctx, b.base)
	if err != nil {
		return err
	}
	if b.supergraph, err = b.write("supergraph-*.graphqls", text); err != nil {
		return err
	}
	b.monolith = shop.NewMonolith(graph.API)
	var api strings.Builder
	formatter.NewFormatter(&api).FormatSchema(graph.API)
	b.api = api.String()
	return nil
}

// close ends all processes and removes all files.
func (b *bench) close() {
	for _, p := range b.processes {
		_ = p.Stop()
	}
	if b.tokens != nil {
		_ = b.tokens.server.Close()
	}
	_ = os.RemoveAll(b.dir)
}

// issuer returns the run's issuer of access tokens.
func (b *bench) issuer() (*issuer, error) {
	var err error
	if b.tokens == nil {
		b.tokens, err = newIssuer()
	}
	return b.tokens, err
}

// start starts a process that ends with the run.
func (b *bench) start(ctx context.Context, c process.Command) (*process.Process, error) {
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + b.dir}, c.Env...)
	c.Grace = 5 * time.Second
	p, err := process.Start(ctx, c)
	if err == nil {
		b.processes = append(b.processes, p)
	}
	return p, err
}

// write writes a file of the run.
func (b *bench) write(pattern, text string) (string, error) {
	file, err := os.CreateTemp(b.dir, pattern)
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(text)
	return file.Name(), errors.Join(err, file.Close())
}

// freeAddress is one on loopback that nobody listened on a moment ago.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// command runs a program to its end; the error has what it wrote.
func command(ctx context.Context, dir string, environment []string, line ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, line[0], line[1:]...)
	c.Dir, c.Env = dir, environment
	if output, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, output)
	}
	return nil
}

func lookPath(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%s is not installed", program)
	}
	return path, nil
}
