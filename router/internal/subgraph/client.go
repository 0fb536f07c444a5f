package subgraph

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/weftql/weft/schema/identity"
)

// Config says how subgraphs are reached.
type Config struct {
	// Subgraphs are in the order in which requests name them.
	Subgraphs []Subgraph
	// Timeout is how long one request may take, with connecting and reading.
	// Defaults to 30 seconds.
	Timeout time.Duration
	// ConnectTimeout is how long connecting may take, within Timeout. Defaults to
	// 5 seconds.
	ConnectTimeout time.Duration
	// IdleTimeout is how long an unused connection is kept. It should be shorter
	// than what subgraphs allow. Defaults to 50 seconds.
	IdleTimeout time.Duration
	// MaxConnections is how many connections there may be to one subgraph; further
	// requests wait for one. Defaults to 512.
	MaxConnections int
	// MaxResponseBytes is how large the body of a response may be, before and
	// after decompression. Defaults to 64 MiB.
	MaxResponseBytes int
	// TLS is for https, for certificates of one's own. Defaults to the system's
	// roots.
	TLS *tls.Config
	// Compression asks subgraphs for gzip. It saves bytes on slow links and costs
	// time on fast ones. Defaults to false.
	Compression bool
}

// Subgraph is where a subgraph is.
type Subgraph struct {
	// Name is the subgraph's name, for errors.
	Name string
	// URL is where its requests go: http or https.
	URL string
}

// WithDefaults returns the configuration with defaults in place of zero values.
func (c Config) WithDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, 5*time.Second)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 50*time.Second)
	c.MaxConnections = cmp.Or(c.MaxConnections, 512)
	c.MaxResponseBytes = cmp.Or(c.MaxResponseBytes, 64<<20)
	return c
}

func (c Config) validate() error {
	switch {
	case c.Timeout < 0 || c.ConnectTimeout < 0 || c.IdleTimeout < 0:
		return errors.New("subgraph: timeouts must be positive")
	case c.MaxConnections < 0:
		return errors.New("subgraph: MaxConnections must be positive")
	case c.MaxResponseBytes < 0 || c.MaxResponseBytes >= 1<<29:
		return errors.New("subgraph: MaxResponseBytes must be between 1 and 512 MiB")
	}
	return nil
}

// Client sends requests to subgraphs. It is safe for concurrent use.
type Client struct {
	hosts []*host
}

// New returns a client, which connects to no subgraph before it is asked to. It
// signs with signer unless that is nil.
func New(config Config, signer *identity.Signer) (*Client, error) {
	config = config.WithDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	anonymous, err := identity.Claims{}.Encode()
	if err != nil {
		return nil, fmt.Errorf("subgraph: %w", err)
	}
	c := &Client{}
	var errs []error
	for _, s := range config.Subgraphs {
		h, err := newHost(&config, s, signer)
		if err != nil {
			errs = append(errs, fmt.Errorf("subgraph %s: %w", s.Name, err))
			continue
		}
		h.anonymous = anonymous
		c.hosts = append(c.hosts, h)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// Close closes the connections that nobody uses. Requests that are under way go
// on; the client may be used afterwards.
func (c *Client) Close() {
	for _, h := range c.hosts {
		h.pool.CloseIdleConnections()
	}
}

// Send sends a request and waits for the answer, at most until call ends
// (Sender). Errors are *Error. If the error's kind is Status, the answer's body
// is there when it may be a GraphQL response. A query is sent a second time if it
// went through a kept connection that ended before the first byte of an answer,
// as happens when a subgraph restarts; nothing else is sent twice.
func (c *Client) Send(call *Call, request *Request, answer *Response) error {
	if request.Subgraph < 0 || request.Subgraph >= len(c.hosts) {
		return &Error{Kind: Unreachable, Subgraph: "?", Reason: fmt.Sprintf("there is no subgraph %d", request.Subgraph)}
	}
	return c.hosts[request.Subgraph].send(call, request, answer)
}
