package relay_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	driver "github.com/redis/go-redis/v9"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/redistest"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	"github.com/weftql/weft/workers/internal/metric"
	"github.com/weftql/weft/workers/internal/redis"
	"github.com/weftql/weft/workers/internal/relay"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return todospostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// patience bounds the wait for what is sure to come.
const patience = 60 * time.Second

// source is that of the worker; after is called when events were told, before that is
// noted.
type source struct {
	pool  *pgxpool.Pool
	after func() error
}

func (s source) Relay(ctx context.Context, limit int, tell func(context.Context, []todos.Event) error) (int, bool, error) {
	return todospostgres.Relay(ctx, s.pool, todospostgres.RedisCursor, limit, func(ctx context.Context, events []todos.Event) error {
		if err := tell(ctx, events); err != nil {
			return err
		}
		if s.after != nil {
			return s.after()
		}
		return nil
	})
}

func (s source) Lag(ctx context.Context) (time.Duration, error) {
	return todospostgres.RelayLag(ctx, s.pool, todospostgres.RedisCursor)
}

// bed is a database, a Redis and what relays between them.
type bed struct {
	pool   *pgxpool.Pool
	server *redistest.Server
	client *driver.Client
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{server: redistest.Start(t)}
	var err error
	if b.pool, err = postgres.Open(t.Context(), postgres.Config{URL: databases.Database(t), Name: "test"}); err != nil {
		t.Fatal(err)
	}
	options, err := driver.ParseURL(b.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	b.client = driver.NewClient(options)
	t.Cleanup(func() {
		_ = b.client.Close()
		b.pool.Close()
	})
	return b
}

// run relays until the test ends.
func (b *bed) run(t *testing.T, from relay.Source) {
	t.Helper()
	stream, err := redis.Open(redis.Config{URL: b.server.URL(), Name: relay.StreamName, MaxLength: relay.MaxLength})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- relay.New(from, stream, metric.New(), slog.New(slog.DiscardHandler)).Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = stream.Close()
	})
}

// write writes an event of a new list.
func write(ctx context.Context, tx pgx.Tx, kind string, todo *uuid.UUID, data string) (list uuid.UUID, err error) {
	list = uuid.Must(uuid.NewV7())
	_, err = tx.Exec(ctx, `insert into domain_events (list_id, todo_id, type, version, actor_id, at, data, request_id)
		values ($1, $2, $3, 1, '01900000-0000-7000-8000-000000000001', '2026-01-02 03:04:05.678901+00', $4, 'r.7')`, list, todo, kind, data)
	return list, err
}

// await returns the stream's entries when there are so many.
func (b *bed) await(t *testing.T, n int) []driver.XMessage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		entries, err := b.client.XRange(ctx, relay.StreamName, "-", "+").Result()
		if err != nil || len(entries) >= n {
			if err != nil {
				t.Fatalf("%d entries of %d: %v", len(entries), n, err)
			}
			return entries
		}
		last := "0"
		if len(entries) > 0 {
			last = entries[len(entries)-1].ID
		}
		if err := b.client.XRead(ctx, &driver.XReadArgs{Streams: []string{relay.StreamName, last}, Block: time.Second}).Err(); err != nil && !errors.Is(err, driver.Nil) {
			t.Fatalf("%d entries of %d: %v", len(entries), n, err)
		}
	}
}

func TestEntriesHoldIdsAndNoTexts(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	todo := uuid.MustParse("01900000-0000-7000-8000-000000000002")
	for _, e := range []struct {
		kind string
		todo *uuid.UUID
		data string
	}{
		{"TODO_ASSIGNED", &todo, `{"title": {"from": null, "to": "a secret"}, "assigneeIds": {"added": ["usr_a"], "removed": ["usr_b", "usr_c"]}}`},
		{"MEMBER_SET", nil, `{"userId": "usr_d", "role": {"from": null, "to": "EDITOR"}}`},
		{"LIST_RENAMED", nil, `{"name": {"from": "a", "to": "a secret"}}`},
	} {
		if err := postgres.InTx(t.Context(), b.pool, func(tx pgx.Tx) error { _, err := write(t.Context(), tx, e.kind, e.todo, e.data); return err }); err != nil {
			t.Fatal(err)
		}
	}
	b.run(t, source{pool: b.pool})
	id := regexp.MustCompile(`^(tdl|tdo|usr)_[0-9a-z]{26}$`)
	var got []map[string]any
	for _, e := range b.await(t, 3) {
		for field, value := range e.Values {
			if text, _ := value.(string); id.MatchString(text) {
				e.Values[field] = text[:4]
			}
		}
		got = append(got, e.Values)
	}
	const at = "2026-01-02T03:04:05.678901Z"
	want := []map[string]any{
		{"v": "1", "type": "TODO_ASSIGNED", "list": "tdl_", "todo": "tdo_", "actor": "usr_", "version": "1", "at": at, "users": "usr_a,usr_b,usr_c", "request": "r.7"},
		{"v": "1", "type": "MEMBER_SET", "list": "tdl_", "actor": "usr_", "version": "1", "at": at, "users": "usr_d", "request": "r.7"},
		{"v": "1", "type": "LIST_RENAMED", "list": "tdl_", "actor": "usr_", "version": "1", "at": at, "request": "r.7"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestRelayLosesNothingAndKeepsTheOrder has many write while three relay, one of
// which breaks off each time after it has told, and Redis hangs for a while.
func TestRelayLosesNothingAndKeepsTheOrder(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.run(t, source{pool: b.pool})
	b.run(t, source{pool: b.pool})
	b.run(t, source{pool: b.pool, after: func() error { return errors.New("the process dies here") }})
	const writers, transactions, each = 4, 50, 3
	half := make(chan struct{}, writers)
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for i := range transactions {
				if i == transactions/2 {
					half <- struct{}{}
				}
				err := postgres.InTx(t.Context(), b.pool, func(tx pgx.Tx) error {
					for range each {
						if _, err := write(t.Context(), tx, "LIST_CREATED", nil, "{}"); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	<-half
	b.server.Pause(t)
	writing.Wait()
	b.server.Resume(t)

	entries := b.await(t, writers*transactions*each)
	rows, err := b.pool.Query(t.Context(), `select txid::text || '-' || id from domain_events order by txid, id`)
	if err != nil {
		t.Fatal(err)
	}
	want, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the stream is not the events in their order (-events +stream):\n%s", diff)
	}
}

// TestRedisThatIsFullDelays lets Redis run out of memory in the middle: the
// later of two entries must not get in without the earlier.
func TestRedisThatIsFullDelays(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	if err := b.client.ConfigSet(t.Context(), "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := postgres.InTx(t.Context(), b.pool, func(tx pgx.Tx) error { _, err := write(t.Context(), tx, "LIST_CREATED", nil, "{}"); return err }); err != nil {
			t.Fatal(err)
		}
	}
	failed := make(chan struct{}, 100)
	b.run(t, tried{source{pool: b.pool}, failed})
	<-failed
	if n, err := b.client.XLen(t.Context(), relay.StreamName).Result(); err != nil || n != 0 {
		t.Fatalf("%d entries, %v", n, err)
	}
	if lag, err := (source{pool: b.pool}).Lag(t.Context()); err != nil || lag < time.Hour {
		t.Errorf("the events of January wait for %s, %v", lag, err)
	}
	if err := b.client.ConfigSet(t.Context(), "maxmemory", "0").Err(); err != nil {
		t.Fatal(err)
	}
	if got := b.await(t, 5); len(got) != 5 {
		t.Errorf("%d entries", len(got))
	}
}

// tried says when an attempt has failed.
type tried struct {
	source
	failed chan struct{}
}

func (s tried) Relay(ctx context.Context, limit int, tell func(context.Context, []todos.Event) error) (int, bool, error) {
	told, active, err := s.source.Relay(ctx, limit, tell)
	if err != nil {
		select {
		case s.failed <- struct{}{}:
		default:
		}
		return told, active, fmt.Errorf("as expected: %w", err)
	}
	return told, active, nil
}
