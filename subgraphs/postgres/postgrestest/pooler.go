package postgrestest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgbouncer is the pooler's configuration: one server connection for many clients'
// transactions in turn. What it should say of the startup parameters that it does not
// know is the caller's to decide.
const pgbouncer = `[databases]
* = host=%s port=%s %s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
max_client_conn = 500
ignore_startup_parameters = %s
`

// Pooler starts PgBouncer in transaction mode in front of the server of a connection
// string, and returns the one that leads through it. It ends with the test. Startup
// parameters in ignored are ignored; others that it does not know are refused. Without
// PgBouncer the test is skipped.
func Pooler(t testing.TB, direct, ignored string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("POOLER TEST SKIPPED: pgbouncer is not installed")
	}
	address, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	account, err := unprivileged()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	dir, err := os.MkdirTemp(place, fmt.Sprintf(dirName, os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf(pgbouncer, address.Hostname(), address.Port(), login(address.User), port, ignored)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if account != nil {
		for _, path := range []string{dir, file} {
			if err := os.Chown(path, int(account.Uid), int(account.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	address.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	runPooler(t, exec.Command(program, "--quiet", file), account, address.String())
	return address.String()
}

// login writes with what PgBouncer logs in to the server; it accepts no password that
// is empty.
func login(user *url.Userinfo) string {
	quoted := func(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" }
	text := "user=" + quoted(user.Username())
	if password, _ := user.Password(); password != "" {
		text += " password=" + quoted(password)
	}
	return text
}

// runPooler runs the command until the test ends, and waits until it answers at the
// address.
func runPooler(t testing.TB, command *exec.Cmd, account *syscall.Credential, address string) {
	t.Helper()
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: account}
	dieWithParent(command.SysProcAttr)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	t.Cleanup(func() {
		_ = command.Process.Kill() // it may have ended
		<-ended
	})
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			_ = conn.Close(ctx) // it has answered
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("pgbouncer does not answer: %v\n%s", err, &log)
		}
		select {
		case <-look.C:
		case err := <-ended:
			ended <- err
			t.Fatalf("pgbouncer ended: %v\n%s", err, &log)
		case <-ctx.Done():
			t.Fatalf("pgbouncer does not answer: %v\n%s", err, &log)
		}
	}
}
