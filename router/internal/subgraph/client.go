package subgraph

import (
	"errors"
	"fmt"

	"github.com/weftql/weft/schema/identity"
)

// Config says how subgraphs are reached.
type Config struct {
	// Subgraphs are in the order in which requests name them.
	Subgraphs []Subgraph
}

// Subgraph is where a subgraph is and how it is reached.
type Subgraph struct {
	// Name is the subgraph's name, for errors.
	Name string
	// URL is where its requests go (CheckURL).
	URL string

	Settings
}

// Client sends requests to subgraphs. It is safe for concurrent use.
type Client struct {
	hosts []*host
}

// New returns a client, which connects to no subgraph before it is asked to. It
// signs with signer unless that is nil.
func New(config Config, signer *identity.Signer) (*Client, error) {
	anonymous, err := identity.Claims{}.Encode()
	if err != nil {
		return nil, fmt.Errorf("subgraph: %w", err)
	}
	c := &Client{}
	var errs []error
	for _, s := range config.Subgraphs {
		h, err := newHost(s, signer, anonymous)
		if err != nil {
			errs = append(errs, fmt.Errorf("subgraph %s: %w", s.Name, err))
			continue
		}
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
		h.line.forget()
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
