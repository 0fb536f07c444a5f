//go:build !race

// Under the race detector allocations mean nothing.

package router

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/schema/federation"
)

// path is the whole way of a request: seven subgraph requests in two waves, each
// through a real connection to a subgraph that allocates nothing.
type path struct {
	router *Router
	header http.Header
	body   []byte
}

const pathFetches = 7

func newPath(t testing.TB, change func(*Config), header http.Header) *path {
	t.Helper()
	const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])` + "\n"
	const things = 20
	var subgraphs []federation.Subgraph
	var query, list strings.Builder
	for i := range pathFetches {
		name := fmt.Sprint("s", i)
		sdl := head + fmt.Sprintf(`type Thing @key(fields: "id") { id: ID! f%d: String }`, i)
		entities := make([]string, things)
		for k := range things {
			entities[k] = fmt.Sprintf(`{"__typename":"Thing","id":"%d","f%d":"value"}`, k, i)
		}
		list.Reset()
		list.WriteString(`{"data":{"_entities":[`)
		if i == 0 {
			sdl += "\ninput Filter { tags: [String!] open: Boolean }\ntype Query { things(first: Int, after: String, filter: Filter): [Thing!] }"
			list.Reset()
			list.WriteString(`{"data":{"things":[`)
		}
		fmt.Fprintf(&list, "%s]}}", strings.Join(entities, ","))
		fmt.Fprintf(&query, " f%d", i)
		subgraphs = append(subgraphs, federation.Subgraph{
			Name: name, URL: bareServer(t, list.String()), Sources: []federation.Source{{Name: name, Text: sdl}},
		})
	}
	config := Config{}
	if change != nil {
		change(&config)
	}
	log, err := NewLogger(io.Discard, LogConfig{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(config, compose(t, subgraphs), log)
	if err != nil {
		t.Fatal(err)
	}
	return &path{r, header, fmt.Appendf(nil, `{"query":"query Things {\n  things { id%s }\n}\n"}`, query.String())}
}

// withVariables has the request have variables.
func (p *path) withVariables() *path {
	const declared, used = `query Things($n: Int = 20, $c: String, $f: Filter)`, `things(first: $n, after: $c, filter: $f)`
	text := strings.NewReplacer("query Things", declared, "  things", "  "+used).Replace(string(p.body))
	p.body = []byte(strings.TrimSuffix(text, "}") + `,"variables":{"n":10,"c":"b2Zmc2V0OjEw","f":{"tags":["a","b"],"open":true}}}`)
	return p
}

// bareServer serves one answer to every request.
func bareServer(t testing.TB, body string) string {
	t.Helper()
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
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
			go func() {
				defer conn.Close()
				reader := bufio.NewReaderSize(conn, 64<<10)
				for {
					length, err := readHead(reader)
					if err != nil {
						return
					}
					if _, err := reader.Discard(length); err != nil {
						return
					}
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String() + "/graphql"
}

// readHead reads the head of a message and returns its Content-Length.
func readHead(reader *bufio.Reader) (length int, err error) {
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil || len(line) <= 2 {
			return length, err
		}
		const name = "content-length:"
		if len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) {
			length = 0
			for _, c := range bytes.TrimSpace(line[len(name):]) {
				length = 10*length + int(c-'0')
			}
		}
	}
}

// inProcess returns a function that has the router answer the request once.
func (p *path) inProcess(t testing.TB) func() {
	t.Helper()
	reader := bytes.NewReader(p.body)
	request := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	request.Header = p.header.Clone()
	request.Header.Set("Content-Type", "application/json")
	w := &memoryWriter{header: http.Header{}}
	return func() {
		reader.Reset(p.body)
		request.Body, request.ContentLength = io.NopCloser(reader), int64(len(p.body))
		clear(w.header)
		w.body = w.body[:0]
		p.router.ServeHTTP(w, request)
		if bytes.Contains(w.body, []byte(`"errors"`)) {
			t.Fatalf("the answer is %s", w.body)
		}
	}
}

// memoryWriter is a response that is kept in memory.
type memoryWriter struct {
	header http.Header
	body   []byte
}

func (w *memoryWriter) Header() http.Header { return w.header }
func (w *memoryWriter) WriteHeader(int)     {}
func (w *memoryWriter) Write(p []byte) (int, error) {
	w.body = append(w.body, p...)
	return len(p), nil
}

// overHTTP returns a function that sends the request once to the router's own
// server, through a connection that is kept.
func (p *path) overHTTP(t testing.TB) func() {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.router.Run(ctx, listener) }()
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	var message bytes.Buffer
	message.WriteString("POST /graphql HTTP/1.1\r\nHost: router.test\r\nUser-Agent: test\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(p.body)) + "\r\n")
	if err := p.header.Write(&message); err != nil {
		t.Fatal(err)
	}
	message.WriteString("\r\n")
	message.Write(p.body)
	reader, answer := bufio.NewReader(conn), make([]byte, 1<<20)
	return func() {
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(message.Bytes()); err != nil {
			t.Fatal(err)
		}
		length, err := readHead(reader)
		if err == nil {
			_, err = io.ReadFull(reader, answer[:length])
		}
		if err != nil || !bytes.HasPrefix(answer[:length], []byte(`{"data":{"things":[{"id":"0"`)) || bytes.Contains(answer[:length], []byte(`"errors"`)) {
			t.Fatalf("%v, the answer is %.300q", err, answer[:length])
		}
	}
}

// allocationsOf is how many allocations a call makes in steady state, in the whole
// process.
func allocationsOf(call func()) float64 {
	for range 30 {
		call()
	}
	// A collection would empty the pools, which is no request's fault.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	return testing.AllocsPerRun(200, call)
}

// What a whole request may allocate, with all that net/http does for it, and what
// may be added by the check of its access token and the signatures for subgraphs,
// or by three variables, one of them an object.
const (
	maxAllocations         = 40
	maxIdentityAllocations = 15
	maxVariableAllocations = 4
)

// It counts the allocations of the whole process and is alone in it for that
// reason.
func TestWholeRequestAllocations(t *testing.T) {
	i := newIssuer(t)
	token := bearer(i.token(t, time.Now().Add(time.Hour)))
	plain := newPath(t, nil, http.Header{})
	t.Logf("in process %.0f", allocationsOf(plain.inProcess(t)))
	least := allocationsOf(plain.overHTTP(t))
	t.Logf("over HTTP %.0f", least)
	if least > maxAllocations {
		t.Errorf("%.0f allocations, want %d at most", least, maxAllocations)
	}
	for _, c := range []struct {
		name string
		path *path
		more float64
	}{
		{"a token and signatures", newPath(t, withIdentity(i), token), maxIdentityAllocations},
		{"variables", newPath(t, nil, http.Header{}).withVariables(), maxVariableAllocations},
	} {
		more := allocationsOf(c.path.overHTTP(t)) - least
		t.Logf("%.0f more with %s", more, c.name)
		if more > c.more {
			t.Errorf("%.0f allocations more with %s, want %.0f at most", more, c.name, c.more)
		}
	}
}

// Ten thousand requests of all sizes, no two of them alike, leave the heap where
// it was.
func TestRequestsLeaveTheHeapWhereItWas(t *testing.T) {
	const requests, allowed = 10_000, 2 << 20
	p := newPath(t, nil, http.Header{})
	begin := bytes.TrimSuffix(p.body, []byte("}"))
	call := func(number int) {
		padding := number % 7 * 100
		if number%500 == 0 {
			padding = 1_500_000
		}
		p.body = fmt.Appendf(nil, `%s,"extensions":{"n":"%d%*s"}}`, begin, number, padding, "")
		p.inProcess(t)()
	}
	for i := range 100 {
		call(i)
	}
	before := heap()
	for i := range requests {
		call(100 + i)
	}
	after := heap()
	t.Logf("the heap has grown from %d to %d bytes", before, after)
	if after > before+allowed {
		t.Errorf("the heap has grown by %d bytes", after-before)
	}
}

func BenchmarkWholeRequest(b *testing.B) {
	for _, c := range []struct {
		name  string
		serve func(*path, testing.TB) func()
	}{
		{"in process", (*path).inProcess},
		{"over HTTP", (*path).overHTTP},
	} {
		b.Run(c.name, func(b *testing.B) {
			call := c.serve(newPath(b, nil, http.Header{}), b)
			call()
			b.ReportAllocs()
			for b.Loop() {
				call()
			}
		})
	}
}
