// Package redis appends to streams in Redis. It is the only package of the workers
// that imports the driver.
//
//	Entry{ID, Fields} ─Stream.Append─▶ XADD name MAXLEN ~ n ID field value …
package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Config configures a Stream.
type Config struct {
	// URL is redis://[user[:password]@]host[:port][/database], rediss:// for TLS,
	// or unix://[user[:password]@]/path. Required.
	URL string
	// Name is the stream's key. Required.
	Name string
	// MaxLength is about how many entries the stream keeps. Required.
	MaxLength int64
}

// The time limits: whoever appends can do so later, but not wait.
const (
	dialTimeout = 500 * time.Millisecond
	callTimeout = 2 * time.Second
)

// Stream is a stream to append to. It is safe for concurrent use.
type Stream struct {
	driver *redis.Client
	cfg    Config
}

// Entry is an entry of a stream.
type Entry struct {
	// ID is what entries are ordered by: two numbers, "7-1".
	ID string
	// Fields are names and values in turn.
	Fields []string
}

// Open returns a Stream, whether or not the server is there: it connects when it has
// to. The caller closes it.
func Open(cfg Config) (*Stream, error) {
	if cfg.URL == "" || cfg.Name == "" || cfg.MaxLength < 1 {
		return nil, errors.New("redis: URL, Name and MaxLength are required")
	}
	options, err := redis.ParseURL(cfg.URL)
	if err != nil {
		return nil, errors.New("redis: the URL is not of the form redis://user:password@host:port/database") // the driver's error may repeat the password
	}
	options.ClientName = "weft-worker"
	// The driver's own settings wait for seconds, whatever the caller's deadline is.
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.DialTimeout = dialTimeout
	options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = callTimeout, callTimeout, callTimeout
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.PoolSize = 2
	redis.SetLogger(&logging.VoidLogger{}) // every failure reaches a caller
	return &Stream{driver: redis.NewClient(options), cfg: cfg}, nil
}

// Close closes the connections.
func (s *Stream) Close() error { return s.driver.Close() }

// Append appends entries in their order. An entry whose ID is not behind the last one
// of the stream is there already and is left out: to append again what may have been
// appended is no harm. With an error some may have been.
func (s *Stream) Append(ctx context.Context, entries []Entry) error {
	// In one transaction: an entry that Redis has no memory for must not be left out
	// when a later one gets in, because nothing can be put before that any more.
	pipe := s.driver.TxPipeline()
	results := make([]*redis.StringCmd, len(entries))
	for i, entry := range entries {
		results[i] = pipe.XAdd(ctx, &redis.XAddArgs{
			Stream: s.cfg.Name, MaxLen: s.cfg.MaxLength, Approx: true, ID: entry.ID, Values: entry.Fields,
		})
	}
	_, _ = pipe.Exec(ctx) // its error is that of the first that failed
	for _, result := range results {
		if err := result.Err(); err != nil && !appended(err) {
			return fmt.Errorf("redis: append to %s: %w", s.cfg.Name, err)
		}
	}
	return nil
}

// appended tells whether Redis refused an entry because one with its ID, or a later
// one, is there.
func appended(err error) bool {
	return strings.Contains(err.Error(), "equal or smaller than the target stream top item")
}
