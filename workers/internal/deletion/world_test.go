package deletion_test

import (
	"context"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/postgres"
)

// world is a pair of databases with many people in them.
type world struct {
	urls         [2]string
	users, todos *pgxpool.Pool
}

// both opens databases.
func both(ctx context.Context, urls [2]string) (w world, err error) {
	w.urls = urls
	if w.users, err = postgres.Open(ctx, postgres.Config{URL: urls[0], Name: "test", MaxConns: 10}); err != nil {
		return w, err
	}
	w.todos, err = postgres.Open(ctx, postgres.Config{URL: urls[1], Name: "test", MaxConns: 10})
	return w, err
}

func setup(t *testing.T) world {
	t.Helper()
	w, err := both(t.Context(), [2]string{usersDatabases.Database(t), todosDatabases.Database(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.users.Close)
	t.Cleanup(w.todos.Close)
	return w
}

// person is somebody who has deleted the account, and appears wherever people do.
type person struct {
	key, friend uuid.UUID
	id          string // usr_…
	email, name string
	queue       string // of the deletion
}

func idOf(kind string, key uuid.UUID) string {
	return kind + "_" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(key[:])
}

// newPerson returns somebody who is not there yet.
func newPerson() person {
	p := person{key: uuid.Must(uuid.NewV7()), friend: uuid.Must(uuid.NewV7())}
	unique := strings.ReplaceAll(uuid.NewString(), "-", "")
	p.id, p.email, p.name, p.queue = idOf("usr", p.key), "Quilla."+unique+"@example.test", "Quilla "+unique, "q"+unique
	return p
}

// found are the tables in which a person's address and name are.
var found = []string{
	"todos: public.domain_events", "todos: public.idempotency_keys", "todos: public.tags", "todos: public.todo_lists", "todos: public.todos",
	"todos: river.river_job", "users: public.one_time_tokens", "users: public.users", "users: river.river_job",
}

// add writes a person who has just deleted the account, and everything of theirs.
func (w world) add(t *testing.T, p person) {
	t.Helper()
	alone, shared, todo, kept := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	execute(t, w.users, []statement{
		{`insert into users (id, email, email_key, password_hash, display_name, time_zone, status, avatar_url)
			values ($1, $2, lower($2), 'hash', $3, 'Asia/Jerusalem', 'DELETED', 'https://example.test/' || $3)`, []any{p.key, p.email, p.name}},
		{`insert into sessions (id, user_id, address, user_agent, created_at, last_used_at, expires_at, ended_at, end_reason)
			select gen_random_uuid(), $1, '192.0.2.1', 'Browser', now(), now(), now(), case when n = 1 then now() end, case when n = 1 then 'DELETED' end
			from generate_series(1, 2) n`, []any{p.key}},
		{`insert into refresh_tokens (hash, session_id, issued_at) select sha256(id::text::bytea), id, now() from sessions where user_id = $1`, []any{p.key}},
		{
			`insert into one_time_tokens (hash, kind, user_id, created_at, expires_at) values (substr($2::bytea, 1, 32), 'RESET', $1, now(), now())`,
			[]any{p.key, []byte(strings.ToLower(p.email))},
		},
		{`insert into notification_settings (user_id, email_assignments, email_shares, email_reminders, email_digest, digest_hour) values ($1, true, true, true, 'DAILY', 8)`, []any{p.key}},
		{`insert into notifications (id, user_id, key, kind, created_at) values (gen_random_uuid(), $1, $2, 'SECURITY', now())`, []any{p.key, "security-alert/" + p.id}},
		{`insert into account_deletions (user_id, step, status_before, asked_at, updated_at) values ($1, 'ASKED', 'ACTIVE', now(), now())`, []any{p.key}},
		{`insert into river.river_job (kind, queue, state, finalized_at, max_attempts, args, errors, metadata)
			select 'users.test', 'nobody', s::river.river_job_state, case when s = 'completed' then now() end, 9, jsonb_build_object('userId', $1::text),
				array[jsonb_build_object('error', 'no mail for ' || $2::text)], jsonb_build_object('name', $3::text)
			from unnest('{available,retryable,completed}'::text[]) s`, []any{p.id, p.email, p.name}},
		{
			`insert into river.river_job (kind, queue, state, max_attempts, args) values ('users.deletion', $2, 'available', 100, jsonb_build_object('userId', $1::text))`,
			[]any{p.id, p.queue},
		},
		{`select audit_append(gen_random_uuid(), now(), $1, 'account.delete', $2, '', '192.0.2.1', 'Browser', 'req', 'SUCCESS')`, []any{p.key, p.id}},
	})
	execute(t, w.todos, []statement{
		{`insert into todo_lists (id, name, owner_id) values ($1, 'list of ' || $4, $3), ($2, 'house', $3)`, []any{alone, shared, p.key, p.name}},
		{`insert into list_members (list_id, user_id, role) values ($1, $3, 'OWNER'), ($2, $3, 'OWNER'), ($2, $4, 'VIEWER')`, []any{alone, shared, p.key, p.friend}},
		{
			`insert into todos (id, list_id, title, description, creator_id) values ($1, $2, 'write to ' || $5, $6, $7), ($3, $4, 'paint', 'the house', $7)`,
			[]any{todo, alone, kept, shared, p.email, p.name, p.key},
		},
		{`insert into todo_assignees (todo_id, user_id, position, todo_created_at) values ($1, $3, 1, now()), ($2, $3, 1, now())`, []any{todo, kept, p.key}},
		{`insert into tags (id, list_id, name) values (gen_random_uuid(), $1, left($2, 50))`, []any{alone, p.name}},
		{`insert into idempotency_keys (user_id, key, request_hash, todo_id, created_at, expires_at) values ($1, $2, sha256('x'), $3, now(), now())`, []any{p.key, p.name, todo}},
		{`insert into domain_events (list_id, todo_id, type, version, actor_id, at, data) values
			($1, $2, 'TODO_CREATED', 1, $5, now(), jsonb_build_object('title', $6::text)), ($1, null, 'LIST_CREATED', 1, $5, now(), jsonb_build_object('name', $6::text)),
			($3, $4, 'TODO_CREATED', 1, $5, now(), '{}'), ($3, null, 'LIST_CREATED', 1, $5, now(), '{}')`, []any{alone, todo, shared, kept, p.key, p.name}},
		{`insert into river.river_job (kind, queue, max_attempts, args, errors) values ('todos.test', 'nobody', 9, jsonb_build_object('userId', $1::text),
			array[jsonb_build_object('error', 'no mail for ' || $2::text)])`, []any{p.id, p.email}},
	})
}

// statement is SQL with its arguments.
type statement struct {
	sql  string
	args []any
}

func execute(t *testing.T, pool *pgxpool.Pool, all []statement) {
	t.Helper()
	for _, one := range all {
		if _, err := pool.Exec(t.Context(), one.sql, one.args...); err != nil {
			t.Fatalf("%s: %v", one.sql, err)
		}
	}
}

// where returns the tables of both databases that hold the address or the name of a
// person, in any column and in whatever type: rows are searched as text, and what is
// bytes there as hexadecimal digits.
func (w world) where(t *testing.T, p person) (tables []string) {
	t.Helper()
	var needles []string
	for _, text := range []string{p.email, p.name} {
		needles = append(needles, "%"+strings.ToLower(text)+"%", fmt.Sprintf("%%%x%%", text[:20]), fmt.Sprintf("%%%x%%", strings.ToLower(text)[:20]))
	}
	for name, pool := range map[string]*pgxpool.Pool{"users": w.users, "todos": w.todos} {
		rows, err := pool.Query(t.Context(), `select table_schema || '.' || table_name from information_schema.tables
			where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`)
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(all) < 10 {
			t.Fatalf("%d tables, %v", len(all), err)
		}
		for _, table := range all {
			var is bool
			if err := pool.QueryRow(t.Context(), `select exists (select from only `+table+` r where lower(r::text) like any($1))`, needles).Scan(&is); err != nil {
				t.Fatal(err)
			}
			if is {
				tables = append(tables, name+": "+table)
			}
		}
	}
	slices.Sort(tables)
	return tables
}

// tell returns the only value of a query about a person.
func tell(t *testing.T, pool *pgxpool.Pool, query string, args ...any) (text string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `select (`+query+`)::text`, args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

// wantErased checks that nothing is left of a person, and that the friend has what
// was shared.
func (w world) wantErased(t *testing.T, p person, mails *outbox) {
	t.Helper()
	if tables := w.where(t, p); tables != nil {
		t.Errorf("the person is still in %v", tables)
	}
	for query, want := range map[string]string{
		`select step from account_deletions where user_id = $1`: "DONE",
		`select concat_ws(' ', email, email_key, password_hash, display_name, time_zone, avatar_url, roles, status, deleted_at is not null) from users where id = $1`: "Deleted user UTC {USER} DELETED t",
		`select (select count(*) from sessions where user_id = $1) + (select count(*) from one_time_tokens where user_id = $1) +
			(select count(*) from notification_settings where user_id = $1) + (select count(*) from notifications where user_id = $1)`: "0",
		`select string_agg(action, ' ' order by seq) from audit_log where (actor_id = $1 or target_id = (select target_id from audit_log where actor_id = $1))
			and action <> 'account.undo-delete'`: "account.delete account.erase",
	} {
		if got := tell(t, w.users, query, p.key); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if got := tell(t, w.users, `select string_agg(kind || ' ' || state, ', ') from river.river_job where args @> jsonb_build_object('userId', $1::text)`, p.id); got != "users.deletion completed" {
		t.Errorf("jobs: %s", got)
	}
	for query, want := range map[string]string{
		`select string_agg(l.name || ' ' || m.role || ' ' || (l.owner_id = $1), ' ') from list_members m join todo_lists l on l.id = m.list_id where m.user_id = $1`: "house OWNER true",
		`select count(*) from todos t join todo_lists l on l.id = t.list_id where l.owner_id = $1`:                                                                   "1",
	} {
		if got := tell(t, w.todos, query, p.friend); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if got := mails.to(p.email); got != 1 {
		t.Errorf("%d farewells", got)
	}
}

// wantUndone checks that a person has everything back.
func (w world) wantUndone(t *testing.T, p person, mails *outbox) {
	t.Helper()
	if diff := cmp.Diff(found, w.where(t, p)); diff != "" {
		// Tokens let somebody in who may have asked for the deletion: they stay away.
		if diff := cmp.Diff(slices.DeleteFunc(slices.Clone(found), func(s string) bool { return strings.HasSuffix(s, "one_time_tokens") }), w.where(t, p)); diff != "" {
			t.Errorf("the person is in (-want +got):\n%s", diff)
		}
	}
	for query, want := range map[string]string{
		`select step from account_deletions where user_id = $1`:                         "UNDONE",
		`select status || ' ' || email || ' ' || display_name from users where id = $1`: "ACTIVE " + p.email + " " + p.name,
	} {
		if got := tell(t, w.users, query, p.key); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		`select string_agg(state::text, ' ') from river.river_job where kind = 'users.deletion' and args->>'userId' = $1`:                                                                                                  "cancelled",
		`select string_agg(args->>'event' || ' ' || (select action from audit_log where target_id = $1 order by seq desc limit 1), ' ') from river.river_job where kind = 'users.security_alert' and args->>'userId' = $1`: "DELETION_FAILED account.undo-delete",
	} {
		if got := tell(t, w.users, query, p.id); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if got := mails.to(p.email); got != 0 {
		t.Errorf("%d farewells", got)
	}
}
