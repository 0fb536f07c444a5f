package subgraph_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/router/internal/subgraph"
)

// lines are the ways to a raw server: without TLS by fasthttp, with it by
// net/http.
var lines = []string{"http", "https"}

// rawServer answers every connection with what respond writes.
func rawServer(t *testing.T, scheme string, respond func(conn net.Conn, nth int)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	if scheme == "https" {
		pair, _, _ := certificate(t)
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}})
	}
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
	return scheme + "://" + listener.Addr().String() + "/"
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

const jsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

func TestFetch_says_what_is_wrong(t *testing.T) {
	t.Parallel()
	endless := func(head, piece string) func(net.Conn, int) {
		return func(conn net.Conn, _ int) {
			for readRequest(conn) {
				_, err := io.WriteString(conn, head)
				for err == nil {
					_, err = io.WriteString(conn, piece)
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		respond func(net.Conn, int)
		want    subgraph.Kind
		reason  string
	}{
		"status":               {raw("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno"), subgraph.Status, "503: Service Unavailable"},
		"unknown status":       {raw("HTTP/1.1 799 What\r\nContent-Length: 0\r\n\r\n"), subgraph.Status, "799"},
		"redirect":             {raw("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), subgraph.Status, "302: Found"},
		"redirect with a body": {raw("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"), subgraph.Status, "307: Temporary Redirect"},
		"no content":           {raw("HTTP/1.1 204 No Content\r\n\r\n"), subgraph.MediaType, "not JSON"},
		"not modified":         {raw("HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n"), subgraph.Status, "304: Not Modified"},
		"media type":           {raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno"), subgraph.MediaType, "the response is not JSON: its content type is 'text/html'"},
		"no media type":        {raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), subgraph.MediaType, "not JSON"},
		"rubbish":              {raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), subgraph.Broken, "the connection broke"},
		"nothing":              {raw(""), subgraph.Broken, "the connection broke: EOF"},
		"half a header":        {raw("HTTP/1.1 200 OK\r\nContent-Ty"), subgraph.Broken, "the connection broke"},
		"half a body":          {raw(jsonHead + "Content-Length: 100\r\n\r\n{\"data\":"), subgraph.Broken, "unexpected EOF"},
		"half a chunk":         {raw(jsonHead + "Transfer-Encoding: chunked\r\n\r\n20\r\n{\"data\":"), subgraph.Broken, "the connection broke"},
		"no last chunk":        {raw(jsonHead + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), subgraph.Broken, "the connection broke"},
		"chunk without size":   {raw(jsonHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), subgraph.Broken, "the connection broke"},
		"too large":            {raw(jsonHead + "Content-Length: 2000\r\n\r\n"), subgraph.TooLarge, "larger than 1000 bytes"},
		"too large, chunked":   {raw(jsonHead + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + strings.Repeat("x", 2000) + "\r\n0\r\n\r\n"), subgraph.TooLarge, "larger than 1000 bytes"},
		"endless":              {endless(jsonHead+"Connection: close\r\n\r\n", "xxxxxxxxxx"), subgraph.TooLarge, "larger than 1000 bytes"},
		"endless, chunked":     {endless(jsonHead+"Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"), subgraph.TooLarge, "larger than 1000 bytes"},
		"endless header":       {endless("HTTP/1.1 200 OK\r\n", "X: y\r\n"), subgraph.Broken, "the connection broke"},
		"endless 1xx":          {endless("HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"), subgraph.Broken, "the connection broke"},
		"huge header":          {raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n"), subgraph.Broken, "the connection broke"},
		"bad length":           {raw(jsonHead + "Content-Length: many\r\n\r\n{}"), subgraph.Broken, "the connection broke"},
		"negative length":      {raw(jsonHead + "Content-Length: -2\r\n\r\n{}"), subgraph.Broken, "the connection broke"},
		"encoding":             {raw(jsonHead + "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"), subgraph.BadEncoding, "'br', which was not asked for"},
		"switching":            {raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"), subgraph.Broken, "unexpected status 101"},
	} {
		for _, scheme := range lines {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				settings := trusting(t)
				settings.MaxResponseBytes, settings.Timeout = 1000, 20*time.Second
				client := clientOf(t, settings, nil, rawServer(t, scheme, tc.respond))
				err := client.Fetch(t.Context(), query(), &subgraph.Response{})
				var got *subgraph.Error
				if !errors.As(err, &got) || got.Kind != tc.want || !strings.Contains(got.Reason, tc.reason) || got.Subgraph != "users" {
					t.Errorf("error = %#v, want kind %d with %q", err, tc.want, tc.reason)
				}
			})
		}
	}
}

func TestFetch_reads_every_form_of_body(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"length":        jsonHead + "Content-Length: 11\r\n\r\n{\"data\":{}}",
		"chunked":       jsonHead + "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"da\r\n7\r\nta\":{}}\r\n0\r\nX-Trailer: 1\r\n\r\n",
		"until the end": jsonHead + "Connection: close\r\n\r\n{\"data\":{}}",
		"HTTP/1.0":      "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":{}}",
		"after 1xx":     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + jsonHead + "Content-Length: 11\r\n\r\n{\"data\":{}}",
		"and more":      jsonHead + "Content-Length: 11\r\n\r\n{\"data\":{}}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
	} {
		for _, scheme := range lines {
			t.Run(name+"/"+scheme, func(t *testing.T) {
				t.Parallel()
				client := clientOf(t, trusting(t), nil, rawServer(t, scheme, raw(text)))
				for range 2 { // what came too much is nobody's answer
					var answer subgraph.Response
					if err := client.Fetch(t.Context(), query(), &answer); err != nil || string(answer.Body) != `{"data":{}}` {
						t.Errorf("answer = %q, %v", answer.Body, err)
					}
				}
			})
		}
	}
}

func TestFetch_reads_an_empty_body(t *testing.T) {
	t.Parallel()
	for _, scheme := range lines {
		answer := subgraph.Response{Body: make([]byte, 10)}
		url := rawServer(t, scheme, raw(jsonHead+"Content-Length: 0\r\n\r\n"))
		if err := clientOf(t, trusting(t), nil, url).Fetch(t.Context(), query(), &answer); err != nil || len(answer.Body) != 0 {
			t.Errorf("%s: answer = %q, %v", scheme, answer.Body, err)
		}
	}
}
