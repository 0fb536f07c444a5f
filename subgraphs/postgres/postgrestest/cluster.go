package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a private server whose data nobody will miss.
type cluster struct {
	bin     string // the directory of PostgreSQL's programs
	account *syscall.Credential
	dir     string
	port    int
	// settings are those of the server, beside the address.
	settings []string
	server   *exec.Cmd
	ended    chan error // receives the server's end, once
	log      *bytes.Buffer
}

// careless are the settings of a server whose data need not survive it.
func careless() []string {
	return []string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"}
}

// startCluster makes a server in a directory of its own and waits until it
// answers. It knows no more than tests need: the local platform has a package for
// servers that keep their data.
func startCluster(settings []string) (*cluster, error) {
	c, err := newCluster(settings)
	if err != nil {
		return nil, err
	}
	initdb := c.command("initdb", "--pgdata="+c.data(), "--username=weft",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(c.dir))
	}
	if err := c.run(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.dir))
	}
	return c, nil
}

// newCluster makes the directory of a server that has no data yet, and finds a
// port for it.
func newCluster(settings []string) (*cluster, error) {
	bin, err := findPrograms()
	if err != nil {
		return nil, err
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	removeAbandoned()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return nil, err
	}
	// A place that every account can reach, unlike root's own directories.
	dir, err := os.MkdirTemp(place, fmt.Sprintf(dirName, os.Getpid()))
	if err != nil {
		return nil, err
	}
	if account != nil {
		if err := os.Chown(dir, int(account.Uid), int(account.Gid)); err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	return &cluster{bin: bin, account: account, dir: dir, port: port, settings: settings, log: &bytes.Buffer{}}, nil
}

// data is the directory of the server's data.
func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// Where the directories of servers are made, and their names, which tell whose
// they are.
const (
	place   = "/var/tmp"
	dirName = "weft-subgraphs-test-%d-*"
)

// removeAbandoned removes what test programs left that were killed or panicked,
// and whose servers went with them.
func removeAbandoned() {
	dirs, _ := filepath.Glob(filepath.Join(place, "weft-subgraphs-test-*")) // the pattern is well formed
	for _, dir := range dirs {
		var pid int
		_, err := fmt.Sscanf(filepath.Base(dir), strings.TrimSuffix(dirName, "*"), &pid)
		if err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			_ = os.RemoveAll(dir) // another account's stays
		}
	}
}

// run starts the server on its data and waits until it answers.
func (c *cluster) run() error {
	args := []string{
		"-D", c.data(), "-p", strconv.Itoa(c.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "timezone=UTC",
	}
	for _, setting := range c.settings {
		args = append(args, "-c", setting)
	}
	c.server, c.ended = c.command("postgres", args...), make(chan error, 1)
	c.server.Stderr = c.log
	if err := c.server.Start(); err != nil {
		return err
	}
	go func(server *exec.Cmd, ended chan<- error) { ended <- server.Wait() }(c.server, c.ended)
	return c.awaitReady()
}

// command prepares one of PostgreSQL's programs, in a process group of its own
// and without the PG* variables of the caller's shell.
func (c *cluster) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, program), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC", "LC_MESSAGES=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.account}
	dieWithParent(cmd.SysProcAttr)
	return cmd
}

func (c *cluster) awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.url())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-look.C:
		case ended := <-c.ended:
			return fmt.Errorf("postgres ended: %w\n%s", ended, c.log)
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("postgres does not answer: %w", err), c.stop())
		}
	}
}

// url is the connection string of the server's own database.
func (c *cluster) url() string {
	address := url.URL{
		Scheme: "postgres", User: url.User("weft"), Path: "/postgres",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), RawQuery: "sslmode=disable",
	}
	return address.String()
}

// halt ends the server at once, as a crash does.
func (c *cluster) halt() error {
	if err := c.server.Process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-c.ended // "exit status 2" after SIGQUIT says nothing
	return nil
}

// stop ends the server and removes its data.
func (c *cluster) stop() error { return errors.Join(c.halt(), os.RemoveAll(c.dir)) }

// findPrograms returns the directory of initdb and postgres: the newest of where
// packages put them, or where PATH leads.
func findPrograms() (string, error) {
	var places []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		slices.Reverse(found)
		places = append(places, found...)
	}
	if program, err := exec.LookPath("postgres"); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil {
			places = append(places, filepath.Dir(program))
		}
	}
	for _, bin := range places {
		_, postgres := os.Stat(filepath.Join(bin, "postgres"))
		_, initdb := os.Stat(filepath.Join(bin, "initdb"))
		if postgres == nil && initdb == nil {
			return bin, nil
		}
	}
	return "", errors.New("no PostgreSQL is installed: install it")
}

// unprivileged returns the account for a server that is started by root, which
// PostgreSQL refuses to run as; nil for everybody else.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("started by root, and there is no account postgres or nobody to run the server as")
}
