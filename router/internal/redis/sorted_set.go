package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// pageSize is how many members are asked for at once: an answer that comes within
// the time for one.
const pageSize = 5000

// SortedSet is a sorted set whose scores are times in Unix milliseconds.
type SortedSet struct {
	client *Client
	key    string
}

// SortedSet returns the set with a key; it need not be there.
func (c *Client) SortedSet(key string) *SortedSet { return &SortedSet{c, key} }

// Newest returns the members whose scores are since or later, the newest first, and
// at most limit of them. Members that are added meanwhile may be missing, and others
// be there twice.
func (s *SortedSet) Newest(ctx context.Context, since time.Time, limit int) ([]string, error) {
	var members []string
	for len(members) < limit {
		page, err := s.client.client.ZRangeArgs(ctx, redis.ZRangeArgs{
			Key: s.key, ByScore: true, Rev: true, Start: "+inf", Stop: strconv.FormatInt(since.UnixMilli(), 10), // the other way round
			Offset: int64(len(members)), Count: int64(min(pageSize, limit-len(members))),
		}).Result()
		if err != nil {
			return nil, fmt.Errorf("redis: %w", err)
		}
		members = append(members, page...)
		if len(page) < pageSize {
			break
		}
	}
	return members, nil
}
