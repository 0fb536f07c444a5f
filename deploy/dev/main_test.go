package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/weftql/weft/deploy/process"
)

// asProgram makes the test binary the program itself.
const asProgram = "WEFT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	process.Guard()
	if os.Getenv(asProgram) != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

func TestProgram(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	for _, tc := range []struct {
		name        string
		arguments   []string
		environment []string
		status      int
		want        string
	}{
		{"help", []string{"-h"}, nil, 0, "usage: dev"},
		{"an unknown command", []string{"upp"}, nil, 2, "usage: dev"},
		{"an argument too many", []string{"up", "now"}, nil, 2, "usage: dev"},
		{"an unknown flag", []string{"--port", "1"}, nil, 2, "-port"},
		{"a setting that cannot be", []string{"up"}, []string{"WEFT_PORT=http"}, 1, `WEFT_PORT: "http" is not a port number`},
		{"a port in use", nil, []string{"USERS_PORT=" + port}, 1, "port " + port + ", for the users service, is in use by another program: stop that program, or set USERS_PORT"},
		{"smoke with nothing up", []string{"smoke"}, nil, 1, "weft is not up"},
		{"down with nothing up", []string{"down"}, nil, 0, "nothing is running"},
		{"reset with nothing there", []string{"reset"}, nil, 0, "removed "},
		{"run without a command", []string{"run"}, nil, 1, "which command?"},
		{"run passes the exit status on", []string{"run", "--", "sh", "-c", "exit 7"}, nil, 7, ""},
		{"run names a database", []string{"run", "sh", "-c", "echo $WEFT_TEST_DATABASE_URL"}, nil, 0, "postgres://weft:"},
		{"run keeps the caller's database", []string{"run", "sh", "-c", "echo $WEFT_TEST_DATABASE_URL"}, []string{"WEFT_TEST_DATABASE_URL=mine"}, 0, "mine"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], append([]string{"--home", filepath.Join(t.TempDir(), ".weft")}, tc.arguments...)...)
			cmd.Env = append(append(os.Environ(), asProgram+"=1", "WEFT_TEST_DATABASE_URL="), tc.environment...)
			for _, name := range []string{"WEFT_PORT", "TODOS_PORT", "WORKER_PORT", "USERS_PUBLIC_PORT", "POSTGRES_PORT", "REDIS_PORT", "SMTP_PORT", "MAIL_PORT"} {
				cmd.Env = append([]string{name + "=0"}, cmd.Env...)
			}
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			err := cmd.Run()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if status := cmd.ProcessState.ExitCode(); status != tc.status || !strings.Contains(out.String(), tc.want) {
				t.Errorf("exit status %d, want %d; it wrote:\n%s\nwant %q", status, tc.status, &out, tc.want)
			}
		})
	}
}
