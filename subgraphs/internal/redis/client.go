package redis

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Config configures Open.
type Config struct {
	// URL is redis://[user[:password]@]host[:port][/database], rediss:// for TLS,
	// or unix://[user[:password]@]/path. Required.
	URL string
	// Name tells the server who is connected (CLIENT SETNAME). Required.
	Name string
	// Timeout bounds each step of a call: waiting for a connection, writing,
	// reading. Defaults to 100 ms.
	Timeout time.Duration
	// DialTimeout bounds an attempt to connect. Defaults to 200 ms.
	DialTimeout time.Duration
}

// Client talks to one Redis. It is safe for concurrent use.
type Client struct {
	driver *redis.Client
}

// Open returns a Client, whether or not the server is there: it connects when it
// is asked something. The caller closes it.
func Open(cfg Config) (*Client, error) {
	if cfg.URL == "" || cfg.Name == "" {
		return nil, errors.New("redis: URL and Name are required")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 100 * time.Millisecond
	}
	if cfg.DialTimeout == 0 {
		cfg.DialTimeout = 200 * time.Millisecond
	}
	options, err := redis.ParseURL(cfg.URL)
	if err != nil {
		return nil, errors.New("redis: the URL is not of the form redis://user:password@host:port/database") // the driver's error may repeat the password
	}
	options.ClientName = cfg.Name
	// The driver's own settings turn an outage of Redis into one of whoever asks
	// it: seconds for each refused connection, and no heed of the caller's deadline.
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.DialTimeout = cfg.DialTimeout
	options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = cfg.Timeout, cfg.Timeout, cfg.Timeout
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.PoolSize = 10 * runtime.GOMAXPROCS(0)
	// Every failure reaches a caller, who says so once; the driver would repeat it
	// on standard error.
	redis.SetLogger(&logging.VoidLogger{})
	return &Client{driver: redis.NewClient(options)}, nil
}

// Close closes the connections.
func (c *Client) Close() error { return c.driver.Close() }

// Ping asks the server whether it is there.
func (c *Client) Ping(ctx context.Context) error {
	if err := c.driver.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}
