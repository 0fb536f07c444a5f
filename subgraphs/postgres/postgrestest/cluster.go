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
	dir    string
	port   int
	server *exec.Cmd
	ended  chan error // receives the server's end, once
	log    *bytes.Buffer
}

// startCluster makes a server in a directory of its own and waits until it
// answers. It knows no more than tests need: the local platform has a package for
// servers that keep their data.
func startCluster() (*cluster, error) {
	bin, err := findPrograms()
	if err != nil {
		return nil, err
	}
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	removeAbandoned()
	// A place that every account can reach, unlike root's own directories.
	dir, err := os.MkdirTemp(place, fmt.Sprintf(dirName, os.Getpid()))
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, ended: make(chan error, 1), log: &bytes.Buffer{}}
	if err := c.start(bin, account); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

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

func (c *cluster) start(bin string, account *syscall.Credential) error {
	if account != nil {
		if err := os.Chown(c.dir, int(account.Uid), int(account.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(c.dir, "data")
	initdb := c.command(account, filepath.Join(bin, "initdb"), "--pgdata="+data, "--username=weft",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.port = listener.Addr().(*net.TCPAddr).Port
	if err := listener.Close(); err != nil {
		return err
	}
	c.server = c.command(account, filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(c.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "timezone=UTC")
	c.server.Stderr = c.log
	if err := c.server.Start(); err != nil {
		return err
	}
	go func() { c.ended <- c.server.Wait() }()
	return c.awaitReady()
}

// command prepares a program that runs as account, in a process group of its own
// and without the PG* variables of the caller's shell.
func (c *cluster) command(account *syscall.Credential, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TZ=UTC", "LC_MESSAGES=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: account}
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

// stop ends the server and removes its data.
func (c *cluster) stop() error {
	err := c.server.Process.Signal(syscall.SIGQUIT) // at once: the data goes anyway
	if err == nil {
		<-c.ended // "exit status 2" after SIGQUIT says nothing
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

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
