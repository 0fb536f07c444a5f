package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/weftql/weft/schema/identity"
)

// Config configures a Handler.
type Config struct {
	// Schema is the subgraph's executable schema. Required.
	Schema graphql.ExecutableSchema
	// Verifier accepts the router's signatures. Required.
	Verifier *identity.Verifier
	// Logger receives one record per unexpected error. Required.
	Logger *slog.Logger
	// Prepare returns the context of one request from that of its connection: the
	// place for what is made anew for each request, such as dataloaders. Defaults
	// to the context itself.
	Prepare func(context.Context) context.Context
	// Reads returns the context of an operation that only reads and whose caller
	// has not written lately, from that of its request: the place to allow stale
	// answers (Reads of postgres.Replicated). Every other operation keeps its request's.
	// Defaults to the context itself.
	Reads func(context.Context) context.Context
	// ReadYourWrites is how long after a mutation its caller's reads are not given
	// to Reads. Defaults to 5 seconds.
	ReadYourWrites time.Duration
	// MaxWriters bounds how many callers are remembered for that, about 100 bytes
	// each; when there are more, nobody's reads are given to Reads for that time.
	// Defaults to 100,000.
	MaxWriters int
	// Now is the clock of ReadYourWrites. Defaults to time.Now.
	Now func() time.Time
	// Ready returns an error while the service cannot work; /health reports it.
	// It is called with a deadline of a second. Defaults to always ready.
	Ready func(context.Context) error
	// Routes are handlers beside /graphql and /health, by pattern of
	// http.ServeMux. Requests for them need no signature. Defaults to none.
	Routes map[string]http.Handler
	// MaxBodyBytes bounds a request's body. Defaults to 4 MiB.
	MaxBodyBytes int64
	// MaxUncheckedBytes bounds the bodies of more than 64 KiB that are being read, all
	// together: the signature covers the body, so that anybody's has to be read before
	// it can be refused. One more is refused (503, SERVICE_UNAVAILABLE). Defaults to
	// 64 MiB.
	MaxUncheckedBytes int64
	// MaxRequests bounds the requests in progress; one more is refused (503,
	// SERVICE_UNAVAILABLE), because it would only wait for a connection to the
	// database. Defaults to 1,000.
	MaxRequests int
	// MaxRepresentations bounds the entities that one request looks up. Defaults to
	// 10,000: two pages of the greatest size, one within the other.
	MaxRepresentations int
	// MaxTokens bounds the tokens of an operation's text. Defaults to 15,000.
	MaxTokens int
	// MaxCachedOperations is how many parsed operations are kept. The router's
	// are few, because it sends values as variables. Defaults to 1,000.
	MaxCachedOperations int
	// Timeout bounds the work on one request. Defaults to 30 seconds.
	Timeout time.Duration
}

// WithDefaults returns the Config with its defaults filled in.
func (c Config) WithDefaults() Config {
	c.MaxBodyBytes = cmp.Or(c.MaxBodyBytes, 4<<20)
	c.MaxUncheckedBytes = cmp.Or(c.MaxUncheckedBytes, 64<<20)
	c.MaxRequests = cmp.Or(c.MaxRequests, 1_000)
	c.MaxRepresentations = cmp.Or(c.MaxRepresentations, 10_000)
	c.MaxTokens = cmp.Or(c.MaxTokens, 15_000)
	c.MaxCachedOperations = cmp.Or(c.MaxCachedOperations, 1_000)
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.ReadYourWrites = cmp.Or(c.ReadYourWrites, 5*time.Second)
	c.MaxWriters = cmp.Or(c.MaxWriters, 100_000)
	same := func(ctx context.Context) context.Context { return ctx }
	if c.Prepare == nil {
		c.Prepare = same
	}
	if c.Reads == nil {
		c.Reads = same
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Ready == nil {
		c.Ready = func(context.Context) error { return nil }
	}
	return c
}

func (c Config) validate() error {
	switch {
	case c.Schema == nil:
		return errors.New("server: Schema is missing")
	case c.Verifier == nil:
		return errors.New("server: Verifier is missing")
	case c.Logger == nil:
		return errors.New("server: Logger is missing")
	case c.MaxBodyBytes < 0 || c.MaxUncheckedBytes < 0 || c.Timeout < 0 || c.ReadYourWrites < 0:
		return errors.New("server: MaxBodyBytes, MaxUncheckedBytes, Timeout and ReadYourWrites cannot be negative")
	case min(c.MaxRequests, c.MaxRepresentations, c.MaxTokens, c.MaxCachedOperations, c.MaxWriters) < 0:
		return errors.New("server: MaxRequests, MaxRepresentations, MaxTokens, MaxCachedOperations and MaxWriters cannot be negative")
	}
	return nil
}
