package chaos

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weftql/weft/deploy/process"
	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// binaries is the folder of the shipped programs, which TestMain builds once.
var binaries string

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(run(m))
}

// run exists so that the folder is removed before the process ends.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "weft-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binaries = dir
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./subgraphs/cmd/users", "./subgraphs/cmd/todos", "./workers/cmd/worker")
	build.Dir = checkout
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, output)
		return 1
	}
	return m.Run()
}

// checkout is the root of the repository, seen from here.
const checkout = "../.."

// town is the services and everything that they need, with a database server that
// can be restarted and a post office.
type town struct {
	server *postgrestest.Server
	office *postOffice
	// databases are connection strings, by service; fragile stands before them.
	databases map[string]string
	fragile   *fragile
	// services are their addresses.
	services map[string]string
	signer   *identity.Signer
	requests sync.Mutex
	numbers  int
	workers  []*worker
	log      *lockedBuffer
	settings []string // of the workers
}

// worker is one of the workers, or the place of one.
type worker struct {
	process *process.Process
	// killed counts.
	killed int
}

// newTown starts everything with so many workers, which end with the test.
func newTown(t *testing.T, workers int, settings ...string) *town {
	t.Helper()
	w := &town{server: postgrestest.NewServer(t), office: openPostOffice(t), databases: map[string]string{}, services: map[string]string{}, log: &lockedBuffer{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the programs printed:\n%s", w.log.tail(200))
		}
	})
	quiet := slog.New(slog.DiscardHandler)
	w.databases["users"] = w.server.Database(t, "users", func(ctx context.Context, url string) error { return userspostgres.Migrate(ctx, url, quiet) })
	w.databases["todos"] = w.server.Database(t, "todos", func(ctx context.Context, url string) error { return todospostgres.Migrate(ctx, url, quiet) })
	w.fragile = newFragile(t, w.databases["users"])
	keys := identity.Keys{{ID: "chaos", Secret: random(identity.MinKeyBytes)}}
	var err error
	if w.signer, err = identity.NewSigner(keys); err != nil {
		t.Fatal(err)
	}
	shared := []string{"WEFT_LOG_LEVEL=warn", "WEFT_IDENTITY_KEYS=" + keys[0].ID + ":" + base64.StdEncoding.EncodeToString(keys[0].Secret)}
	w.serve(t, "users", append(shared, "USERS_SIGNING_KEYS="+signingKey(t), "USERS_ATTEMPTS_PER_ADDRESS=1000000", "USERS_ATTEMPTS_PER_EMAIL=1000000")...)
	w.serve(t, "todos", shared...)
	w.settings = append([]string{
		"WEFT_LOG_LEVEL=warn", "WORKER_PORT=0", "SMTP_URL=smtp://" + w.office.address,
		"USERS_DATABASE_URL=" + w.databases["users"], "TODOS_DATABASE_URL=" + w.databases["todos"],
		"LINK_KEYS=chaos:" + base64.StdEncoding.EncodeToString(random(32)), "PUBLIC_URL=http://127.0.0.1:1",
	}, settings...)
	for range workers {
		w.workers = append(w.workers, &worker{process: w.work(t)})
	}
	return w
}

// serve starts a service, through the fragile way to its database.
func (w *town) serve(t *testing.T, name string, environment ...string) {
	t.Helper()
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	prefix := strings.ToUpper(name) + "_"
	environment = append(environment, prefix+"PORT="+port, prefix+"DATABASE_URL="+w.fragile.through(w.databases[name]))
	if name == "users" {
		environment = append(environment, "USERS_PUBLIC_PORT=0")
	}
	p := w.start(t, name, environment)
	w.services[name] = "http://" + address
	await(t, 30*time.Second, name+" to answer", func() bool {
		response, err := http.Get("http://" + address + "/health")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	t.Cleanup(func() { _ = p.Stop() })
}

// work starts a worker.
func (w *town) work(t *testing.T) *process.Process {
	t.Helper()
	p := w.start(t, "worker", w.settings)
	t.Cleanup(func() { _ = p.Stop() })
	return p
}

func (w *town) start(t *testing.T, name string, environment []string) *process.Process {
	t.Helper()
	p, err := process.Start(context.Background(), process.Command{
		Name: name, Path: filepath.Join(binaries, name), Args: []string{"serve"}, Env: environment, Output: w.log, Grace: 40 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// kill ends a worker at once and starts another one in its place.
func (w *town) kill(t *testing.T, n int) {
	t.Helper()
	_ = w.workers[n].process.Kill() // that it was killed is no news
	w.workers[n].process = w.work(t)
	w.workers[n].killed++
}

// lockedBuffer collects what programs print.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

// tail returns the last lines.
func (b *lockedBuffer) tail(n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	lines := strings.Split(b.buffer.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

var _ io.Writer = (*lockedBuffer)(nil)

// await asks until the answer is yes.
func await(t *testing.T, patience time.Duration, what string, ready func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it does not fail
	return b
}

// signingKey is a private key for access tokens.
func signingKey(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
