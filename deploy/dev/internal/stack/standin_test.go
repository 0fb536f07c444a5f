package stack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/dev/internal/home"
	"github.com/weftql/weft/deploy/dev/internal/settings"
	"github.com/weftql/weft/deploy/dev/internal/stack"
	"github.com/weftql/weft/deploy/process"
)

// deadline bounds every wait of these tests.
const deadline = 90 * time.Second

// supervisorHome makes the test binary a supervisor of stand-ins, in the
// directory that it names.
const supervisorHome = "WEFT_TEST_SUPERVISOR_HOME"

// programs are what the platform runs. Under these names the test binary is a
// stand-in for them.
var programs = []string{"users", "todos", "worker", "weft"}

func TestMain(m *testing.M) {
	process.Guard()
	if name := filepath.Base(os.Args[0]); slices.Contains(programs, name) {
		os.Exit(standIn(name, os.Args[1:]))
	}
	if dir := os.Getenv(supervisorHome); dir != "" {
		os.Exit(supervise(dir))
	}
	os.Exit(m.Run())
}

// standIn does what a program of the platform does as far as the supervisor can
// see: it has commands, listens, is healthy and stops when asked to.
func standIn(name string, arguments []string) int {
	fmt.Println(name, "does", arguments[0])
	if arguments[0] != "serve" {
		return 0
	}
	address := "127.0.0.1:" + os.Getenv(strings.ToUpper(name)+"_PORT")
	if i := slices.Index(arguments, "--listen"); i > 0 {
		address = arguments[i+1]
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, name)
		}))
	}()
	<-asked
	fmt.Println(name, "stops")
	return 0
}

// linkStandIns is the stack.Build of the tests.
func linkStandIns(_ context.Context, bin string, _ io.Writer) error {
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	for _, name := range programs {
		link := filepath.Join(bin, name)
		if _, err := os.Lstat(link); err == nil {
			continue
		}
		if err := os.Symlink(executable, link); err != nil {
			return err
		}
	}
	return nil
}

// supervise runs a platform of stand-ins until a signal ends it.
func supervise(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	choices, err := settings.Read(os.Environ())
	if err == nil {
		var h *home.Home
		if h, err = home.Open(dir); err == nil {
			err = stack.Run(ctx, stack.Config{Settings: choices, Home: h, Checkout: dir, Out: os.Stdout}, linkStandIns)
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// anyPorts asks for free ports everywhere.
func anyPorts() []string {
	var environment []string
	for _, name := range []string{"WEFT_PORT", "USERS_PORT", "TODOS_PORT", "WORKER_PORT", "USERS_PUBLIC_PORT", "POSTGRES_PORT", "REDIS_PORT", "SMTP_PORT", "MAIL_PORT"} {
		environment = append(environment, name+"=0")
	}
	return environment
}

// watcher collects output and tells when a text has appeared in it.
type watcher struct {
	mu       sync.Mutex
	text     bytes.Buffer
	appeared chan struct{} // closed and replaced at each write
}

func newWatcher() *watcher { return &watcher{appeared: make(chan struct{})} }

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	close(w.appeared)
	w.appeared = make(chan struct{})
	return len(p), nil
}

func (w *watcher) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// await waits until want has been written; it fails the test if ended is closed
// first.
func (w *watcher) await(t *testing.T, want string, ended <-chan struct{}) {
	t.Helper()
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	for {
		w.mu.Lock()
		appeared, found := w.appeared, strings.Contains(w.text.String(), want)
		w.mu.Unlock()
		if found {
			return
		}
		select {
		case <-appeared:
		case <-ended:
			t.Fatalf("ended before it wrote %q; it wrote:\n%s", want, w)
		case <-timeout.C:
			t.Fatalf("did not write %q before the deadline; it wrote:\n%s", want, w)
		}
	}
}
