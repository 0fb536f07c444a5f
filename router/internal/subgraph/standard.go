package subgraph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weftql/weft/schema/identity"
)

// pingAfter is how long a connection of HTTP/2 may be silent until it is asked
// for a sign of life, and pingTimeout how long that may take.
const (
	pingAfter   = 15 * time.Second
	pingTimeout = 5 * time.Second
)

// standardLine goes through net/http: TLS, HTTP/2, proxies.
type standardLine struct {
	*host
	url    *url.URL
	header http.Header // what all requests have; it is not changed

	mu        sync.Mutex
	transport *http.Transport
	born      time.Time // when transport was made
}

func newStandardLine(h *host) (*standardLine, error) {
	secure, problem := h.settings.TLS.build()
	if problem != nil {
		return nil, fmt.Errorf("tls: %v: %s", problem.Field, problem.Message)
	}
	l := &standardLine{host: h, born: time.Now(), header: http.Header{
		agent: {userAgent}, "Content-Type": {contentType}, "Accept": {accept},
	}}
	if h.encodings != "" {
		l.header["Accept-Encoding"] = []string{h.encodings}
	}
	scheme := "http"
	if h.address.tls {
		scheme = "https"
	}
	var err error
	if l.url, err = url.Parse(scheme + "://" + h.address.host + h.address.target); err != nil {
		return nil, fmt.Errorf("its URL: %w", err)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(h.settings.HTTP2 != HTTP2Only)
	protocols.SetHTTP2(h.settings.HTTP2 != HTTP2Disable)
	protocols.SetUnencryptedHTTP2(h.settings.HTTP2 == HTTP2Only)
	l.transport = &http.Transport{
		DialContext:            l.dial,
		TLSClientConfig:        secure,
		TLSHandshakeTimeout:    h.settings.ConnectTimeout,
		DisableCompression:     true, // it is undone here, within limits
		MaxIdleConnsPerHost:    h.settings.MaxConnections,
		MaxConnsPerHost:        h.settings.MaxConnections,
		IdleConnTimeout:        h.settings.IdleTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              protocols,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
	}
	if h.settings.Proxy != nil {
		l.transport.Proxy = http.ProxyURL(h.settings.Proxy)
	}
	return l, nil
}

func (l *standardLine) dial(ctx context.Context, network, where string) (net.Conn, error) {
	if l.address.socket != "" {
		network, where = "unix", l.address.socket
	}
	dialer := net.Dialer{Timeout: l.settings.ConnectTimeout}
	return dialer.DialContext(ctx, network, where)
}

// current returns the transport, a new one if the other is too old: net/http
// keeps connections that are in use for ever. Those of the old one end when they
// are not used any more.
func (l *standardLine) current() *http.Transport {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.born) >= l.settings.MaxAge {
		old := l.transport
		l.transport, l.born = old.Clone(), now
		old.CloseIdleConnections()
	}
	return l.transport
}

func (l *standardLine) forget() { l.current().CloseIdleConnections() }

// alarm ends a context at a time that can be moved. It is to a request through
// net/http what its connection is to one through the plain line.
type alarm struct{ timer *time.Timer }

func (a alarm) SetDeadline(at time.Time) error {
	a.timer.Reset(time.Until(at))
	return nil
}

func (l *standardLine) try(call *Call, request *Request, answer *Response, attempt int) (repeatable bool, err error) {
	if call.Ended() || time.Until(call.Deadline()) <= 0 {
		return false, l.failure(call, nil, Timeout)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	bell := alarm{time.AfterFunc(time.Hour, cancel)}
	defer bell.timer.Stop()
	_ = call.hold(bell)
	defer call.release()

	var connected, kept, begun atomic.Bool // net/http tells from goroutines of its own
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			connected.Store(true)
			kept.Store(info.Reused)
		},
		GotFirstResponseByte: func() { begun.Store(true) },
	})
	response, err := l.current().RoundTrip(l.request(ctx, request, attempt))
	if err == nil {
		defer func() { _ = response.Body.Close() }()
		err = l.read(response, answer)
	}
	var known *Error
	if err == nil || errors.As(err, &known) {
		return false, err
	}
	kind := Broken
	if !connected.Load() {
		kind = Unreachable
	}
	failed := l.failure(call, err, kind)
	return kept.Load() && !begun.Load() && failed.Kind == Broken, failed
}

// request makes an HTTP request. Its body is a copy: net/http may read it for
// longer than it is waited for. That it can be had again lets net/http send it
// once more if nothing of it was sent, or HTTP/2 says that it was not looked at.
func (l *standardLine) request(ctx context.Context, request *Request, attempt int) *http.Request {
	body := slices.Clone(request.Body)
	header := make(http.Header, len(l.header)+2)
	for name, values := range l.header {
		header[name] = values
	}
	for _, text := range []string{request.Headers.Lines, request.Headers.Traces} {
		for line := range strings.SplitSeq(text, "\r\n") {
			name, value, found := strings.Cut(line, ": ")
			switch {
			case !found: // behind the last one
			case name == agent:
				header[agent] = []string{value}
			default:
				header[name] = append(header[name], value) // none of those above: they are reserved
			}
		}
	}
	if l.signer != nil {
		envelope, signature := l.signer.Sign(l.signed(request, attempt), time.Now())
		header[identity.IdentityHeader] = []string{envelope}
		header[identity.SignatureHeader] = []string{signature}
	}
	out := &http.Request{
		Method: http.MethodPost, URL: l.url, Host: l.address.host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
	out.Body, _ = out.GetBody()
	return out.WithContext(ctx)
}

// read reads the response into answer's memory.
func (l *standardLine) read(response *http.Response, answer *Response) error {
	answer.Status = response.StatusCode
	if answer.Status == http.StatusSwitchingProtocols {
		return fmt.Errorf("unexpected status %d", answer.Status)
	}
	answer.Private = len(response.Header[cookie]) > 0
	if l.settings.KeepHeaders {
		answer.Header = response.Header
	}
	if response.ContentLength > int64(l.settings.MaxResponseBytes) {
		return l.tooLarge(answer)
	}
	body, err := readUpTo(response.Body, answer.Body[:0], l.settings.MaxResponseBytes)
	answer.Body = body
	switch {
	case err != nil:
		answer.Body = body[:0]
		return err
	case len(body) > l.settings.MaxResponseBytes:
		return l.tooLarge(answer)
	}
	return l.decode([]byte(response.Header.Get("Content-Type")), []byte(response.Header.Get("Content-Encoding")), answer)
}
