package subgraph_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/subgraph"
	"github.com/weftql/weft/schema/identity"
)

func clientOf(t testing.TB, settings subgraph.Settings, signer *identity.Signer, url string) *subgraph.Client {
	t.Helper()
	client, err := subgraph.New(subgraph.Config{Subgraphs: []subgraph.Subgraph{{Name: "users", URL: url, Settings: settings}}}, signer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func query() *subgraph.Request {
	return &subgraph.Request{Body: []byte(`{"query":"{a}"}`), RequestID: "r1", Number: 2}
}

func jsonHandler(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

func TestFetch_sends_a_GraphQL_request(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, body = r, nil
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/graphql-response+json")
		_, _ = io.WriteString(w, `{"data":{"a":1}}`)
	}))
	t.Cleanup(server.Close)
	client := clientOf(t, subgraph.Settings{}, nil, server.URL+"/graphql?x=1")
	answer := subgraph.Response{Body: make([]byte, 0, 512)}
	if err := client.Fetch(t.Context(), query(), &answer); err != nil {
		t.Fatal(err)
	}
	if string(answer.Body) != `{"data":{"a":1}}` || answer.Status != 200 {
		t.Errorf("answer = %d %q", answer.Status, answer.Body)
	}
	if got.Method != "POST" || got.RequestURI != "/graphql?x=1" || string(body) != `{"query":"{a}"}` {
		t.Errorf("request = %s %s %q", got.Method, got.RequestURI, body)
	}
	want := http.Header{
		"Accept":       {"application/graphql-response+json, application/json;q=0.9"},
		"Content-Type": {"application/json"}, "User-Agent": {"weft"}, "Content-Length": {"15"},
	}
	if diff := cmp.Diff(want, got.Header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestFetch_signs_each_request_for_itself(t *testing.T) {
	t.Parallel()
	keys, err := identity.ParseKeys("k1:" + strings.Repeat("QUJD", 16))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := identity.NewSigner(keys)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	var envelope identity.Envelope
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, err := verifier.Verify(r.Method, r.RequestURI, r.Header, body)
		if err != nil {
			t.Errorf("the request does not verify: %v", err)
		}
		envelope = got
		jsonHandler(`{"data":{}}`)(w, r)
	}))
	t.Cleanup(server.Close)
	client := clientOf(t, subgraph.Settings{}, signer, server.URL)
	claims, err := identity.Claims{Subject: "u1"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for number, want := range []string{"r1.1", "r1.3"} {
		request := query()
		request.Number, request.Claims = number, claims
		if err := client.Fetch(t.Context(), request, &subgraph.Response{}); err != nil {
			t.Fatal(err)
		}
		if envelope.RequestID != want || envelope.Subject != "u1" {
			t.Errorf("envelope = %+v, want request %s of u1", envelope, want)
		}
	}
	request := query()
	request.Number = 7
	if err := client.Fetch(t.Context(), request, &subgraph.Response{}); err != nil || envelope.Authenticated() {
		t.Errorf("without claims: %v, envelope %+v", err, envelope)
	}
}

// rawServer answers every connection with what respond writes.
func rawServer(t *testing.T, respond func(conn net.Conn, nth int)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for nth := 0; ; nth++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				respond(conn, nth)
			}()
		}
	}()
	return "http://" + listener.Addr().String() + "/"
}

// readRequest reads one request, so that closing the connection does not reset
// it.
func readRequest(conn net.Conn) bool {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, err = io.Copy(io.Discard, request.Body)
	}
	return err == nil
}

func raw(text string) func(net.Conn, int) {
	return func(conn net.Conn, _ int) {
		if readRequest(conn) {
			_, _ = io.WriteString(conn, text)
		}
	}
}

func TestFetch_says_what_is_wrong(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	handlers := map[string]struct {
		respond func(net.Conn, int)
		want    subgraph.Kind
		reason  string
	}{
		"status":             {raw("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno"), subgraph.Status, "503: Service Unavailable"},
		"redirect":           {raw("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), subgraph.Status, "302: Found"},
		"media type":         {raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno"), subgraph.MediaType, "the response is not JSON: its content type is 'text/html'"},
		"no media type":      {raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), subgraph.MediaType, "not JSON"},
		"rubbish":            {raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), subgraph.Broken, "the connection broke"},
		"nothing":            {raw(""), subgraph.Broken, "the connection broke: EOF"},
		"half a header":      {raw("HTTP/1.1 200 OK\r\nContent-Ty"), subgraph.Broken, "the connection broke"},
		"half a body":        {raw(head + "Content-Length: 100\r\n\r\n{\"data\":"), subgraph.Broken, "unexpected EOF"},
		"half a chunk":       {raw(head + "Transfer-Encoding: chunked\r\n\r\n20\r\n{\"data\":"), subgraph.Broken, "the connection broke"},
		"too large":          {raw(head + "Content-Length: 2000\r\n\r\n"), subgraph.TooLarge, "larger than 1000 bytes"},
		"too large, chunked": {raw(head + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + strings.Repeat("x", 2000) + "\r\n0\r\n\r\n"), subgraph.TooLarge, "larger than 1000 bytes"},
		"huge header":        {raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"), subgraph.Broken, "the connection broke"},
		"encoding":           {raw(head + "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"), subgraph.BadEncoding, "'br', which was not asked for"},
		"switching":          {raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"), subgraph.Broken, "unexpected status 101"},
	}
	for name, tc := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, subgraph.Settings{MaxResponseBytes: 1000}, nil, rawServer(t, tc.respond))
			err := client.Fetch(t.Context(), query(), &subgraph.Response{})
			var got *subgraph.Error
			if !errors.As(err, &got) || got.Kind != tc.want || !strings.Contains(got.Reason, tc.reason) || got.Subgraph != "users" {
				t.Errorf("error = %#v, want kind %d with %q", err, tc.want, tc.reason)
			}
		})
	}
}

func TestFetch_reads_every_form_of_body(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for name, text := range map[string]string{
		"length":        head + "Content-Length: 11\r\n\r\n{\"data\":{}}",
		"chunked":       head + "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"da\r\n7\r\nta\":{}}\r\n0\r\nX-Trailer: 1\r\n\r\n",
		"until the end": head + "Connection: close\r\n\r\n{\"data\":{}}",
		"HTTP/1.0":      "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":{}}",
		"after 1xx":     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + head + "Content-Length: 11\r\n\r\n{\"data\":{}}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, subgraph.Settings{}, nil, rawServer(t, raw(text)))
			var answer subgraph.Response
			if err := client.Fetch(t.Context(), query(), &answer); err != nil || string(answer.Body) != `{"data":{}}` {
				t.Errorf("answer = %q, %v", answer.Body, err)
			}
		})
	}
}

func TestFetch_keeps_the_body_of_a_failed_status_if_it_is_JSON(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/graphql-response+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"errors":[]}`)
	}))
	t.Cleanup(server.Close)
	var answer subgraph.Response
	err := clientOf(t, subgraph.Settings{}, nil, server.URL).Fetch(t.Context(), query(), &answer)
	var got *subgraph.Error
	if !errors.As(err, &got) || got.Kind != subgraph.Status || got.Status != 422 || string(answer.Body) != `{"errors":[]}` {
		t.Errorf("answer = %q, %v", answer.Body, err)
	}
}

func TestFetch_ends_in_time(t *testing.T) {
	t.Parallel()
	hang := rawServer(t, func(conn net.Conn, _ int) { _, _ = io.Copy(io.Discard, conn) })
	drip := rawServer(t, func(conn net.Conn, _ int) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		_, _ = io.Copy(io.Discard, conn)
	})
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	short, cancelShort := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancelShort()
	later, cancelLater := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancelLater)
	for name, tc := range map[string]struct {
		ctx     context.Context
		url     string
		timeout time.Duration
		want    subgraph.Kind
	}{
		"no answer":                   {t.Context(), hang, 50 * time.Millisecond, subgraph.Timeout},
		"half an answer":              {t.Context(), drip, 50 * time.Millisecond, subgraph.Timeout},
		"the request's time is over":  {short, hang, time.Minute, subgraph.Timeout},
		"the client has gone":         {canceled, hang, time.Minute, subgraph.Canceled},
		"the client goes":             {later, hang, time.Minute, subgraph.Canceled},
		"the client goes in the body": {later, drip, time.Minute, subgraph.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			err := clientOf(t, subgraph.Settings{Timeout: tc.timeout}, nil, tc.url).Fetch(tc.ctx, query(), &subgraph.Response{})
			var got *subgraph.Error
			if !errors.As(err, &got) || got.Kind != tc.want {
				t.Errorf("error = %v, want kind %d", err, tc.want)
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestFetch_says_that_nothing_listens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	url := server.URL
	server.Close()
	err := clientOf(t, subgraph.Settings{}, nil, url).Fetch(t.Context(), query(), &subgraph.Response{})
	var got *subgraph.Error
	if !errors.As(err, &got) || got.Kind != subgraph.Unreachable || !strings.Contains(got.Reason, "refused") {
		t.Errorf("error = %v", err)
	}
}

// A server that closes each connection after its first response, without saying
// so: the second request finds a dead connection.
func TestFetch_repeats_queries_after_a_kept_connection_ended(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mutation bool
		want     bool
	}{"query": {false, true}, "mutation": {true, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			closed := make(chan struct{}, 8)
			var connections atomic.Int32
			client := clientOf(t, subgraph.Settings{}, nil, rawServer(t, func(conn net.Conn, nth int) {
				connections.Add(1)
				if readRequest(conn) {
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"data\":{}}")
				}
				_ = conn.Close()
				closed <- struct{}{}
			}))
			if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err != nil {
				t.Fatal(err)
			}
			<-closed
			request := query()
			request.Mutation = tc.mutation
			err := client.Fetch(t.Context(), request, &subgraph.Response{})
			if (err == nil) != tc.want {
				t.Errorf("error = %v, connections %d", err, connections.Load())
			}
		})
	}
}

func TestFetch_does_not_repeat_what_a_new_connection_ended(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	client := clientOf(t, subgraph.Settings{}, nil, rawServer(t, func(conn net.Conn, _ int) {
		connections.Add(1)
		readRequest(conn)
	}))
	if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err == nil || connections.Load() != 1 {
		t.Errorf("error = %v after %d connections", err, connections.Load())
	}
}

func TestFetch_reuses_connections(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(jsonHandler(`{"data":{}}`))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := clientOf(t, subgraph.Settings{}, nil, server.URL)
	var answer subgraph.Response
	for range 20 {
		if err := client.Fetch(t.Context(), query(), &answer); err != nil {
			t.Fatal(err)
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for 20 requests", n)
	}
}

func TestFetch_speaks_TLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(jsonHandler(`{"data":{}}`))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // which says that a handshake failed
	server.StartTLS()
	t.Cleanup(server.Close)
	var answer subgraph.Response
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	config := subgraph.Settings{TLS: subgraph.TLSConfig{CertificateAuthorities: string(authority)}}
	if err := clientOf(t, config, nil, server.URL).Fetch(t.Context(), query(), &answer); err != nil || string(answer.Body) != `{"data":{}}` {
		t.Errorf("answer %q, %v", answer.Body, err)
	}
	err := clientOf(t, subgraph.Settings{}, nil, server.URL).Fetch(t.Context(), query(), &answer)
	var got *subgraph.Error
	if !errors.As(err, &got) || got.Kind != subgraph.Unreachable || !strings.Contains(got.Reason, "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
}

func TestFetch_waits_for_a_connection_and_gives_up(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-release
		jsonHandler(`{"data":{}}`)(w, r)
	}))
	t.Cleanup(server.Close)
	client := clientOf(t, subgraph.Settings{MaxConnections: 1, Timeout: time.Minute}, nil, server.URL)
	done := make(chan error, 1)
	go func() { done <- client.Fetch(context.Background(), query(), &subgraph.Response{}) }()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	err := client.Fetch(ctx, query(), &subgraph.Response{})
	var got *subgraph.Error
	if !errors.As(err, &got) || got.Kind != subgraph.Timeout {
		t.Errorf("error = %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestFetch_decompresses_what_it_asked_for(t *testing.T) {
	t.Parallel()
	var accepted string
	large := strings.Repeat("x", 5000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		accepted = r.Header.Get("Accept-Encoding")
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = fmt.Fprintf(z, `{"data":%q}`, large)
		_ = z.Close()
		text := out.Bytes()
		if r.URL.Path == "/half" {
			text = text[:len(text)/2]
		}
		_, _ = w.Write(text)
	}))
	t.Cleanup(server.Close)
	var answer subgraph.Response
	if err := clientOf(t, subgraph.Settings{AcceptEncoding: []subgraph.Encoding{subgraph.Gzip}}, nil, server.URL).Fetch(t.Context(), query(), &answer); err != nil {
		t.Fatal(err)
	}
	if accepted != "gzip" || string(answer.Body) != `{"data":"`+large+`"}` {
		t.Errorf("accepted %q, answer of %d bytes", accepted, len(answer.Body))
	}
	for name, tc := range map[string]struct {
		path   string
		config subgraph.Settings
		want   subgraph.Kind
	}{
		"not asked for": {"/", subgraph.Settings{}, subgraph.BadEncoding},
		"too large":     {"/", subgraph.Settings{AcceptEncoding: []subgraph.Encoding{subgraph.Gzip}, MaxResponseBytes: 4000}, subgraph.TooLarge},
		"cut off":       {"/half", subgraph.Settings{AcceptEncoding: []subgraph.Encoding{subgraph.Gzip}}, subgraph.BadEncoding},
	} {
		err := clientOf(t, tc.config, nil, server.URL+tc.path).Fetch(t.Context(), query(), &answer)
		var got *subgraph.Error
		if !errors.As(err, &got) || got.Kind != tc.want {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

func TestNew_refuses_bad_configuration(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                      "subgraph users: it has no URL",
		"ftp://localhost":       "neither http://host/path nor https://host/path",
		"localhost:4001":        "neither http://host/path nor https://host/path",
		"http://u:p@localhost/": "user name",
		"http://[::1":           "its URL",
	} {
		_, err := subgraph.New(subgraph.Config{Subgraphs: []subgraph.Subgraph{{Name: "users", URL: url}}}, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error = %v, want %q", url, err, want)
		}
	}
	if _, err := subgraph.New(subgraph.Config{Subgraphs: []subgraph.Subgraph{{URL: "http://localhost", Settings: subgraph.Settings{MaxResponseBytes: -1}}}}, nil); err == nil {
		t.Error("a negative limit is accepted")
	}
}

func BenchmarkFetch(b *testing.B) {
	server := httptest.NewServer(jsonHandler(`{"data":{"users":[{"id":"1"}]}}`))
	b.Cleanup(server.Close)
	client := clientOf(b, subgraph.Settings{}, nil, server.URL)
	var answer subgraph.Response
	b.ReportAllocs()
	for b.Loop() {
		if err := client.Fetch(b.Context(), query(), &answer); err != nil {
			b.Fatal(err)
		}
	}
}
