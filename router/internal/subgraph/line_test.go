package subgraph_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weftql/weft/router/internal/subgraph"
)

// certificate returns the certificate of httptest's servers, which is its own
// authority, and its key.
func certificate(t testing.TB) (pair tls.Certificate, chain, key string) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pair = server.TLS.Certificates[0]
	text, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pair, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text}))
}

// trusting returns settings for httptest's servers.
func trusting(t testing.TB) subgraph.Settings {
	t.Helper()
	_, authority, _ := certificate(t)
	return subgraph.Settings{TLS: subgraph.TLSConfig{CertificateAuthorities: authority}}
}

func TestFetch_ends_in_time(t *testing.T) {
	t.Parallel()
	hang := func(conn net.Conn, _ int) { _, _ = io.Copy(io.Discard, conn) }
	// An answer before the request would be one that nobody has asked for.
	drip := func(conn net.Conn, _ int) {
		readRequest(conn)
		_, _ = io.WriteString(conn, jsonHead+"Content-Length: 100\r\n\r\n{")
		_, _ = io.Copy(io.Discard, conn)
	}
	slow := func(conn net.Conn, _ int) {
		readRequest(conn)
		_, err := io.WriteString(conn, jsonHead+"Content-Length: 100000\r\n\r\n")
		for err == nil {
			<-time.After(time.Millisecond)
			_, err = io.WriteString(conn, "x")
		}
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	later, cancelLater := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancelLater)
	for name, tc := range map[string]struct {
		ctx     context.Context
		respond func(net.Conn, int)
		timeout time.Duration
		want    subgraph.Kind
	}{
		"no answer":                   {t.Context(), hang, 50 * time.Millisecond, subgraph.Timeout},
		"half an answer":              {t.Context(), drip, 50 * time.Millisecond, subgraph.Timeout},
		"byte by byte":                {t.Context(), slow, 50 * time.Millisecond, subgraph.Timeout},
		"the client has gone":         {canceled, hang, time.Minute, subgraph.Canceled},
		"the client goes":             {later, hang, time.Minute, subgraph.Canceled},
		"the client goes in the body": {later, drip, time.Minute, subgraph.Canceled},
	} {
		for _, scheme := range lines {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				begin := time.Now()
				settings := trusting(t)
				settings.Timeout = tc.timeout
				err := clientOf(t, settings, nil, rawServer(t, scheme, tc.respond)).Fetch(tc.ctx, query(), &subgraph.Response{})
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
}

// A server that closes each connection after its first response, without saying
// so: the second request finds a dead connection. Sometimes it says a part of an
// answer before that.
func TestFetch_repeats_queries_after_a_kept_connection_ended(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mutation bool
		second   string // what the server says to the second request
		requests int32
	}{
		"query":                      {false, "", 3},
		"mutation":                   {true, "", 2},
		"query, after a first byte":  {false, "H", 2},
		"query, after the header":    {false, jsonHead + "Content-Length: 11\r\n\r\n", 2},
		"query, after half the body": {false, jsonHead + "Content-Length: 11\r\n\r\n{\"data\"", 2},
	} {
		for _, scheme := range lines {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				var requests atomic.Int32
				client := clientOf(t, trusting(t), nil, rawServer(t, scheme, func(conn net.Conn, nth int) {
					for first := true; readRequest(conn); first = false {
						requests.Add(1)
						if nth == 0 && !first {
							_, _ = io.WriteString(conn, tc.second)
							return
						}
						_, _ = io.WriteString(conn, jsonHead+"Content-Length: 11\r\n\r\n{\"data\":{}}")
					}
				}))
				if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err != nil {
					t.Fatal(err)
				}
				request := query()
				request.Mutation = tc.mutation
				err := client.Fetch(t.Context(), request, &subgraph.Response{})
				if repeated := tc.requests == 3; (err == nil) != repeated || requests.Load() != tc.requests {
					t.Errorf("error = %v after %d requests, want %d", err, requests.Load(), tc.requests)
				}
			})
		}
	}
}

func TestFetch_does_not_repeat_what_a_new_connection_ended(t *testing.T) {
	t.Parallel()
	for _, scheme := range lines {
		var connections atomic.Int32
		client := clientOf(t, trusting(t), nil, rawServer(t, scheme, func(conn net.Conn, _ int) {
			connections.Add(1)
			readRequest(conn)
		}))
		if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err == nil || connections.Load() != 1 {
			t.Errorf("%s: error = %v after %d connections", scheme, err, connections.Load())
		}
	}
}

// served is what a server saw of the last request.
type served struct {
	connections atomic.Int32
	protocol    atomic.Value // "HTTP/2.0"
	target      atomic.Value
	host        atomic.Value
	clients     atomic.Int32 // certificates
}

// start starts a server on a listener.
func (s *served) start(t *testing.T, listener net.Listener, change func(*httptest.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.protocol.Store(r.Proto)
		s.target.Store(r.RequestURI)
		s.host.Store(r.Host)
		if r.TLS != nil {
			s.clients.Store(int32(len(r.TLS.PeerCertificates)))
		}
		jsonHandler(`{"data":{}}`)(w, r)
	}))
	if listener != nil {
		_ = server.Listener.Close()
		server.Listener = listener
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // which says that a handshake failed
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	change(server)
	t.Cleanup(server.Close)
	return server
}

func plain(server *httptest.Server) { server.Start() }

func secure(server *httptest.Server) {
	server.EnableHTTP2 = true
	server.StartTLS()
}

func both(server *httptest.Server) {
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
}

func TestFetch_goes_every_way(t *testing.T) {
	t.Parallel()
	pair, authority, key := certificate(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(authority))
	wantsCertificate := func(server *httptest.Server) {
		server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, Certificates: []tls.Certificate{pair}}
		secure(server)
	}
	known := subgraph.ClientCertificate{CertificateChain: authority, Key: key}
	for _, tc := range []struct {
		name        string
		start       func(*httptest.Server)
		socket      bool
		settings    subgraph.Settings
		protocol    string
		certificate int32
	}{
		{"HTTP/1.1", both, false, subgraph.Settings{}, "HTTP/1.1", 0},
		{"HTTP/1.1 on a socket", plain, true, subgraph.Settings{}, "HTTP/1.1", 0},
		{"h2c", both, false, subgraph.Settings{HTTP2: subgraph.HTTP2Only}, "HTTP/2.0", 0},
		{"h2c on a socket", both, true, subgraph.Settings{HTTP2: subgraph.HTTP2Only}, "HTTP/2.0", 0},
		{"TLS, HTTP/2 where it is offered", secure, false, subgraph.Settings{}, "HTTP/2.0", 0},
		{"TLS, HTTP/2 where it is not offered", (*httptest.Server).StartTLS, false, subgraph.Settings{}, "HTTP/1.1", 0},
		{"TLS, HTTP/2 off", secure, false, subgraph.Settings{HTTP2: subgraph.HTTP2Disable}, "HTTP/1.1", 0},
		{"TLS, nothing but HTTP/2", secure, false, subgraph.Settings{HTTP2: subgraph.HTTP2Only}, "HTTP/2.0", 0},
		{"TLS, with a certificate of ours", wantsCertificate, false, subgraph.Settings{TLS: subgraph.TLSConfig{ClientAuthentication: known}}, "HTTP/2.0", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var saw served
			var listener net.Listener
			path := filepath.Join(t.TempDir(), "s.sock")
			if tc.socket {
				var err error
				if listener, err = net.Listen("unix", path); err != nil {
					t.Fatal(err)
				}
			}
			server := saw.start(t, listener, tc.start)
			address, host := server.URL+"/graphql?x=1", strings.TrimPrefix(strings.TrimPrefix(server.URL, "https://"), "http://")
			if tc.socket {
				address, host = "unix://"+path+"?path="+url.QueryEscape("/graphql?x=1"), "localhost"
			}
			tc.settings.TLS.CertificateAuthorities = authority
			client := clientOf(t, tc.settings, nil, address)
			for range 20 {
				var answer subgraph.Response
				if err := client.Fetch(t.Context(), query(), &answer); err != nil || string(answer.Body) != `{"data":{}}` {
					t.Fatalf("answer %q, %v", answer.Body, err)
				}
			}
			if saw.protocol.Load() != tc.protocol || saw.target.Load() != "/graphql?x=1" || saw.host.Load() != host || saw.clients.Load() != tc.certificate {
				t.Errorf("%v %v of %v with %d certificates", saw.protocol.Load(), saw.target.Load(), saw.host.Load(), saw.clients.Load())
			}
			if n := saw.connections.Load(); n != 1 {
				t.Errorf("%d connections for 20 requests", n)
			}
		})
	}
}

func TestFetch_says_why_there_is_no_connection(t *testing.T) {
	t.Parallel()
	_, authority, _ := certificate(t)
	trusted := subgraph.TLSConfig{CertificateAuthorities: authority}
	wantsCertificate := func(server *httptest.Server) {
		server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
		secure(server)
	}
	closed := func(server *httptest.Server) {
		server.Start()
		server.Close()
	}
	for _, tc := range []struct {
		name     string
		start    func(*httptest.Server)
		scheme   string
		settings subgraph.Settings
		want     string
	}{
		{"nothing listens", closed, "http", subgraph.Settings{}, "refused"},
		{"nothing listens, with TLS", closed, "https", subgraph.Settings{}, "refused"},
		{"an unknown authority", secure, "https", subgraph.Settings{}, "certificate"},
		{"no certificate of ours", wantsCertificate, "https", subgraph.Settings{TLS: trusted}, "certificate"},
		{"no TLS", plain, "https", subgraph.Settings{TLS: trusted}, "does not look like a TLS handshake"},
		{"no HTTP/2", (*httptest.Server).StartTLS, "https", subgraph.Settings{TLS: trusted, HTTP2: subgraph.HTTP2Only}, "no application protocol"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var saw served
			server := saw.start(t, nil, tc.start)
			_, host, _ := strings.Cut(server.URL, "//")
			err := clientOf(t, tc.settings, nil, tc.scheme+"://"+host).Fetch(t.Context(), query(), &subgraph.Response{})
			var got *subgraph.Error
			if !errors.As(err, &got) || got.Kind != subgraph.Unreachable && got.Kind != subgraph.Broken || !strings.Contains(got.Reason, tc.want) {
				t.Errorf("error = %v, want %q in it", err, tc.want)
			}
		})
	}
	socket := "unix://" + filepath.Join(t.TempDir(), "none.sock")
	if err := clientOf(t, subgraph.Settings{}, nil, socket).Fetch(t.Context(), query(), &subgraph.Response{}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a socket that is not there: %v", err)
	}
}

func TestFetch_goes_through_a_proxy(t *testing.T) {
	t.Parallel()
	var asked, authorization atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.URL.String())
		authorization.Store(r.Header.Get("Proxy-Authorization"))
		jsonHandler(`{"data":{}}`)(w, r)
	}))
	t.Cleanup(proxy.Close)
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	through.User = url.UserPassword("ann", "secret")
	client := clientOf(t, subgraph.Settings{Proxy: through}, nil, "http://users.test/graphql")
	if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err != nil || asked.Load() != "http://users.test/graphql" || authorization.Load() != "Basic YW5uOnNlY3JldA==" {
		t.Errorf("error %v, the proxy was asked for %v with %v", err, asked.Load(), authorization.Load())
	}
	proxy.Close()
	if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error = %v", err)
	}
}

func TestFetch_replaces_connections_that_are_too_old(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"plain": plain, "TLS": secure} {
		var saw served
		server := saw.start(t, nil, start)
		settings := trusting(t)
		settings.MaxAge = time.Nanosecond
		client := clientOf(t, settings, nil, server.URL)
		for range 5 {
			if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err != nil {
				t.Fatal(err)
			}
		}
		if n := saw.connections.Load(); n != 5 {
			t.Errorf("%s: %d connections for 5 requests", name, n)
		}
	}
}

// A request that is given up while it waits for a connection leaves that to
// others.
func TestFetch_gives_up_waiting_without_a_loss(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*httptest.Server){"plain": plain, "TLS": (*httptest.Server).StartTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var saw served
			begun, release := make(chan struct{}, 8), make(chan struct{})
			server := saw.start(t, nil, func(server *httptest.Server) {
				handler := server.Config.Handler
				server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					begun <- struct{}{}
					<-release
					handler.ServeHTTP(w, r)
				})
				start(server)
			})
			settings := trusting(t)
			settings.MaxConnections, settings.Timeout = 1, time.Minute
			client := clientOf(t, settings, nil, server.URL)
			done := make(chan error, 2)
			go func() { done <- client.Fetch(context.Background(), query(), &subgraph.Response{}) }()
			<-begun
			short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			defer cancel()
			var got *subgraph.Error
			if err := client.Fetch(short, query(), &subgraph.Response{}); !errors.As(err, &got) || got.Kind != subgraph.Timeout && got.Kind != subgraph.Canceled {
				t.Errorf("error = %v", err)
			}
			gone, leave := context.WithCancel(t.Context())
			go func() { done <- client.Fetch(gone, query(), &subgraph.Response{}) }()
			leave()
			close(release)
			for range 2 {
				if err := <-done; err != nil && (!errors.As(err, &got) || got.Kind != subgraph.Canceled) {
					t.Error(err)
				}
			}
			if err := client.Fetch(t.Context(), query(), &subgraph.Response{}); err != nil || saw.connections.Load() != 1 {
				t.Errorf("error %v, %d connections", err, saw.connections.Load())
			}
		})
	}
}
