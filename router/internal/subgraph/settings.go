package subgraph

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// HTTP2 says when HTTP/2 is spoken. The names are Apollo Router's.
type HTTP2 string

const (
	// HTTP2Enable speaks it over TLS to subgraphs that offer it (ALPN).
	HTTP2Enable HTTP2 = "enable"
	// HTTP2Disable never speaks it.
	HTTP2Disable HTTP2 = "disable"
	// HTTP2Only speaks nothing else, over plain connections too (h2c, with prior
	// knowledge; RFC 9113 §3.3).
	HTTP2Only HTTP2 = "http2only"
)

// Known tells whether it is one of the three.
func (h HTTP2) Known() bool { return h == HTTP2Enable || h == HTTP2Disable || h == HTTP2Only }

// Encoding is a way of compressing responses (RFC 9110 §8.4.1, RFC 7932, RFC
// 8878).
type Encoding string

// Encodings that responses may have.
const (
	Gzip   Encoding = "gzip"
	Brotli Encoding = "br"
	Zstd   Encoding = "zstd"
)

// Settings say how one subgraph is reached.
type Settings struct {
	// Timeout is how long one request may take, with connecting and reading.
	// Defaults to 30 seconds.
	Timeout time.Duration
	// ConnectTimeout is how long connecting may take, within Timeout. Defaults to
	// 5 seconds.
	ConnectTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept. It should be shorter
	// than what subgraphs allow. Defaults to 50 seconds.
	IdleTimeout time.Duration
	// MaxAge is for how long a connection is used: the name of the host is looked up
	// anew at least that often. Defaults to 5 minutes.
	MaxAge time.Duration
	// MaxConnections is how many connections there may be to the subgraph; further
	// requests wait for one. While connections that are too old end there may be
	// more. Defaults to 512.
	MaxConnections int
	// MaxResponseBytes is how large the body of a response may be, before and
	// after decompression. Defaults to 64 MiB.
	MaxResponseBytes int
	// HTTP2 defaults to HTTP2Enable.
	HTTP2 HTTP2
	// AcceptEncoding are the encodings that the subgraph is asked for, the preferred
	// one first. They save bytes on slow links and cost time on fast ones. Defaults
	// to none.
	AcceptEncoding []Encoding
	// TLS is for https.
	TLS TLSConfig
	// Proxy is the proxy through which the subgraph is reached: http, https or
	// socks5. Defaults to none.
	Proxy *url.URL
	// KeepHeaders keeps the headers of responses. Defaults to false.
	KeepHeaders bool
}

// WithDefaults returns the settings with defaults in place of zero values.
func (s Settings) WithDefaults() Settings {
	s.Timeout = cmp.Or(s.Timeout, 30*time.Second)
	s.ConnectTimeout = cmp.Or(s.ConnectTimeout, 5*time.Second)
	s.IdleTimeout = cmp.Or(s.IdleTimeout, 50*time.Second)
	s.MaxAge = cmp.Or(s.MaxAge, 5*time.Minute)
	s.MaxConnections = cmp.Or(s.MaxConnections, 512)
	s.MaxResponseBytes = cmp.Or(s.MaxResponseBytes, 64<<20)
	s.HTTP2 = cmp.Or(s.HTTP2, HTTP2Enable)
	return s
}

// MaxResponseBytes is the largest that Settings.MaxResponseBytes may be: more
// cannot be addressed in documents of responses.
const MaxResponseBytes = 1<<29 - 1

func (s Settings) validate() error {
	switch {
	case s.Timeout < 0 || s.ConnectTimeout < 0 || s.IdleTimeout < 0 || s.MaxAge < 0:
		return errors.New("its timeouts must be positive")
	case s.MaxConnections < 0:
		return errors.New("MaxConnections must be positive")
	case s.MaxResponseBytes < 0 || s.MaxResponseBytes > MaxResponseBytes:
		return errors.New("MaxResponseBytes must be between 1 and 512 MiB")
	case !s.HTTP2.Known():
		return fmt.Errorf("%q is none of enable, disable, http2only", s.HTTP2)
	}
	for _, e := range s.AcceptEncoding {
		if !e.Known() {
			return fmt.Errorf("%q is none of gzip, br, zstd", e)
		}
	}
	return nil
}

// Known tells whether there is such an encoding.
func (e Encoding) Known() bool { return slices.Contains([]Encoding{Gzip, Brotli, Zstd}, e) }
