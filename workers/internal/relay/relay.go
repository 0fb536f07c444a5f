package relay

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/weftql/weft/subgraphs/todos"
	"github.com/weftql/weft/workers/internal/metric"
	"github.com/weftql/weft/workers/internal/redis"
)

const (
	// StreamName is the stream's key in Redis.
	StreamName = "weft:events:todos"
	// MaxLength is about how many events the stream keeps.
	MaxLength = 10_000
)

const (
	// batch bounds the events that are told at once.
	batch = 500
	// poll is how often the active relay looks for events.
	poll = 100 * time.Millisecond
	// standby is how often one that is not active, or cannot go on, tries.
	standby = time.Second
	// tellTimeout bounds telling a batch.
	tellTimeout = 5 * time.Second
)

// The metrics.
var (
	// Lag is how far behind the relay is.
	Lag = metric.Instrument{
		Name: "weft.relay.lag", Unit: "s", Description: "Age of the oldest event that is not relayed yet", Labels: []string{"stream"},
	}
	// Events counts what this worker has relayed.
	Events = metric.Instrument{
		Name: "weft.relay.events", Unit: "{event}", Description: "Events that this worker has relayed", Labels: []string{"stream"},
	}
	// Failures counts attempts that failed.
	Failures = metric.Instrument{
		Name: "weft.relay.failures", Unit: "{attempt}", Description: "Attempts to relay events that failed", Labels: []string{"stream"},
	}
)

// Source is where events are.
type Source interface {
	// Relay has tell tell the next events, at most limit, and says how many were told
	// and whether this process is the one that relays.
	Relay(ctx context.Context, limit int, tell func(context.Context, []todos.Event) error) (told int, active bool, err error)
	// Lag returns the age of the oldest event that was not told yet.
	Lag(ctx context.Context) (time.Duration, error)
}

// Stream is where they go.
type Stream interface {
	// Append appends entries in their order, and leaves out those that are there.
	Append(ctx context.Context, entries []redis.Entry) error
}

// Relay tells events to a stream.
type Relay struct {
	source           Source
	stream           Stream
	logger           *slog.Logger
	lag              metric.Gauge
	events, failures metric.Counter
}

// New returns a Relay whose metrics are in the registry.
func New(source Source, stream Stream, registry *metric.Registry, logger *slog.Logger) *Relay {
	r := &Relay{
		source: source, stream: stream, logger: logger,
		lag: registry.Gauge(Lag), events: registry.Counter(Events), failures: registry.Counter(Failures),
	}
	registry.Before(r.measure)
	return r
}

// Run relays until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	said := false
	for wait := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		told, active, err := r.source.Relay(ctx, batch, r.tell)
		r.events.Add(float64(told), StreamName)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil
		case err != nil:
			r.failures.Add(1, StreamName)
			if !said {
				r.logger.WarnContext(ctx, "events wait to be relayed", slog.Any("error", err))
			}
			said, wait = true, standby
			continue
		case told == batch:
			wait = 0
		case active:
			wait = poll
		default:
			wait = standby
		}
		if said {
			r.logger.InfoContext(ctx, "events are relayed again")
			said = false
		}
	}
}

// tell appends events to the stream.
func (r *Relay) tell(ctx context.Context, events []todos.Event) error {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	entries := make([]redis.Entry, 0, len(events))
	for _, e := range events {
		one, err := entry(e)
		if err != nil {
			// It would stand in the way of all that follow, for ever.
			r.logger.ErrorContext(ctx, "an event is not relayed", slog.Any("error", err))
			r.failures.Add(1, StreamName)
			continue
		}
		entries = append(entries, one)
	}
	return r.stream.Append(ctx, entries)
}

// measure asks how far behind the relay is.
func (r *Relay) measure(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	lag, err := r.source.Lag(ctx)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			r.lag.Clear()
		}
		return
	}
	r.lag.Set(lag.Seconds(), StreamName)
}
