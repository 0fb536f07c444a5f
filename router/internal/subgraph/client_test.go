package subgraph_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
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

func TestNew_refuses_bad_configuration(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                      "subgraph users: it has no URL",
		"ftp://localhost":       "neither http://host/path nor https://host/path nor unix:///path",
		"localhost:4001":        "neither http://host/path nor https://host/path nor unix:///path",
		"http://u:p@localhost/": "user name",
		"http://[::1":           "its URL",
		"http://u:p@[::1":       "its URL: missing ']' in host",
		"unix://run/a.sock":     "no absolute path of a socket",
		"unix:///run/":          "no absolute path of a socket",
		"unix:///a.sock?x=/b":   "want no more behind the socket than ?path=/graphql",
		"unix:///a.sock?path=b": "want no more behind the socket than ?path=/graphql",
	} {
		_, err := subgraph.New(subgraph.Config{Subgraphs: []subgraph.Subgraph{{Name: "users", URL: url}}}, nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%q: error = %v, want %q", url, err, want)
		}
	}
	for want, settings := range map[string]subgraph.Settings{
		"MaxResponseBytes":            {MaxResponseBytes: -1},
		"MaxConnections":              {MaxConnections: -1},
		"timeouts":                    {MaxAge: -1},
		`"h3" is none of`:             {HTTP2: "h3"},
		`"deflate" is none of`:        {AcceptEncoding: []subgraph.Encoding{"deflate"}},
		"does not go through a proxy": {HTTP2: subgraph.HTTP2Only, Proxy: &url.URL{Scheme: "http", Host: "localhost"}},
	} {
		_, err := subgraph.New(subgraph.Config{Subgraphs: []subgraph.Subgraph{{URL: "http://localhost", Settings: settings}}}, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error = %v, want %q", settings, err, want)
		}
	}
}

func BenchmarkFetch(b *testing.B) {
	for _, c := range []struct {
		name  string
		start func(*httptest.Server)
		http2 subgraph.HTTP2
	}{
		{"plain", (*httptest.Server).Start, ""},
		{"h2c", both, subgraph.HTTP2Only},
		{"TLS", (*httptest.Server).StartTLS, subgraph.HTTP2Disable},
		{"TLS with HTTP2", secure, ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			server := httptest.NewUnstartedServer(jsonHandler(`{"data":{"users":[{"id":"1"}]}}`))
			c.start(server)
			b.Cleanup(server.Close)
			settings := trusting(b)
			settings.HTTP2 = c.http2
			client := clientOf(b, settings, nil, server.URL)
			var answer subgraph.Response
			b.ReportAllocs()
			for b.Loop() {
				if err := client.Fetch(b.Context(), query(), &answer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
