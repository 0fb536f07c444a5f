package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"testing"

	"github.com/weftql/weft/router"
	"github.com/weftql/weft/schema/supergraph"
)

// allocations is how many the router makes for one request in steady state: all
// of it, from the HTTP handler on, with every subgraph request going through a
// real connection. Subgraphs are replaced by what they answered before, from a
// server that allocates nothing.
func allocations(t *testing.T, file, query string, recorded map[string][]exchange) float64 {
	t.Helper()
	sdl, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := supergraph.Parse(file, string(sdl))
	if err != nil {
		t.Fatal(err)
	}
	config := router.Config{OverrideSubgraphURL: map[string]string{}}
	for name, exchanges := range recorded {
		config.OverrideSubgraphURL[name] = replay(t, exchanges)
	}
	handler, err := router.New(config, graph, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	reader := bytes.NewReader(body)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer := &sink{header: http.Header{}}
	serve := func() {
		reader.Reset(body)
		request.Body, request.ContentLength = io.NopCloser(reader), int64(len(body))
		clear(answer.header)
		answer.body = answer.body[:0]
		handler.ServeHTTP(answer, request)
	}
	for range 20 {
		serve()
	}
	if bytes.Contains(answer.body, []byte(`"errors"`)) {
		t.Fatalf("the replayed answer has errors: %.500s", answer.body)
	}
	// A collection would empty the pools, which is no request's fault.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	lowest := testing.AllocsPerRun(20, serve)
	for range 4 { // what else this process does can only add to it
		lowest = min(lowest, testing.AllocsPerRun(20, serve))
	}
	return lowest
}

// sink is a response that is kept in memory.
type sink struct {
	header http.Header
	body   []byte
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(int)     {}
func (s *sink) Write(p []byte) (int, error) {
	s.body = append(s.body, p...)
	return len(p), nil
}

// replay serves what was recorded, by the request's body, until the test ends.
// It is a bare HTTP/1.1 server, so that it makes no allocations that would be
// taken for the router's.
func replay(t *testing.T, exchanges []exchange) string {
	t.Helper()
	answers := map[string][]byte{}
	for _, e := range exchanges {
		answers[e.request] = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(e.response), e.response)
	}
	unknown := []byte("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn, answers, unknown)
		}
	}()
	return "http://" + listener.Addr().String() + "/graphql"
}

// answer serves one connection until the client closes it.
func answer(conn net.Conn, answers map[string][]byte, unknown []byte) {
	defer conn.Close()
	reader, body := bufio.NewReaderSize(conn, 1<<20), []byte(nil)
	for {
		length := 0
		for {
			line, err := reader.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) <= 2 {
				break
			}
			const name = "content-length:"
			if len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) {
				for _, c := range line[len(name):] {
					if c >= '0' && c <= '9' {
						length = 10*length + int(c-'0')
					}
				}
			}
		}
		if cap(body) < length {
			body = make([]byte, length)
		}
		body = body[:length]
		if _, err := io.ReadFull(reader, body); err != nil {
			return
		}
		found, known := answers[string(body)]
		if !known {
			found = unknown
		}
		if _, err := conn.Write(found); err != nil {
			return
		}
	}
}
