package auth

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weftql/weft/router/internal/telemetry"
)

const (
	// lookback is how much earlier than the last look a revocation may be dated and
	// is still found by the next one: how far the clock of whoever published it may
	// be behind ours.
	lookback = 10 * time.Second
	// wholeInterval is how often all revocations are read, also those that were
	// published late.
	wholeInterval = 30 * time.Second
	// lookTimeout bounds one look.
	lookTimeout = 2 * time.Second
)

// RevocationConfig says where the sessions are listed that have ended before their
// tokens.
type RevocationConfig struct {
	// RedisURL is the address of a Redis: redis://user:password@host:6379/0, rediss://
	// for TLS, or unix:///path for a socket. Required.
	RedisURL string `yaml:"redis_url"`
	// Key is the name of a sorted set there. Its members are a session's id ("sid" of
	// its tokens), a space and until when its tokens hold, in Unix seconds; scores are
	// when it was revoked, in Unix milliseconds. Defaults to weft:revoked-sessions.
	Key string `yaml:"key"`
	// Interval is the time between two looks at it. Defaults to a second.
	Interval time.Duration `yaml:"interval"`
	// MaxSessions is how many sessions are remembered, about 100 bytes each; of more,
	// those whose tokens end last. Defaults to 100,000.
	MaxSessions int `yaml:"max_sessions"`
}

// WithDefaults returns a copy in which empty fields have their defaults.
func (c RevocationConfig) WithDefaults() RevocationConfig {
	c.Key = cmp.Or(c.Key, "weft:revoked-sessions")
	c.Interval = cmp.Or(c.Interval, time.Second)
	c.MaxSessions = cmp.Or(c.MaxSessions, 100_000)
	return c
}

// Validate returns the first problem of a RevocationConfig with defaults, or nil.
func (c RevocationConfig) Validate() *Problem {
	switch {
	case c.RedisURL == "":
		return &Problem{[]string{"redis_url"}, "the address of a Redis is missing"}
	case c.Interval < 100*time.Millisecond || c.Interval > time.Minute:
		return &Problem{[]string{"interval"}, c.Interval.String() + " is not between 100ms and 1m"}
	case c.MaxSessions < 1:
		return &Problem{[]string{"max_sessions"}, strconv.Itoa(c.MaxSessions) + " is too small: it has to be 1 at least"}
	}
	return nil
}

// RevocationList is where revocations are published. Its members are those of
// RevocationConfig.Key.
type RevocationList interface {
	// Newest returns the members that were published since, the newest first, and at
	// most limit of them.
	Newest(ctx context.Context, since time.Time, limit int) ([]string, error)
}

// Revocations are the sessions that have ended before their tokens: a copy of a
// list, which Run keeps up to date. A session that is there stays until its tokens
// have run out, whatever becomes of the list. It is safe for concurrent use.
type Revocations struct {
	config RevocationConfig
	list   RevocationList
	log    *slog.Logger
	now    func() time.Time

	// Those of Run:
	looked, readWhole time.Time // when the last look, and the last one at everything, began
	// What was told.
	down, malformed, full bool

	succeeded atomic.Int64 // when the last look began that succeeded, Unix nanoseconds
	failures  *telemetry.Counter
	refusals  *telemetry.Counter
	dropped   *telemetry.Counter

	mu       sync.RWMutex
	sessions map[string]int64 // until when they are remembered, Unix seconds
}

// NewRevocations returns an empty copy of a list. Metrics tell how it goes.
func NewRevocations(config RevocationConfig, list RevocationList, metrics *telemetry.Metrics, log *slog.Logger) *Revocations {
	return newRevocations(config, list, metrics, log, time.Now)
}

func newRevocations(config RevocationConfig, list RevocationList, metrics *telemetry.Metrics, log *slog.Logger, now func() time.Time) *Revocations {
	r := &Revocations{config: config.WithDefaults(), list: list, log: log, now: now, sessions: map[string]int64{}}
	r.succeeded.Store(now().UnixNano()) // as if: the age of the copy counts from here
	r.failures = metrics.Counter(telemetry.RevocationFailures)
	r.refusals = metrics.Counter(telemetry.RevocationRefusals)
	r.dropped = metrics.Counter(telemetry.RevocationDropped)
	metrics.Gauge(telemetry.RevocationAge, func() float64 {
		return r.now().Sub(time.Unix(0, r.succeeded.Load())).Seconds()
	})
	metrics.Gauge(telemetry.RevocationSessions, func() float64 {
		r.mu.RLock()
		defer r.mu.RUnlock()
		return float64(len(r.sessions))
	})
	return r
}

// Revoked tells whether a session has ended, as far as is known here. No token
// without a session's id is revoked.
func (r *Revocations) Revoked(session string) bool {
	if r == nil || session == "" {
		return false
	}
	r.mu.RLock()
	_, revoked := r.sessions[session]
	r.mu.RUnlock()
	if revoked {
		r.refusals.Add(1)
	}
	return revoked
}

// Run keeps the copy up to date until ctx ends.
func (r *Revocations) Run(ctx context.Context) {
	ticker := time.NewTicker(r.config.Interval)
	defer ticker.Stop()
	for {
		r.look(ctx)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// look reads what is new. An outage of the list is told once, and so is its end.
func (r *Revocations) look(ctx context.Context) {
	now := r.now()
	since, whole := r.looked.Add(-lookback), r.down || now.Sub(r.readWhole) >= wholeInterval
	if whole {
		since = time.Unix(0, 0)
	}
	limited, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	members, err := r.list.Newest(limited, since, r.config.MaxSessions)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.failures.Add(1)
		if !r.down {
			r.log.Warn("revocations cannot be read: sessions that end now are refused only when their tokens have run out",
				"key", r.config.Key, telemetry.ErrorKey, err.Error())
		}
		r.down = true
		return
	}
	r.add(members, now)
	r.looked = now
	if whole {
		r.readWhole = now
	}
	r.succeeded.Store(now.UnixNano())
	if r.down {
		r.log.Info("revocations are read again", "key", r.config.Key)
	}
	r.down = false
}

// add remembers members of the list, and forgets sessions whose tokens have run
// out. Nobody else writes, so that requests wait for what changes only.
func (r *Revocations) add(members []string, now time.Time) {
	found, malformed := map[string]int64{}, 0
	for _, member := range members {
		session, until, err := parseMember(member)
		switch {
		case err != nil:
			malformed++
		case until > now.Unix() && until > r.sessions[session]:
			found[session] = max(until, found[session])
		}
	}
	var ended []string
	for session, until := range r.sessions {
		if until <= now.Unix() {
			ended = append(ended, session)
		}
	}
	r.mu.Lock()
	for _, session := range ended {
		delete(r.sessions, session)
	}
	maps.Copy(r.sessions, found)
	r.mu.Unlock()
	dropped := r.shrink()
	if malformed > 0 && !r.malformed {
		r.log.Warn(`revocations that are no "<session> <Unix seconds>" are ignored`, "key", r.config.Key, "count", malformed)
	}
	if dropped > 0 && !r.full {
		r.log.Warn("there are more revoked sessions than auth.revocation.max_sessions: those whose tokens end first are not refused",
			"key", r.config.Key, "max_sessions", r.config.MaxSessions)
	}
	r.malformed, r.full = r.malformed || malformed > 0, r.full || dropped > 0
}

// parseMember reads a member of the list: a session, and until when a token of it
// could be accepted.
func parseMember(member string) (session string, until int64, err error) {
	space := strings.LastIndexByte(member, ' ')
	if space < 1 {
		return "", 0, errors.New("there is no session, or no space")
	}
	expires, err := strconv.ParseInt(member[space+1:], 10, 64)
	if err != nil || expires < 0 {
		return "", 0, errors.New("there is no time")
	}
	// A number of seconds that is none would be remembered for ever.
	return member[:space], min(expires, maxSeconds) + int64(leeway/time.Second), nil
}

// maxSeconds is the year 9999.
const maxSeconds = 253_402_300_799

// shrink forgets the sessions whose tokens end first if there are too many, and
// some more, so that it is not called for every one that comes.
func (r *Revocations) shrink() (dropped int) {
	if len(r.sessions) <= r.config.MaxSessions {
		return 0
	}
	type entry struct {
		session string
		until   int64
	}
	entries := make([]entry, 0, len(r.sessions))
	for session, until := range r.sessions {
		entries = append(entries, entry{session, until})
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.until, b.until) })
	dropped = len(entries) - r.config.MaxSessions + r.config.MaxSessions/10
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range entries[:dropped] {
		delete(r.sessions, e.session)
	}
	r.dropped.Add(int64(dropped))
	return dropped
}
