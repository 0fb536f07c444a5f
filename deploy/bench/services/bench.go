package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/weftql/weft/deploy/bench/internal/load"
	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/process"
	"github.com/weftql/weft/schema/identity"
)

// bench is a run: everything that the servers share.
type bench struct {
	options
	dir       string // is removed at the end
	own       string // this program's source
	cluster   *postgres.Cluster
	urls      map[string]string // of the databases, by service
	keys      identity.Keys
	generator *load.Generator
	processes []*process.Process
	missing   []string // why who has no row
}

// services are the subgraphs.
func services() []string { return []string{"users", "todos"} }

// newBench builds the subgraphs, and starts a database server with rows.
func newBench(ctx context.Context, o options) (*bench, error) {
	own, err := filepath.Abs("deploy/bench/services")
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(own, "bench.go")); err != nil {
		return nil, errors.New("run it in the repository's root: make bench-services")
	}
	secret := make([]byte, identity.MinKeyBytes)
	_, _ = rand.Read(secret) // it does not fail
	b := &bench{options: o, own: own, urls: map[string]string{}, keys: identity.Keys{{ID: "bench", Secret: secret}}}
	if b.dir, err = os.MkdirTemp("", "services-"); err != nil {
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
	source, err := postgres.ParseSource(os.Getenv("WEFT_POSTGRES"))
	if err != nil {
		return err
	}
	if b.cluster, err = postgres.StartDisposable(ctx, source, ".weft/cache", io.Discard); err != nil {
		return err
	}
	for _, service := range services() {
		if b.urls[service], err = b.cluster.CreateDatabase(ctx, service); err != nil {
			return err
		}
		if err := b.build(ctx, service); err != nil {
			return err
		}
		migrate := b.subgraph(service, "migrate", "")
		if err := process.Run(ctx, migrate); err != nil {
			return err
		}
	}
	return b.seed(ctx)
}

// build builds a subgraph as it is shipped, or with a profiler.
func (b *bench) build(ctx context.Context, service string) error {
	line := []string{"go", "build", "-trimpath", "-o", filepath.Join(b.dir, service)}
	if b.profile != "" {
		overlay, err := b.profiled(service)
		if err != nil {
			return err
		}
		line = append(line, "-overlay", overlay)
	}
	return command(ctx, "", append(line, "./subgraphs/cmd/"+service)...)
}

// subgraph is how to start a subgraph's program.
func (b *bench) subgraph(service, what, address string) process.Command {
	prefix := strings.ToUpper(service) + "_"
	c := process.Command{
		Name: service, Path: filepath.Join(b.dir, service), Args: []string{what}, Grace: 5 * time.Second,
		Env: []string{
			prefix + "DATABASE_URL=" + b.urls[service], "WEFT_LOG_LEVEL=warn",
			"WEFT_IDENTITY_KEYS=" + b.keys[0].ID + ":" + base64.StdEncoding.EncodeToString(b.keys[0].Secret),
		},
	}
	if service == "users" {
		c.Env = append(c.Env, "USERS_SIGNING_KEYS="+signingKey())
	}
	if _, port, err := net.SplitHostPort(address); err == nil {
		c.Env = append(c.Env, prefix+"PORT="+port)
	}
	return c
}

// signingKey is a private key for access tokens, of which none is made.
func signingKey() string {
	_, private, _ := ed25519.GenerateKey(rand.Reader) // it does not fail
	der, _ := x509.MarshalPKCS8PrivateKey(private)    // nor does this, for such a key
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
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

// close ends all processes and removes all files.
func (b *bench) close() {
	for _, p := range b.processes {
		_ = p.Stop()
	}
	if b.cluster != nil {
		_ = b.cluster.Stop()
	}
	_ = os.RemoveAll(b.dir)
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
func command(ctx context.Context, dir string, line ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, line[0], line[1:]...)
	c.Dir = dir
	if output, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(line, " "), err, output)
	}
	return nil
}
