package load

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParse_reads_what_the_script_writes(t *testing.T) {
	t.Parallel()
	got, err := parse([]byte("Running 1s test\n  1 threads\n\n" +
		`{"requests":900,"duration":1000000,"bytes":7,"connect":1,"read":2,"write":3,"status":4,"timeout":5,"p50":1,"p95":2,"p99":3,"max":4}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := Result{
		Requests: 900, Duration: time.Second, Bytes: 7, Errors: 15,
		P50: time.Microsecond, P95: 2 * time.Microsecond, P99: 3 * time.Microsecond, Max: 4 * time.Microsecond,
	}
	if diff := cmp.Diff(want, got); diff != "" || got.PerSecond() != 900 {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := parse([]byte("unable to connect")); err == nil || !strings.Contains(err.Error(), "unable to connect") {
		t.Errorf("without a summary: %v", err)
	}
}

func TestRun_counts_answers_and_errors(t *testing.T) {
	t.Parallel()
	g, err := NewGenerator(t.TempDir())
	if err != nil {
		without(t, err)
	}
	var served, wrong atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != "{}" || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("X-One") != "two" {
			wrong.Add(1)
		}
		if served.Add(1)%2 == 0 {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	t.Cleanup(server.Close)
	got, err := g.Run(t.Context(), Load{URL: server.URL, Body: []byte("{}"), Header: map[string]string{"X-One": "two"}, Connections: 2, Duration: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if wrong.Load() > 0 {
		t.Errorf("%d of %d requests were not as asked for", wrong.Load(), served.Load())
	}
	if got.Requests == 0 || int64(got.Requests) > served.Load() || got.Errors < got.Requests/2-2 || got.Errors > got.Requests/2+2 {
		t.Errorf("%+v of %d that were served", got, served.Load())
	}
}

func TestRun_sends_each_request_its_own_headers(t *testing.T) {
	t.Parallel()
	g, err := NewGenerator(t.TempDir())
	if err != nil {
		without(t, err)
	}
	var mutex sync.Mutex
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		defer mutex.Unlock()
		seen[r.Method+" "+r.Header.Get("One")+" "+r.Header.Get("Two")]++
	}))
	t.Cleanup(server.Close)
	var each []map[string]string
	for i := range 200_000 {
		each = append(each, map[string]string{"One": fmt.Sprint(i), "Two": fmt.Sprint(-i)})
	}
	got, err := g.Run(t.Context(), Load{URL: server.URL, Each: each, Connections: 2, Duration: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	mutex.Lock()
	defer mutex.Unlock()
	if got.Errors > 0 || got.Requests == 0 || len(seen) < got.Requests || seen["GET 3 -3"] != 1 {
		t.Errorf("%+v, %d different requests", got, len(seen))
	}
}

func TestMeasure_counts_a_process_and_its_children(t *testing.T) {
	t.Parallel()
	shell := exec.CommandContext(t.Context(), "/bin/sh", "-c", `exec 3<&0; (i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo; read x <&3)& wait`)
	input, err := shell.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = input.Close(); _ = shell.Wait() })
	if _, err := output.Read(make([]byte, 1)); err != nil { // the child has counted
		t.Fatal(err)
	}
	whole, err := Measure(shell.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	parent, err := measureOne(shell.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if whole.CPU-parent.CPU < 2*tick || whole.PeakMemory <= parent.PeakMemory {
		t.Errorf("with its child %+v, without %+v", whole, parent)
	}
	if _, err := Measure(os.Getpid()); err != nil {
		t.Error(err)
	}
}

// without ends a test that lacks a program of this machine. Where everything has been
// installed, on CI, that is a failure.
func without(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
}
