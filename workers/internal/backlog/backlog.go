// Package backlog measures what waits in a database's queues.
//
//	river.river_job, river.river_leader ─Gauges.Look─▶ depth, age of the oldest, dead letters, leader
//
// It looks when metrics are asked for, and at most every few seconds, however many
// ask. A look reads every job that is not completed once, and gives up after two
// seconds: then the numbers are gone, rather than old.
package backlog

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/workers/internal/metric"
)

const (
	// interval is the shortest time between two looks.
	interval = 5 * time.Second
	// timeout bounds a look.
	timeout = 2 * time.Second
	// maxRows bounds the combinations of queue, kind and state that are told.
	maxRows = 300
)

// The metrics.
var (
	// Depth counts jobs by state: available, running, retryable, scheduled, pending.
	Depth = metric.Instrument{
		Name: "weft.job.depth", Unit: "{job}", Description: "Jobs that are not finished", Labels: []string{"database", "queue", "kind", "state"},
	}
	// OldestAge is that of jobs that somebody could work on.
	OldestAge = metric.Instrument{
		Name: "weft.job.oldest.age", Unit: "s", Description: "Time that the oldest available job has waited", Labels: []string{"database", "queue", "kind"},
	}
	// Dead counts dead letters.
	Dead = metric.Instrument{
		Name: "weft.job.dead", Unit: "{job}", Description: "Dead letters: jobs that were discarded", Labels: []string{"database", "queue", "kind"},
	}
	// Leader tells who leads.
	Leader = metric.Instrument{
		Name: "weft.job.leader", Unit: "{client}", Description: "1 if this worker leads the database's River clients", Labels: []string{"database"},
	}
	// Up tells whether the database could be looked at.
	Up = metric.Instrument{
		Name: "weft.job.database.up", Unit: "{database}", Description: "1 if the database's jobs could be looked at", Labels: []string{"database"},
	}
)

// Gauges are the metrics of all databases.
type Gauges struct{ depth, age, dead, leader, up metric.Gauge }

// NewGauges adds the metrics to the registry.
func NewGauges(registry *metric.Registry) Gauges {
	return Gauges{
		depth: registry.Gauge(Depth), age: registry.Gauge(OldestAge), dead: registry.Gauge(Dead),
		leader: registry.Gauge(Leader), up: registry.Gauge(Up),
	}
}

// Database is one of them.
type Database struct {
	// Name is a label's value. Required.
	Name string
	// Pool leads to it. Required.
	Pool *pgxpool.Pool
	// ClientID is the id of this process's River client. Required.
	ClientID string
}

// Look returns what fills the gauges of a database. It is safe for concurrent use.
func (g Gauges) Look(d Database) func(context.Context) {
	var mu sync.Mutex
	var last time.Time
	return func(ctx context.Context) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(last) < interval {
			return
		}
		// Not the end of the request that asks first: others wait for the same.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		groups, leads, err := read(ctx, d)
		last = time.Now()
		for _, gauge := range []metric.Gauge{g.depth, g.age, g.dead} {
			gauge.Clear(d.Name)
		}
		if err != nil {
			g.leader.Clear(d.Name)
			g.up.Set(0, d.Name)
			return
		}
		g.up.Set(1, d.Name)
		g.leader.Set(leads, d.Name)
		for _, group := range groups {
			g.set(d.Name, group)
		}
	}
}

// group is the jobs of one queue, kind and state.
type group struct {
	Queue, Kind, State string
	Count              int64
	Waited             float64 // seconds since the oldest was due
}

func (g Gauges) set(database string, jobs group) {
	if jobs.State == "discarded" {
		g.dead.Set(float64(jobs.Count), database, jobs.Queue, jobs.Kind)
		return
	}
	g.depth.Set(float64(jobs.Count), database, jobs.Queue, jobs.Kind, jobs.State)
	if jobs.State == "available" {
		g.age.Set(max(0, jobs.Waited), database, jobs.Queue, jobs.Kind)
	}
}

// read reads the database's jobs, and whether this process leads it (1 or 0).
func read(ctx context.Context, d Database) (groups []group, leads float64, err error) {
	rows, err := d.Pool.Query(ctx, `select queue, kind, state::text, count(*), extract(epoch from now() - min(scheduled_at))::float8 as waited
		from river.river_job where state in ('available', 'discarded', 'pending', 'retryable', 'running', 'scheduled')
		group by queue, kind, state order by count(*) desc limit $1`, maxRows)
	if err != nil {
		return nil, 0, fmt.Errorf("backlog: %w", err)
	}
	if groups, err = pgx.CollectRows(rows, pgx.RowToStructByPos[group]); err != nil {
		return nil, 0, fmt.Errorf("backlog: %w", err)
	}
	err = d.Pool.QueryRow(ctx, `select count(*)::float8 from river.river_leader where leader_id = $1 and expires_at > now()`, d.ClientID).Scan(&leads)
	if err != nil {
		return nil, 0, fmt.Errorf("backlog: %w", err)
	}
	return groups, leads, nil
}
