package server_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weftql/weft/subgraphs/server"
)

// TestRunDropsNothing stops a server under load from clients that keep their
// connections until they are asked to close them.
func TestRunDropsNothing(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr, ended := make(chan net.Addr, 1), make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	go func() {
		ended <- server.Run(ctx, server.RunConfig{
			Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Listening: func(a net.Addr) { addr <- a },
		}, handler)
	}()
	url := "http://" + (<-addr).String()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 10 * time.Second}
	var answered, dropped atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for {
				response, err := client.Post(url, "text/plain", nil)
				if err != nil {
					dropped.Add(1)
					t.Log(err)
					return
				}
				_ = response.Body.Close()
				if answered.Add(1) == 500 {
					stop()
				}
				if response.Close {
					return
				}
			}
		})
	}
	group.Wait()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if dropped.Load() > 0 || answered.Load() < 500 {
		t.Errorf("%d requests answered, %d dropped", answered.Load(), dropped.Load())
	}
}

func TestRunFinishesWhatIsInProgress(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr, ended := make(chan net.Addr, 1), make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		stop()
		// The listener is closed by now or soon: wait until nobody can connect.
		for {
			conn, err := net.Dial("tcp", r.Host)
			if err != nil {
				break
			}
			_ = conn.Close()
		}
		_, _ = io.WriteString(w, "done")
	})
	go func() {
		ended <- server.Run(ctx, server.RunConfig{
			Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Listening: func(a net.Addr) { addr <- a }, DrainDelay: time.Millisecond,
		}, handler)
	}()
	response, err := http.Get("http://" + (<-addr).String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "done" {
		t.Errorf("body %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestRunDrainsInOrder looks at each stage from outside: first the service says
// that it cannot take more and does all the same, then it accepts nothing new, then
// it ends what it is doing.
func TestRunDrainsInOrder(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr, ended := make(chan net.Addr, 1), make(chan error, 1)
	begun, end, stage := make(chan struct{}), make(chan struct{}), make(chan time.Time)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /quick", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-end
		_, _ = io.WriteString(w, "done")
	})
	go func() {
		ended <- server.Run(ctx, server.RunConfig{
			Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Listening: func(a net.Addr) { addr <- a },
			After: func(time.Duration) <-chan time.Time { return stage },
		}, mux)
	}()
	url := "http://" + (<-addr).String()
	get := func(client *http.Client, path string) *http.Response {
		t.Helper()
		response, err := client.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return response
	}
	newcomer := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	old := &http.Client{Transport: &http.Transport{}}
	if response := get(old, "/quick"); response.Close {
		t.Error("a connection is not kept before the end")
	}
	slow := make(chan string, 1)
	go func() {
		response, err := http.Get(url + "/slow")
		if err != nil {
			slow <- err.Error()
			return
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		slow <- string(body)
	}()
	<-begun

	stop()
	for get(newcomer, "/health").StatusCode != http.StatusServiceUnavailable {
	}
	if response := get(newcomer, "/quick"); response.StatusCode != http.StatusOK {
		t.Errorf("a newcomer gets %s before the listener is closed", response.Status)
	}
	stage <- time.Now()
	for { // until nobody can connect
		conn, err := net.Dial("tcp", url[len("http://"):])
		if err != nil {
			break
		}
		_ = conn.Close()
	}
	if response := get(old, "/quick"); response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("an old connection gets %s, and is asked to leave: %v", response.Status, response.Close)
	}
	stage <- time.Now()
	select {
	case err := <-ended:
		t.Errorf("ended with a request in progress: %v", err)
	default:
	}
	close(end)
	if text := <-slow; text != "done" {
		t.Errorf("the request in progress gets %q", text)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestRunEndsWithoutPatience has a request that does not end.
func TestRunEndsWithoutPatience(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	addr, ended := make(chan net.Addr, 1), make(chan error, 1)
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stop()
		<-r.Context().Done()
	})
	go func() {
		ended <- server.Run(ctx, server.RunConfig{
			Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Listening: func(a net.Addr) { addr <- a },
			DrainDelay: time.Millisecond, DrainTimeout: time.Millisecond,
		}, handler)
	}()
	if response, err := http.Get("http://" + (<-addr).String()); err == nil {
		_ = response.Body.Close()
		t.Errorf("answered %s", response.Status)
	}
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestRunReportsAnAddressInUse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	err = server.Run(t.Context(), server.RunConfig{Addr: listener.Addr().String(), Logger: slog.New(slog.DiscardHandler)}, http.NotFoundHandler())
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("error %v", err)
	}
}
