package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/process"
)

// binaries is the folder of the programs under test, which TestMain builds
// once: weft, and the supervisor dev, which builds the others itself.
var binaries string

func TestMain(m *testing.M) {
	process.Guard() // the test's own database server runs under a guard
	os.Exit(run(m))
}

// run exists so that the folder is removed before the process ends.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "weft-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binaries = dir
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./router/cmd/weft", "./deploy/dev")
	build.Dir = checkout
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, output)
		return 1
	}
	return m.Run()
}

// checkout is the root of the repository, seen from here.
const checkout = "../.."

// program is a running shipped program.
type program struct {
	command *exec.Cmd
	log     *lockedBuffer
	done    chan struct{} // closed when it has ended
	err     error         // why it ended; read after done
}

// lockedBuffer collects a program's output while a test may read it.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// start runs a program until the test ends; it then has to stop within thirty
// seconds of SIGTERM. Variables are added to the environment.
func start(t *testing.T, variables []string, name string, arguments ...string) *program {
	t.Helper()
	p := &program{log: &lockedBuffer{}, done: make(chan struct{})}
	p.command = exec.Command(filepath.Join(binaries, name), arguments...)
	p.command.Dir = checkout
	p.command.Env = append(os.Environ(), variables...)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("%s printed:\n%s", name, p.log)
		}
	})
	return p
}

// stop ends the program, unless it has ended.
func (p *program) stop(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
}

// signal sends a signal and waits until the program has ended.
func (p *program) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		return // it has ended
	}
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		t.Errorf("%s did not stop within 30 s of SIGTERM", p.command.Path)
		_ = p.command.Process.Kill()
		<-p.done
	}
}

// waitFor waits until url answers 200 or the program ends.
func (p *program) waitFor(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-p.done:
			t.Fatalf("%s ended: %v\n%s", p.command.Path, p.err, p.log)
		case <-ctx.Done():
			t.Fatalf("%s is not ready: %s\n%s", p.command.Path, url, p.log)
		case <-tick.C:
		}
	}
}

// call runs a program to its end and returns what it printed and its exit code.
func call(t *testing.T, name, stdin string, arguments ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.Command(filepath.Join(binaries, name), arguments...) // the test's context has ended in its cleanup
	command.Dir = checkout
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &out, &errs
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), command.ProcessState.ExitCode()
}

// freeAddress returns a loopback address that nobody listened on a moment ago,
// with a port below those that the system gives out by itself.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if listener, err := net.Listen("tcp", address); err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatal("found no free port in 100 tries")
	return ""
}
