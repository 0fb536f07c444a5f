package postgres_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

var databases = postgrestest.New(func(ctx context.Context, url string) error {
	return todospostgres.Migrate(ctx, url, slog.New(slog.DiscardHandler))
})

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

func open(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), postgres.Config{URL: databases.Database(t), Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// write writes an event of a list of its own.
func write(ctx context.Context, tx pgx.Tx) (list id.UUID, err error) {
	list = id.New()
	_, err = tx.Exec(ctx, `insert into domain_events (list_id, type, version, actor_id, at) values ($1, 'LIST_CREATED', 1, $1, now())`, list)
	return list, err
}

// TestEventsWaitForTransactionsThatRun commits the second of two transactions
// first: its event has the larger id, and a reader that took it would never come
// back for the other.
func TestEventsWaitForTransactionsThatRun(t *testing.T) {
	t.Parallel()
	pool := open(t)
	var slow, fast id.UUID
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if slow, err = write(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	err = postgres.InTx(t.Context(), pool, func(tx pgx.Tx) (err error) {
		fast, err = write(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if events, err := todospostgres.Events(t.Context(), pool, todos.EventCursor{}, 10); err != nil || len(events) != 0 {
		t.Fatalf("%+v, %v, want none: the first transaction is still running", events, err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Other tests' transactions, in other databases of the server, count too.
	var got []string
	for cursor := (todos.EventCursor{}); len(got) < 2; {
		events, err := todospostgres.Events(t.Context(), pool, cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			got, cursor = append(got, e.ListID), e.Cursor
		}
	}
	if got[0] != id.Format(id.TodoList, slow) || got[1] != id.Format(id.TodoList, fast) {
		t.Errorf("%q", got)
	}
}

// TestEventsLoseNothing has many write at once, each in transactions of several
// events, while one reads on and on.
func TestEventsLoseNothing(t *testing.T) {
	t.Parallel()
	pool := open(t)
	const writers, transactions, events = 8, 25, 3
	var writing sync.WaitGroup
	var horizon uint64 // of all that was written; 0 while there is writing
	written := make(chan struct{})
	for range writers {
		writing.Go(func() {
			for range transactions {
				err := postgres.InTx(t.Context(), pool, func(tx pgx.Tx) error {
					for range events {
						if _, err := write(t.Context(), tx); err != nil {
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
	go func() {
		writing.Wait()
		close(written)
	}()
	seen := map[string]int{}
	for cursor := (todos.EventCursor{}); ; {
		past := passed(t, pool, &horizon, written)
		all, err := todospostgres.Events(t.Context(), pool, cursor, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			seen[e.ListID]++
			if e.Cursor.Transaction < cursor.Transaction || e.Cursor.Transaction == cursor.Transaction && e.Cursor.ID <= cursor.ID {
				t.Errorf("%+v comes after %+v", e.Cursor, cursor)
			}
			cursor = e.Cursor
		}
		if past && len(all) == 0 {
			break
		}
	}
	if len(seen) != writers*transactions*events {
		t.Errorf("%d events were seen of %d", len(seen), writers*transactions*events)
	}
	for list, times := range seen {
		if times != 1 {
			t.Errorf("%s was seen %d times", list, times)
		}
	}
}

// passed tells whether everything is written, and every transaction ended that
// was running by then.
func passed(t *testing.T, pool *pgxpool.Pool, horizon *uint64, written <-chan struct{}) (past bool) {
	t.Helper()
	select {
	case <-written:
	default:
		return false
	}
	if *horizon == 0 {
		if err := pool.QueryRow(t.Context(), `select pg_current_xact_id()`).Scan(horizon); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.QueryRow(t.Context(), `select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot())`, *horizon).Scan(&past); err != nil {
		t.Fatal(err)
	}
	return past
}
