package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/deploy/process"
)

// superuser is the role that initdb makes and everybody connects as.
const superuser = "weft"

// Config describes a server to start.
type Config struct {
	// Installation is what Find found.
	Installation Installation
	// Dir is the directory that holds everything of the server, see the
	// package's picture. It is made if missing, with mode 0700, and refused if
	// it belongs to somebody else than User.
	Dir string
	// Port is where the server listens on 127.0.0.1. 0 picks a free one.
	Port int
	// User is whom the server runs as; nil is the caller. See
	// process.Unprivileged.
	User *process.User
	// Disposable gives up durability for speed, for data that nobody will
	// miss: tests. Dir is removed when the server has ended, however it does.
	Disposable bool
	// StartTimeout bounds initdb and the wait for the first connection, each.
	// Defaults to 60 seconds: a loaded machine may have to recover first.
	StartTimeout time.Duration
	// Output receives the server's log. Defaults to discarding it.
	Output io.Writer
}

// Cluster is a running server. Its methods are safe for concurrent use.
type Cluster struct {
	dir      string
	major    int
	port     int
	password string
	process  *process.Process
}

// Start makes the data directory if there is none and starts the server on it.
// It returns when the server accepts connections. What an earlier run left
// behind, including a server that still runs on this directory, is ended first.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	if cfg.StartTimeout == 0 {
		cfg.StartTimeout = 60 * time.Second
	}
	if cfg.Output == nil {
		cfg.Output = io.Discard
	}
	attempts := 1
	if cfg.Port == 0 {
		attempts = 3 // another program may take the free port first
	}
	var err error
	for range attempts {
		c := &Cluster{dir: cfg.Dir, major: cfg.Installation.Major}
		if err = c.start(ctx, cfg); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("postgres: %w", err)
}

// start takes the steps of Start, once.
func (c *Cluster) start(ctx context.Context, cfg Config) error {
	if err := makeDir(cfg.Dir, cfg.User); err != nil {
		return err
	}
	if err := c.initialise(ctx, cfg); err != nil {
		return err
	}
	if err := c.endLeftover(); err != nil {
		return err
	}
	return c.run(ctx, cfg)
}

// DataDir is where a server of the given major version keeps its data below
// dir.
func DataDir(dir string, major int) string {
	return filepath.Join(dir, "postgres-"+strconv.Itoa(major))
}

// HasData tells whether dir holds data of the given major version.
func HasData(dir string, major int) bool {
	_, err := os.Stat(filepath.Join(DataDir(dir, major), "PG_VERSION"))
	return err == nil
}

// OtherData returns the directories below dir that hold data of other major
// versions.
func OtherData(dir string, major int) []string {
	var others []string
	entries, _ := os.ReadDir(dir) // no directory, no data
	for _, entry := range entries {
		number, isData := strings.CutPrefix(entry.Name(), "postgres-")
		other, err := strconv.Atoi(number)
		if isData && err == nil && other != major && HasData(dir, other) {
			others = append(others, DataDir(dir, other))
		}
	}
	return others
}

// dataDir is the server's data directory.
func (c *Cluster) dataDir() string { return DataDir(c.dir, c.major) }

// initialise makes the data directory and its password, unless they are there.
func (c *Cluster) initialise(ctx context.Context, cfg Config) error {
	passwordFile := c.dataDir() + ".password"
	if HasData(c.dir, c.major) {
		password, err := os.ReadFile(passwordFile)
		if err != nil {
			return fmt.Errorf("the data in %s is of no use without its password (make reset starts anew): %w", c.dataDir(), err)
		}
		c.password = strings.TrimSpace(string(password))
		return nil
	}
	c.password = rand.Text()
	if err := writePrivate(passwordFile, c.password+"\n", cfg.User); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.StartTimeout)
	defer cancel()
	// Beside its place first, so that an interrupted initdb leaves nothing
	// that looks like data.
	partial := c.dataDir() + ".partial"
	var err error
	for _, ctype := range []string{"C.UTF-8", "en_US.UTF-8", "C"} {
		if err := os.RemoveAll(partial); err != nil {
			return err
		}
		var out bytes.Buffer
		err = process.Run(ctx, process.Command{
			Name: "initdb", Path: filepath.Join(cfg.Installation.Bin, "initdb"),
			Args: initArguments(cfg, partial, passwordFile, ctype),
			Env:  environment(), Dir: c.dir, User: cfg.User, Output: &out,
		})
		if err == nil {
			return os.Rename(partial, c.dataDir())
		}
		if !strings.Contains(out.String(), "invalid locale") {
			break
		}
	}
	return errors.Join(err, os.RemoveAll(partial))
}

// initArguments are those of initdb. Text is compared byte by byte, the same on
// every machine, but letters of all languages are letters.
func initArguments(cfg Config, dir, passwordFile, ctype string) []string {
	args := []string{
		"--pgdata=" + dir, "--username=" + superuser, "--pwfile=" + passwordFile, "--auth=scram-sha-256",
		"--encoding=UTF8", "--lc-collate=C", "--lc-ctype=" + ctype, "--lc-messages=C", "--no-instructions",
		// An empty database that a power failure destroys is easily made
		// again; waiting for the disk takes seconds.
		"--no-sync",
	}
	if cfg.Installation.Major >= 17 {
		args = append(args, "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
	}
	return args
}

// run starts the server and waits until it answers.
func (c *Cluster) run(ctx context.Context, cfg Config) error {
	c.port = cfg.Port
	if c.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		c.port = port
	}
	litter := ""
	if cfg.Disposable {
		litter = c.dir
	}
	server, err := process.Start(ctx, process.Command{
		Name: "postgres", Path: filepath.Join(cfg.Installation.Bin, "postgres"),
		Args: serverArguments(c.dataDir(), c.port, cfg.Disposable),
		Env:  environment(), Dir: c.dir, User: cfg.User, Output: cfg.Output,
		StopSignal: syscall.SIGINT, // "fast": sessions are ended, nothing is lost
		Grace:      20 * time.Second,
		Litter:     litter,
	})
	if err != nil {
		return err
	}
	c.process = server
	ctx, cancel := context.WithTimeout(ctx, cfg.StartTimeout)
	defer cancel()
	if err := c.awaitReady(ctx); err != nil {
		_ = server.Stop() // the reason is err
		return server.Failure(err)
	}
	return nil
}

// serverArguments are those of postgres. They are given each time instead of
// being written into the data directory.
func serverArguments(dataDir string, port int, disposable bool) []string {
	settings := []string{
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=", // a socket's path may be too long, and nobody needs one
		"max_connections=200",
		"jit=off", // compiling a query takes longer than running it, here
		"timezone=UTC", "log_timezone=UTC",
		"logging_collector=off", "log_destination=stderr", "log_line_prefix=%q%a: ", "log_checkpoints=off",
	}
	if disposable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", dataDir}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// awaitReady returns when the server accepts a connection.
func (c *Cluster) awaitReady(ctx context.Context) error {
	// The server's end also ends an attempt under way: whoever has its port
	// may never answer.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-c.process.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		err := errStarting
		if c.saysReady() {
			err = ping(ctx, c.URL("postgres"))
		}
		if err == nil {
			return nil
		}
		select {
		case <-look.C:
			continue
		case <-ctx.Done():
		}
		select {
		case <-c.process.Done():
			return errors.Join(errors.New("the server ended while it was starting"), c.process.Err())
		default:
			return fmt.Errorf("the server does not answer: %w (last attempt: %w)", ctx.Err(), err)
		}
	}
}

// errStarting is what is known of a server that has not said that it is ready.
var errStarting = errors.New("it has not said that it is ready")

// saysReady reads the server's state where pg_ctl does, in the eighth line of
// postmaster.pid. Connecting before that would only fill its log.
func (c *Cluster) saysReady() bool {
	text, err := os.ReadFile(filepath.Join(c.dataDir(), "postmaster.pid"))
	if err != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return len(lines) >= 8 && strings.TrimSpace(lines[0]) == strconv.Itoa(c.process.PID()) && strings.TrimSpace(lines[7]) == "ready"
}

// ping connects once.
func ping(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL is the connection string of one of the server's databases, with the
// password.
func (c *Cluster) URL(database string) string {
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return address.String()
}

// Dir is the directory that holds everything of the server.
func (c *Cluster) Dir() string { return c.dir }

// Port is where the server listens on 127.0.0.1.
func (c *Cluster) Port() int { return c.port }

// Process is the server's process, to learn when it ends.
func (c *Cluster) Process() *process.Process { return c.process }

// Stop ends the server and waits for it. The data stays, unless it is
// disposable.
func (c *Cluster) Stop() error { return c.process.Stop() }

// freePort asks the kernel for a port that nobody listens on.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}
