package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/redis"
)

const (
	// announceEvery is how long an ended session waits at most until routers are
	// told, if nothing is wrong.
	announceEvery = time.Second
	// announceTimeout bounds one round.
	announceTimeout = 10 * time.Second
	// announceMost bounds the sessions of one round's step.
	announceMost = 1000
	// tokenLeeway is for how long after its end of life a router may accept a token.
	tokenLeeway = time.Minute
)

// announcer tells routers of sessions that have ended before their access tokens
// expire. The database is the truth; Redis is told what it does not have.
type announcer struct {
	set    *redis.EndedSessions // nil without Redis
	wake   chan struct{}        // holds one signal
	logger *slog.Logger
	life   time.Duration // of an announcement

	// Of the one goroutine that announces.
	behind bool         // Redis may lack what it was told before
	last   *redis.Ended // what was announced last
	failed bool         // the last round

	failures atomic.Int64 // rounds
	told     atomic.Int64 // end of the last round that did not fail, Unix nanoseconds
}

func newAnnouncer(deps Deps) *announcer {
	a := &announcer{wake: make(chan struct{}, 1), logger: deps.Logger, life: deps.Tokens.Life() + tokenLeeway, behind: true}
	a.told.Store(deps.Now().UnixNano())
	if deps.Redis != nil {
		a.set = redis.NewEndedSessions(deps.Redis, deps.EndedSet)
	}
	return a
}

// announceSoon has Run tell routers at once what is committed by now. Without it
// they hear of it within the second.
func (s *Service) announceSoon() {
	select {
	case s.ended.wake <- struct{}{}:
	default: // a signal is waiting
	}
}

// Announce tells routers of the sessions that have ended and that they have not
// been told of, and of all whose access tokens may still live if Redis has lost
// what it was told. Run calls it; it must not be called twice at a time.
func (s *Service) Announce(ctx context.Context) error {
	a := s.ended
	if a.set == nil {
		return nil
	}
	err := s.announce(ctx)
	a.behind = a.behind || err != nil
	switch {
	case err != nil && !a.failed:
		a.logger.WarnContext(ctx, "routers do not hear of ended sessions", slog.Any("error", err))
	case err == nil && a.failed:
		a.logger.WarnContext(ctx, "routers hear of ended sessions again")
	}
	if a.failed = err != nil; a.failed {
		a.failures.Add(1)
	} else {
		a.told.Store(s.deps.Now().UnixNano())
	}
	return err
}

// announce is one round.
func (s *Service) announce(ctx context.Context) error {
	a := s.ended
	now := s.now()
	if !a.behind && a.last != nil && a.last.Until.After(now) {
		has, err := a.set.Has(ctx, *a.last)
		if err != nil {
			return err
		}
		a.behind = !has // Redis has begun anew, or gone back to an older copy
	} else if err := s.deps.Redis.Ping(ctx); err != nil {
		return err // that nobody can be told is to be known before somebody has to be
	}
	// All that is behind first: it must have been told when it no longer counts as
	// behind. Rows that end meanwhile are unpublished.
	oldest := now.Add(-a.life)
	for after := (endedRow{at: oldest}); a.behind; {
		rows, err := s.endedRows(ctx, after, false)
		if err != nil {
			return err
		}
		if err := s.tell(ctx, rows, now, oldest); err != nil {
			return err
		}
		if len(rows) < announceMost {
			a.behind = false
			return nil
		}
		after = rows[len(rows)-1]
	}
	for {
		rows, err := s.endedRows(ctx, endedRow{at: oldest}, true)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := s.tell(ctx, rows, now, oldest); err != nil {
			return err
		}
		if len(rows) < announceMost {
			return nil
		}
	}
}

// endedRow is a session that has ended.
type endedRow struct {
	id id.UUID
	at time.Time
}

// endedRows returns sessions that ended after a given one, in that order; only
// those that were not published if fresh.
func (s *Service) endedRows(ctx context.Context, after endedRow, fresh bool) ([]endedRow, error) {
	query := `select id, ended_at from sessions where ended_at is not null and (ended_at, id) > ($1, $2) order by ended_at, id limit $3`
	if fresh {
		query = `select id, ended_at from sessions where ended_at is not null and published_at is null and (ended_at, id) > ($1, $2)
			order by ended_at, id limit $3`
	}
	rows, err := s.deps.Pool.Query(ctx, query, after.at, after.id, announceMost)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (one endedRow, err error) {
		err = row.Scan(&one.id, &one.at)
		return one, err
	})
}

// tell announces rows and notes that it did. A crash in between announces them
// twice, which is no harm.
func (s *Service) tell(ctx context.Context, rows []endedRow, now, oldest time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	ended, keys := make([]redis.Ended, len(rows)), make([]id.UUID, len(rows))
	for i, row := range rows {
		ended[i] = redis.Ended{Session: id.Format(id.Session, row.id), Until: row.at.Add(s.ended.life)}
		keys[i] = row.id
	}
	if err := s.ended.set.Announce(ctx, ended, now, oldest); err != nil {
		return err
	}
	_, err := s.deps.Pool.Exec(ctx, `update sessions set published_at = $2 where id = any($1) and published_at is null`, keys, now)
	if err != nil {
		return fmt.Errorf("note what was announced: %w", err)
	}
	s.ended.last = &ended[len(ended)-1]
	return nil
}
