package seed_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/deploy/process"
	"github.com/weftql/weft/deploy/seed"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

func TestMain(m *testing.M) {
	process.Guard()
	os.Exit(m.Run())
}

// query returns the only value of a row.
func query[T any](t *testing.T, url, sql string) (value T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// exec runs statements.
func exec(t *testing.T, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// contents is a digest of all rows of the tables that are filled.
const contents = `select md5(string_agg(x, ',' order by x)) from (
	select l::text from todo_lists l union all select m::text from list_members m
	union all select g::text from tags g union all select t::text from todos t
	union all select a::text from todo_assignees a union all select g::text from todo_tags g
	union all select concat_ws('|', list_id, todo_id, type, version, actor_id, at, data) from domain_events) as rows (x)`

// accounts is a digest of all rows of the users service, but for the moment from which
// digests are sent: that is when the rows are made.
const accounts = `select md5(string_agg(x, ',' order by x)) from (
	select u::text from users u union all select s::text from sessions s union all select t::text from refresh_tokens t
	union all select o::text from one_time_tokens o union all select (to_jsonb(n) - 'digest_from')::text from notification_settings n
	union all select a::text from login_attempts a union all select l::text from audit_log l) as rows (x)`

// structure is everything that loading removes and puts back.
const structure = `select string_agg(x, E'\n' order by x) from (
	select pg_get_indexdef(indexrelid) from pg_index where indrelid::regclass::text !~ '^(pg_|river|goose)'
	union all select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint where contype in ('f', 'p')) as definitions (x)`

// wantAudited verifies the chain of the audit log.
func wantAudited(t *testing.T, url string, want int64) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if entries, _, err := userspostgres.VerifyAudit(t.Context(), pool); entries != want || err != nil {
		t.Errorf("%d entries of the audit log hold, want %d: %v", entries, want, err)
	}
}

func TestMake(t *testing.T) {
	t.Parallel()
	cluster, err := postgres.StartDisposable(t.Context(), postgres.Source(os.Getenv("WEFT_POSTGRES")), filepath.Join(t.TempDir(), "cache"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	var said []string
	server := cluster.URL("postgres")
	seeded := func(size int) (seed.Databases, error) {
		said = nil
		return seed.Make(t.Context(), seed.Config{Server: server, Size: size, Notify: func(sentence string) { said = append(said, sentence) }})
	}
	mustMake := func(size int) seed.Databases {
		t.Helper()
		databases, err := seeded(size)
		if err != nil {
			t.Fatal(err)
		}
		return databases
	}

	databases := mustMake(2_000)
	if n := query[int](t, databases.Todos, `select count(*)::int from todos`); n != 2_000 {
		t.Errorf("%d todos", n)
	}
	// Whoever is anywhere in todos is there in users.
	people := query[string](t, databases.Users, `select string_agg(id::text, ',' order by id) from users`)
	strangers := fmt.Sprintf(`select count(*)::int from (select owner_id from todo_lists union select user_id from list_members
		union select user_id from todo_assignees union select creator_id from todos union select actor_id from domain_events) as all_people (id)
		where not id::text = any(string_to_array('%s', ','))`, people)
	if n := query[int](t, databases.Todos, strangers); n != 0 {
		t.Errorf("%d people have no account", n)
	}
	before, shape := query[string](t, databases.Todos, contents), query[string](t, databases.Todos, structure)
	people = query[string](t, databases.Users, accounts)
	for _, part := range []string{"todos_search", "todos_list_created", "REFERENCES todo_lists", "PRIMARY KEY"} {
		if !strings.Contains(shape, part) {
			t.Errorf("there is no %s in\n%s", part, shape)
		}
	}

	mustMake(2_000)
	if len(said) != 2 || !strings.Contains(said[0], "is there already") {
		t.Errorf("the second time: %q", said)
	}
	mustMake(1_000)
	databases = mustMake(2_000)
	if after := query[string](t, databases.Todos, contents); after != before {
		t.Error("the same size gives other rows")
	}
	if after := query[string](t, databases.Users, accounts); after != people {
		t.Error("the same size gives other accounts")
	}
	wantAudited(t, databases.Users, 3*400)
	if after := query[string](t, databases.Todos, structure); after != shape {
		t.Errorf("the indexes and keys are others:\n%s\nwant\n%s", after, shape)
	}

	// What was interrupted is made anew.
	exec(t, server, `comment on database weft_todos is 'made by make seed: loading'`)
	exec(t, databases.Todos, `delete from todo_tags`)
	exec(t, server, `comment on database weft_users is 'made by make seed: 2000 todos, schema 000000000000'`)
	exec(t, databases.Users, `drop table notification_settings`)
	databases = mustMake(2_000)
	if after := query[string](t, databases.Users, accounts); after != people {
		t.Error("what was made with another schema is not made anew")
	}
	if after := query[string](t, databases.Todos, contents); after != before {
		t.Error("what was interrupted is not made anew")
	}

	// A database of somebody else is left alone, and so is the other one.
	exec(t, server, `comment on database weft_users is null`)
	exec(t, databases.Todos, `delete from todo_tags`)
	if _, err := seeded(1_000); err == nil || !strings.Contains(err.Error(), "weft_users that make seed did not make; nothing was changed") {
		t.Errorf("error %v", err)
	}
	if n := query[int](t, databases.Todos, `select count(*)::int from todo_tags`); n != 0 {
		t.Error("the other database was changed")
	}
	if n := query[int](t, databases.Users, `select count(*)::int from users`); n != 400 {
		t.Errorf("%d users are left", n)
	}
	for _, size := range []int{0, seed.MinSize - 1, seed.MaxSize + 1} {
		if _, err := seeded(size); err == nil {
			t.Errorf("a size of %d is accepted", size)
		}
	}
}
