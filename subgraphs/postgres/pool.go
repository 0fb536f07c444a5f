package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config configures Open.
type Config struct {
	// URL is the database's connection string. Parameters of the pool in it
	// (pool_max_conns and so on) are ignored; the fields below decide. Required.
	URL string
	// Name tells the database who is connected (application_name). Required.
	Name string
	// MaxConns bounds the connections. Defaults to 20.
	MaxConns int32
	// StatementTimeout ends a statement that takes longer, in the database.
	// A transaction that waits for its program twice as long is ended too: it holds
	// locks and keeps dead rows alive. Defaults to 5 seconds.
	StatementTimeout time.Duration
	// LockTimeout ends a statement that waits longer for another transaction's lock.
	// Defaults to 2 seconds.
	LockTimeout time.Duration
	// ConnectTimeout bounds one attempt to connect. Defaults to 5 seconds.
	ConnectTimeout time.Duration
	// MaxIdle is how long an unused connection is kept. Defaults to 30 seconds.
	MaxIdle time.Duration
	// Tracer is told of each statement; tests count them. Defaults to none.
	Tracer pgx.QueryTracer
}

// WithDefaults returns the Config with its defaults filled in.
func (c Config) WithDefaults() Config {
	c.MaxConns = cmp.Or(c.MaxConns, 20)
	c.StatementTimeout = cmp.Or(c.StatementTimeout, 5*time.Second)
	c.LockTimeout = cmp.Or(c.LockTimeout, 2*time.Second)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, 5*time.Second)
	c.MaxIdle = cmp.Or(c.MaxIdle, 30*time.Second)
	return c
}

func (c Config) validate() error {
	switch {
	case c.URL == "":
		return errors.New("postgres: URL is missing")
	case c.Name == "":
		return errors.New("postgres: Name is missing")
	case c.MaxConns < 0 || min(c.StatementTimeout, c.LockTimeout, c.ConnectTimeout, c.MaxIdle) < 0:
		return errors.New("postgres: MaxConns, StatementTimeout, LockTimeout, ConnectTimeout and MaxIdle cannot be negative")
	}
	return nil
}

// Open returns a pool of connections to a database that answers. The caller
// closes it.
func Open(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	pool, err := NewPool(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		if strings.Contains(err.Error(), "unsupported startup parameter") {
			err = errors.Join(err, errPooler)
		}
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return pool, nil
}

// NewPool returns a pool that connects when it has to: for programs that can do
// something while the database is down. The caller closes it.
func NewPool(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	parsed, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	parsed.MaxConns = cfg.MaxConns
	parsed.MinConns = 0
	parsed.MaxConnIdleTime = cfg.MaxIdle
	parsed.PingTimeout = 2 * time.Second
	parsed.ConnConfig.ConnectTimeout = cfg.ConnectTimeout
	parsed.ConnConfig.Tracer = cfg.Tracer
	throughPooler, err := poolerMode(parsed.ConnConfig.DefaultQueryExecMode)
	if err != nil {
		return nil, err
	}
	setParameters(parsed.ConnConfig.RuntimeParams, cfg, throughPooler)
	parsed.AfterConnect = afterConnect(throughPooler)
	pool, err := pgxpool.NewWithConfig(ctx, parsed)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return pool, nil
}

// setParameters makes the session's settings.
func setParameters(parameters map[string]string, cfg Config, throughPooler bool) {
	parameters["application_name"] = cfg.Name
	parameters["timezone"] = "UTC"
	if throughPooler {
		return
	}
	parameters["statement_timeout"] = milliseconds(cfg.StatementTimeout)
	parameters["lock_timeout"] = milliseconds(cfg.LockTimeout)
	parameters["idle_in_transaction_session_timeout"] = milliseconds(2 * cfg.StatementTimeout)
	// What is asked for often is in memory, and disks do not turn any more: reading
	// here and there costs hardly more than reading in order. With PostgreSQL's
	// default it would rather read a table than look up some rows of it.
	parameters["random_page_cost"] = "1.1"
	// Compiling a statement takes longer than running one that reads a page.
	parameters["jit"] = "off"
}

// afterConnect returns what is done with each new connection. Of a pool that is not
// meant to lead through a pooler the first connection is looked at.
func afterConnect(throughPooler bool) func(context.Context, *pgx.Conn) error {
	var looked atomic.Bool
	return func(ctx context.Context, conn *pgx.Conn) error {
		// Moments are read in UTC instead of the machine's zone.
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		if throughPooler || looked.Load() {
			return nil
		}
		is, err := pooled(ctx, conn)
		if err != nil {
			return err
		}
		if is {
			return errPooler
		}
		looked.Store(true)
		return nil
	}
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
