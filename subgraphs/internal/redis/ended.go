package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Ended is a session that has ended before its tokens.
type Ended struct {
	// Session is the id in the claim sid.
	Session string
	// Until is when the last access token of it expires.
	Until time.Time
}

// member is how a session stands in the set. It is always the same for a session,
// so that announcing it twice is no harm.
func (e Ended) member() string {
	return e.Session + " " + strconv.FormatInt(e.Until.Unix(), 10)
}

// EndedSessions is the set that routers read: whoever looks every second asks
// for the members whose score, Unix milliseconds, is higher than that of the last
// look, less what clocks may differ.
type EndedSessions struct {
	client *Client
	key    string
}

// NewEndedSessions returns the set with that name.
func NewEndedSessions(client *Client, key string) *EndedSessions {
	return &EndedSessions{client: client, key: key}
}

// Announce adds sessions, as of now, and removes what was announced before since.
// All of it happens or, with an error, it is not known what.
func (s *EndedSessions) Announce(ctx context.Context, sessions []Ended, now, since time.Time) error {
	members := make([]redis.Z, len(sessions))
	for i, session := range sessions {
		members[i] = redis.Z{Score: float64(now.UnixMilli()), Member: session.member()}
	}
	_, err := s.client.driver.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		if len(members) > 0 {
			pipe.ZAdd(ctx, s.key, members...)
		}
		pipe.ZRemRangeByScore(ctx, s.key, "-inf", strconv.FormatInt(since.UnixMilli(), 10))
		return nil
	})
	if err != nil {
		return fmt.Errorf("redis: announce ended sessions: %w", err)
	}
	return nil
}

// Has tells whether a session is in the set.
func (s *EndedSessions) Has(ctx context.Context, session Ended) (bool, error) {
	err := s.client.driver.ZScore(ctx, s.key, session.member()).Err()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("redis: look for an ended session: %w", err)
	}
	return true, nil
}
