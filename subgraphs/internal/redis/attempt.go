package redis

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/weftql/weft/subgraphs/internal/throttle"
)

var _ throttle.Store = (*Attempts)(nil)

// Attempts counts attempts in Redis. It is safe for concurrent use.
type Attempts struct {
	client *Client
	prefix string
}

// NewAttempts returns Attempts whose keys begin with prefix.
func NewAttempts(client *Client, prefix string) *Attempts {
	return &Attempts{client: client, prefix: prefix}
}

// take is throttle.Rate.Next in the server, so that attempts at the same time
// are counted one after the other. Moments are microseconds, which Lua's numbers
// hold exactly. It reads and writes one key, as a cluster asks for.
var take = redis.NewScript(`
local now, every, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local forgotten = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + every
local wait = forgotten - now - burst * every
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', forgotten), 'PX', math.ceil((forgotten - now) / 1000))
return 0`)

// giveBack takes one attempt back.
var giveBack = redis.NewScript(`
local now, every = tonumber(ARGV[1]), tonumber(ARGV[2])
local forgotten = tonumber(redis.call('GET', KEYS[1]) or 0) - every
if forgotten > now then
  redis.call('SET', KEYS[1], string.format('%.0f', forgotten), 'PX', math.ceil((forgotten - now) / 1000))
else
  redis.call('DEL', KEYS[1])
end
return 0`)

// Take implements throttle.Store.
func (a *Attempts) Take(ctx context.Context, key [32]byte, rate throttle.Rate, now time.Time) (time.Duration, error) {
	micros, err := take.Run(ctx, a.client.driver, a.keys(key), now.UnixMicro(), rate.Every.Microseconds(), rate.Burst).Int64()
	if err != nil {
		return 0, fmt.Errorf("redis: count an attempt: %w", err)
	}
	return time.Duration(micros) * time.Microsecond, nil
}

// Return implements throttle.Store.
func (a *Attempts) Return(ctx context.Context, key [32]byte, rate throttle.Rate, now time.Time) error {
	if err := giveBack.Run(ctx, a.client.driver, a.keys(key), now.UnixMicro(), rate.Every.Microseconds()).Err(); err != nil {
		return fmt.Errorf("redis: take an attempt back: %w", err)
	}
	return nil
}

func (a *Attempts) keys(key [32]byte) []string {
	return []string{a.prefix + hex.EncodeToString(key[:])}
}
