package postgres

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool is what a service runs its SQL on: one database (*pgxpool.Pool), or one
// with a replica (*Replicated).
type Pool interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

var (
	_ Pool = (*pgxpool.Pool)(nil)
	_ Pool = (*Replicated)(nil)
)

// replicaKey marks a context whose reads the replica may answer.
type replicaKey struct{}

// WithReplica returns a context whose reads (Query and QueryRow of a Replicated)
// may be answered by the replica, a moment behind the primary. Without it the
// primary answers everything, which is always right.
func WithReplica(ctx context.Context) context.Context {
	return context.WithValue(ctx, replicaKey{}, true)
}

// ReplicatedConfig configures OpenReplicated.
type ReplicatedConfig struct {
	// Primary is the database that takes writes; its bounds hold for the replica's
	// connections too, of which there are as many again.
	Primary Config
	// ReplicaURL is the connection string of a standby of the same database.
	// Defaults to none: the primary answers everything.
	ReplicaURL string
	// RetryAfter is how long the primary answers alone when the replica does not.
	// Defaults to one second.
	RetryAfter time.Duration
	// Logger is told when the replica fails and when it is back. Required.
	Logger *slog.Logger
}

// Replicated is a database with a replica for reads. Statements whose context
// comes from WithReplica are read from the replica as long as it answers;
// everything else, and transactions always, go to the primary. It is safe for
// concurrent use.
type Replicated struct {
	primary    *pgxpool.Pool
	replica    *pgxpool.Pool // nil without one
	retryAfter time.Duration
	logger     *slog.Logger
	downUntil  atomic.Int64 // Unix nanoseconds; 0 while the replica answers
}

// OpenReplicated connects to a primary that answers, and to its replica, which
// may be down: a standby is no reason not to start. The caller closes it.
func OpenReplicated(ctx context.Context, cfg ReplicatedConfig) (*Replicated, error) {
	if cfg.Logger == nil || cfg.RetryAfter < 0 {
		return nil, errors.New("postgres: Logger is missing, or RetryAfter is negative")
	}
	primary, err := Open(ctx, cfg.Primary)
	if err != nil {
		return nil, err
	}
	r := &Replicated{primary: primary, retryAfter: cmp.Or(cfg.RetryAfter, time.Second), logger: cfg.Logger}
	if cfg.ReplicaURL == "" {
		return r, nil
	}
	replica := cfg.Primary
	replica.URL = cfg.ReplicaURL
	// A request that finds the replica dead still has to be answered.
	replica.ConnectTimeout = min(replica.WithDefaults().ConnectTimeout, time.Second)
	if r.replica, err = NewPool(ctx, replica); err != nil {
		primary.Close()
		return nil, err
	}
	if err := r.replica.Ping(ctx); err != nil {
		r.down(err)
	}
	return r, nil
}

// Reads is WithReplica, if there is a replica.
func (r *Replicated) Reads(ctx context.Context) context.Context {
	if r.replica == nil {
		return ctx
	}
	return WithReplica(ctx)
}

// Primary is the pool of the primary: for what needs more than a Pool.
func (r *Replicated) Primary() *pgxpool.Pool { return r.primary }

// Ping asks whether the primary answers. The replica can be done without.
func (r *Replicated) Ping(ctx context.Context) error { return r.primary.Ping(ctx) }

// Close waits for connections that are in use and closes all.
func (r *Replicated) Close() {
	if r.replica != nil {
		r.replica.Close()
	}
	r.primary.Close()
}

// AcquiredConns is how many connections are in use.
func (r *Replicated) AcquiredConns() int32 {
	n := r.primary.Stat().AcquiredConns()
	if r.replica != nil {
		n += r.replica.Stat().AcquiredConns()
	}
	return n
}

// Begin begins a transaction on the primary.
func (r *Replicated) Begin(ctx context.Context) (pgx.Tx, error) { return r.primary.Begin(ctx) }

// Exec runs a statement on the primary.
func (r *Replicated) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return r.primary.Exec(ctx, sql, args...)
}

// SendBatch runs statements on the primary.
func (r *Replicated) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	return r.primary.SendBatch(ctx, batch)
}

// Query runs a statement on the replica if ctx allows that and the replica
// answers, else on the primary.
func (r *Replicated) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if r.mayUseReplica(ctx) {
		rows, err := peek(r.replica.Query(ctx, sql, args...))
		if err == nil || !r.failed(ctx, err) {
			r.up(err)
			return rows, err
		}
	}
	return r.primary.Query(ctx, sql, args...)
}

// peeked are rows of which the first was asked for already.
type peeked struct {
	pgx.Rows
	first bool // whether there is one that nobody has seen yet
}

// peek waits for the first row: a connection that was lost, or a statement that
// stands in the way of replay, is noticed while another can still be asked.
func peek(rows pgx.Rows, err error) (pgx.Rows, error) {
	if err != nil {
		return rows, err
	}
	p := &peeked{Rows: rows, first: rows.Next()}
	if !p.first {
		return p, rows.Err()
	}
	return p, nil
}

// Next implements pgx.Rows.
func (p *peeked) Next() bool {
	if p.first {
		p.first = false
		return true
	}
	return p.Rows.Next()
}

// QueryRow is Query for a statement that returns one row.
func (r *Replicated) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if !r.mayUseReplica(ctx) {
		return r.primary.QueryRow(ctx, sql, args...)
	}
	return row(func(into ...any) error {
		err := r.replica.QueryRow(ctx, sql, args...).Scan(into...)
		if err != nil && r.failed(ctx, err) {
			return r.primary.QueryRow(ctx, sql, args...).Scan(into...)
		}
		r.up(err)
		return err
	})
}

// row is a pgx.Row that is read when it is scanned.
type row func(into ...any) error

// Scan implements pgx.Row.
func (r row) Scan(into ...any) error { return r(into...) }

func (r *Replicated) mayUseReplica(ctx context.Context) bool {
	return r.replica != nil && ctx.Value(replicaKey{}) != nil && time.Now().UnixNano() >= r.downUntil.Load()
}

// failed tells whether err is the replica's own trouble, which the primary does
// not have, and notes it.
func (r *Replicated) failed(ctx context.Context, err error) bool {
	if ctx.Err() != nil || errors.Is(err, pgx.ErrNoRows) {
		return false
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch {
		case refused.Code == "40001": // replay needed what the statement was reading
			return true
		case strings.HasPrefix(refused.Code, "57P"), refused.Code == "53300": // shut down, starting, full
		default:
			return false
		}
	} else if !lostConnection(err) {
		return false
	}
	r.down(err)
	return true
}

// lostConnection tells whether err says that there is no connection, or none any
// more, rather than that a value could not be read.
func lostConnection(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}

// down has the primary answer alone for a while.
func (r *Replicated) down(err error) {
	if r.downUntil.Swap(time.Now().Add(r.retryAfter).UnixNano()) == 0 {
		r.logger.Warn("the replica does not answer: the primary answers alone", slog.Any("error", err))
	}
}

// up notes that the replica answered; err is what it said.
func (r *Replicated) up(err error) {
	if err == nil && r.downUntil.Load() != 0 && r.downUntil.Swap(0) != 0 {
		r.logger.Info("the replica answers again")
	}
}
