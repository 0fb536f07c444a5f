package postgres_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// age makes lists and todos that were deleted before and after the time in which
// todos can be restored, and returns when they are purged.
func (h *household) age(t *testing.T) time.Time {
	t.Helper()
	for _, name := range []string{"there", "deleted lately", "deleted long ago"} {
		h.list(t, name, ada, member(bob, todos.RoleEditor), member(cem, todos.RoleEditor))
	}
	h.jobs(t)
	now := h.tick()
	for statement, ago := range map[string]time.Duration{
		`update todo_lists set deleted_at = $1 where name = 'deleted lately'`:                                                    todos.RestoreWindow - time.Minute,
		`update todo_lists set deleted_at = $1 where name = 'deleted long ago'`:                                                  todos.RestoreWindow + time.Minute,
		`update todos set deleted_at = $1 where title = 'todo of there' and creator_id = '00000000-0000-0000-0000-000000000002'`: todos.RestoreWindow - time.Minute,
		`update todos set deleted_at = $1 where title = 'todo of there' and creator_id = '00000000-0000-0000-0000-000000000003'`: todos.RestoreWindow + time.Minute,
		`update idempotency_keys set expires_at = $1 where key = 'key of there'`:                                                 0,
	} {
		if _, err := h.pool.Exec(t.Context(), statement, now.Add(-ago)); err != nil {
			t.Fatal(err)
		}
	}
	return now
}

// rest is what the purge leaves.
var rest = map[string][]string{
	`select name from todo_lists order by name`: {"deleted lately", "there"},
	`select title || ' by ' || right(creator_id::text, 1) from todos order by title, creator_id`: {
		"todo of deleted lately by 1", "todo of deleted lately by 2", "todo of deleted lately by 3", "todo of there by 1", "todo of there by 2",
	},
	`select 'assignees of ' || count(distinct todo_id) from todo_assignees`: {"assignees of 5"},
	`select 'a tag on ' || count(*) from todo_tags`:                         {"a tag on 5"},
	`select 'members of ' || count(distinct list_id) from list_members`:     {"members of 2"},
	`select distinct key from idempotency_keys order by key`:                {"key of deleted lately", "key of deleted long ago"},
	`select tags[1] || ' ' || count(*) from river.river_job group by tags[1] order by 1`: {
		"list deleted lately 3", "list there 3", "to ada 1", "to bob 1", "todo of deleted lately 3", "todo of there 2",
	},
	`select title from todos t where version <> (select count(*) from domain_events where todo_id = t.id)`:               {},
	`select type from domain_events e where not exists (select from todo_lists where id = e.list_id)`:                    {},
	`select type from domain_events e where todo_id is not null and not exists (select from todos where id = e.todo_id)`: {},
}

func (h *household) wantPurged(t *testing.T) {
	t.Helper()
	for query, want := range rest {
		if diff := cmp.Diff(want, h.texts(t, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestPurgeRemovesWhatNobodyCanRestore(t *testing.T) {
	t.Parallel()
	h := move(t)
	now := h.age(t)
	for _, want := range []todos.Purged{{"todo_lists": 1, "todos": 1, "idempotency_keys": 3}, {"todo_lists": 0, "todos": 0, "idempotency_keys": 0}} {
		got, err := todospostgres.Purge(t.Context(), h.pool, now)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v, removed (-want +got):\n%s", err, diff)
		}
		h.wantPurged(t)
	}
}

// TestPurgeGoesOnWhereItBroke breaks Purge after each of its transactions.
func TestPurgeGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	h := move(t)
	now := h.age(t)
	times := 0
	for err := errBroken; err != nil && times < 100; times++ {
		_, err = todospostgres.Purge(t.Context(), &breaking{h.pool, 3}, now)
	}
	if times < 2 {
		t.Errorf("it broke %d times", times-1)
	}
	h.wantPurged(t)
}

// TestPurgeWaitsForNobody holds a list and a todo that are to go: they stay for the
// next time.
func TestPurgeWaitsForNobody(t *testing.T) {
	t.Parallel()
	h := move(t)
	now := h.age(t)
	tx, err := h.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), `select from todo_lists where name = 'deleted long ago' for share;
		select from todos where deleted_at is not null for share; select from idempotency_keys for share`); err != nil {
		t.Fatal(err)
	}
	got, err := todospostgres.Purge(t.Context(), h.pool, now)
	if diff := cmp.Diff(todos.Purged{"todo_lists": 0, "todos": 0, "idempotency_keys": 0}, got); err != nil || diff != "" {
		t.Errorf("%v, removed while somebody holds it (-want +got):\n%s", err, diff)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := todospostgres.Purge(t.Context(), h.pool, now); err != nil {
		t.Fatal(err)
	}
	h.wantPurged(t)
}

// many are 50,000 todos of others, some of them deleted long ago.
var many = []string{
	`insert into todo_lists (id, name, owner_id) select gen_random_uuid(), 'many', gen_random_uuid() from generate_series(1, 500)`,
	`insert into list_members (list_id, user_id, role) select id, owner_id, 'OWNER' from todo_lists where name = 'many'`,
	`insert into todos (id, list_id, title, creator_id) select gen_random_uuid(), id, 'one', owner_id from todo_lists, generate_series(1, 100) where name = 'many'`,
	`insert into domain_events (list_id, todo_id, type, version, actor_id, at) select list_id, id, 'TODO_CREATED', 1, creator_id, now() from todos where title = 'one'`,
	`insert into todo_assignees (todo_id, user_id, position, todo_created_at) select id, creator_id, 1, created_at from todos where title = 'one'`,
	`insert into tags (id, list_id, name) select gen_random_uuid(), id, 'tag' from todo_lists where name = 'many'`,
	`insert into todo_tags (todo_id, tag_id) select t.id, g.id from todos t join tags g on g.list_id = t.list_id where g.name = 'tag'`,
	`insert into idempotency_keys (user_id, key, request_hash, todo_id, created_at, expires_at)
		select creator_id, id::text, sha256('x'), id, now(), '2030-01-01' from todos where title = 'one'`,
	`insert into river.river_job (kind, queue, max_attempts, args) select 'todos.test', 'nobody', 1, jsonb_build_object('todoId', id) from todos where title = 'one'`,
	`update todos set deleted_at = '2026-01-01' where title = 'one' and id > 'f0000000-0000-0000-0000-000000000000'`,
	`vacuum analyze`,
}

// observer is a tracer that keeps statements, and the most rows that one has changed.
type observer struct {
	*postgrestest.Recorder
	*largest
}

func (o observer) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return o.Recorder.TraceQueryStart(ctx, conn, data)
}

func (o observer) TraceQueryEnd(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryEndData) {
	o.largest.TraceQueryEnd(ctx, conn, data)
}

func (o observer) TraceBatchQuery(ctx context.Context, conn *pgx.Conn, data pgx.TraceBatchQueryData) {
	o.Recorder.TraceBatchQuery(ctx, conn, data)
	o.largest.TraceQueryEnd(ctx, conn, pgx.TraceQueryEndData{CommandTag: data.CommandTag})
}

// TestUpkeepAmongManyUsesIndexes purges and erases beside 50,000 todos, and looks at
// the plan of every statement, at how many there are and how much each changes.
func TestUpkeepAmongManyUsesIndexes(t *testing.T) {
	t.Parallel()
	h := move(t)
	now := h.age(t)
	conn, err := pgx.ConnectConfig(t.Context(), h.pool.Config().ConnConfig.Copy())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	if _, err := conn.Exec(t.Context(), `set statement_timeout = 0`); err != nil {
		t.Fatal(err)
	}
	for _, statement := range many {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, c := range []struct {
		name    string
		do      func(pool postgres.Pool) error
		most    int // statements
		indexes []string
	}{
		// Some 3,000 todos in steps of 500, two lists, 3 keys.
		{"Purge", func(pool postgres.Pool) error {
			_, err := todospostgres.Purge(t.Context(), pool, now)
			return err
		}, 150, []string{"todos_deleted", "todo_lists_deleted", "idempotency_keys_expired", "domain_events_todo", "todos_of_list"}},
		{"Erase", func(pool postgres.Pool) error {
			return todospostgres.Erase(t.Context(), pool, ada.ID, now)
		}, 60, []string{"list_members_user", "idempotency_keys_pkey"}},
	} {
		o := observer{&postgrestest.Recorder{}, &largest{}}
		pool, err := postgres.Open(t.Context(), postgres.Config{URL: h.pool.Config().ConnString(), Name: "test", Tracer: o})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		o.Take()
		if err := c.do(pool); err != nil {
			t.Fatal(err)
		}
		asked := o.Take()
		if len(asked) > c.most || o.rows > 5000 {
			t.Errorf("%s: %d statements, one of which changes %d rows; want %d and 5000", c.name, len(asked), o.rows, c.most)
		}
		wantIndexes(t, conn, c.name, asked, c.indexes)
	}
}

// wantIndexes explains statements.
func wantIndexes(t *testing.T, conn *pgx.Conn, name string, asked []postgrestest.Query, indexes []string) {
	t.Helper()
	var used []string
	seen := map[string]bool{}
	for _, statement := range asked {
		if seen[statement.SQL] || slices.Contains([]string{"begin", "commit", "rollback", "-- ping"}, statement.SQL) {
			continue
		}
		seen[statement.SQL] = true
		for kind, plan := range postgrestest.Explain(t, conn, statement) {
			used = append(used, plan.Indexes()...)
			for _, fault := range plan.Faults() {
				t.Errorf("%s, %s, the plan %s\n%s", name, kind, fault, statement.SQL)
			}
		}
	}
	for _, index := range indexes {
		if !slices.Contains(used, index) {
			t.Errorf("%s does not use %s, but %q", name, index, used)
		}
	}
}
