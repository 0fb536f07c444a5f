package redis

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	dialTimeout = 200 * time.Millisecond
	// commandTimeout bounds the writing of a command, the reading of its answer, and
	// the wait for a connection.
	commandTimeout = 100 * time.Millisecond
	// poolSize is enough for what runs in the background.
	poolSize = 4
)

// Client is a Redis. It is safe for concurrent use.
type Client struct {
	client *redis.Client
}

// Open returns a client of the Redis at an address: redis://user:password@host:6379/0,
// rediss:// for TLS, or unix:// for a socket. It connects to nothing yet. The error
// does not show the address, which may have a password.
func Open(address string) (*Client, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		var malformed *url.Error
		if errors.As(err, &malformed) {
			return nil, fmt.Errorf("redis: its URL cannot be read: %w", malformed.Err)
		}
		return nil, errors.New(`redis: its URL is none such as "redis://host:6379/0", "rediss://…" for TLS or "unix:///path"`)
	}
	options.ContextTimeoutEnabled = true // else a server that hangs is waited for
	options.DialTimeout, options.DialerRetries = dialTimeout, 1
	options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = commandTimeout, commandTimeout, commandTimeout
	options.MaxRetries = -1
	options.PoolSize, options.PipelinePoolSize = poolSize, 1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	// Its own log, which all clients of a process share, would tell beside ours what
	// errors say, every time.
	redis.SetLogger(&logging.VoidLogger{})
	return &Client{redis.NewClient(options)}, nil
}

// Close closes the connections.
func (c *Client) Close() error { return c.client.Close() }
