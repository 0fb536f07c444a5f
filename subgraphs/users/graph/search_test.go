package graph_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/postgres/postgrestest"
)

// people writes accounts with the names, each a second younger than the one
// before, and addresses NUMBER@example.com.
func (b *bundle) people(t *testing.T, names ...string) {
	t.Helper()
	for i, name := range names {
		if _, err := b.pool.Exec(t.Context(), `insert into users (id, email, email_key, password_hash, display_name, time_zone, created_at)
			values ($1, $2, $2, '', $3, 'UTC', timestamptz '2026-01-01' + make_interval(secs => $4))`,
			id.New(), fmt.Sprintf("%d@example.com", i), name, i); err != nil {
			t.Fatal(err)
		}
	}
}

// search returns the names of a page and its cursors.
func (b *bundle) search(t *testing.T, args string) (names []string, start, end string, total int) {
	t.Helper()
	response := b.Do(t, admin, `{ users(`+args+`) { totalCount pageInfo { startCursor endCursor } edges { node { displayName } } } }`, nil)
	response.WantCodes(t)
	var data struct {
		Users struct {
			TotalCount int
			PageInfo   struct{ StartCursor, EndCursor string }
			Edges      []struct{ Node struct{ DisplayName string } }
		}
	}
	response.Decode(t, &data)
	for _, edge := range data.Users.Edges {
		names = append(names, edge.Node.DisplayName)
	}
	return names, data.Users.PageInfo.StartCursor, data.Users.PageInfo.EndCursor, data.Users.TotalCount
}

func TestUsersSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.people(t, "Ada Lovelace", "bob", "Cara 100%", "Dan_Brown", "adam", `Back\slash`)
	if _, err := b.pool.Exec(t.Context(), `update users set roles = '{USER,ADMIN}' where display_name = 'bob';
		update users set status = 'SUSPENDED' where display_name like 'ad%'; update users set status = 'DELETED' where display_name like 'Dan%'`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		want []string
	}{
		{`filter: {search: "ada"}, orderBy: {field: DISPLAY_NAME, direction: ASC}`, []string{"Ada Lovelace", "adam"}},
		{`filter: {search: " ADA "}, orderBy: {field: DISPLAY_NAME}`, []string{"adam", "Ada Lovelace"}},
		{`filter: {search: "2@EXAMPLE"}`, []string{"Cara 100%"}},
		{`filter: {search: "00%"}`, []string{"Cara 100%"}},
		{`filter: {search: "%00"}`, nil},
		{`filter: {search: "n_b"}`, []string{"Dan_Brown"}},
		{`filter: {search: "a_a"}`, nil},
		{`filter: {search: "k\\s"}`, []string{`Back\slash`}},
		{`filter: {search: "'; drop table users; --"}`, nil},
		{`filter: {role: ADMIN}`, []string{"bob"}},
		{`filter: {role: USER}, first: 2`, []string{`Back\slash`, "adam"}},
		{`filter: {status: SUSPENDED}`, []string{"adam"}},
		{`filter: {status: DELETED}`, []string{"Dan_Brown"}},
		{`filter: {status: PENDING, search: "ada"}`, []string{"Ada Lovelace"}},
		{`filter: {status: PENDING, search: "ada", role: ADMIN}`, nil},
		{`filter: null, orderBy: null, first: 1`, []string{`Back\slash`}},
		{`orderBy: {}, first: 1`, []string{`Back\slash`}},
		{`orderBy: {direction: ASC}, first: 2`, []string{"Ada Lovelace", "bob"}},
		{`orderBy: {field: DISPLAY_NAME, direction: ASC}`, []string{"Ada Lovelace", "adam", `Back\slash`, "bob", "Cara 100%", "Dan_Brown"}},
	} {
		names, _, _, total := b.search(t, c.args)
		if diff := cmp.Diff(c.want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.args, diff)
		}
		if !strings.Contains(c.args, "first") && total != len(c.want) {
			t.Errorf("%s: totalCount %d, want %d", c.args, total, len(c.want))
		}
	}
	for _, args := range []string{
		`filter: {search: "ab"}`, `filter: {search: "  a  "}`, `filter: {search: ""}`, `filter: {search: "a\u0000bc"}`,
		`filter: {search: "` + strings.Repeat("x", 101) + `"}`,
	} {
		b.Do(t, admin, `{ users(`+args+`) { edges { cursor } } }`, nil).WantCodes(t, "BAD_USER_INPUT")
	}
}

// TestUsersPagesInEveryOrder walks through everybody forwards and backwards, also
// past equal names.
func TestUsersPagesInEveryOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.people(t, "ada", "Bob", "bob", "BOB", "cara", "dan", "Ada")
	for _, order := range []string{`{direction: ASC}`, `{direction: DESC}`, `{field: DISPLAY_NAME, direction: ASC}`, `{field: DISPLAY_NAME}`} {
		t.Run(order, func(t *testing.T) {
			all, _, _, _ := b.search(t, `orderBy: `+order)
			var forwards, backwards []string
			for after := ""; ; {
				names, _, end, _ := b.search(t, fmt.Sprintf(`orderBy: %s, first: 2, after: %q`, order, after))
				if names == nil {
					break
				}
				forwards, after = append(forwards, names...), end
			}
			for before := ""; ; {
				names, start, _, _ := b.search(t, fmt.Sprintf(`orderBy: %s, last: 2, before: %q`, order, before))
				if names == nil {
					break
				}
				backwards, before = append(names, backwards...), start
			}
			if diff := cmp.Diff(all, forwards); diff != "" || len(all) != 7 {
				t.Errorf("forwards (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(all, backwards); diff != "" {
				t.Errorf("backwards (-want +got):\n%s", diff)
			}
		})
	}
	_, _, end, _ := b.search(t, `filter: {search: "ada", status: PENDING}, first: 1`)
	b.search(t, fmt.Sprintf(`filter: {search: " ada ", status: PENDING}, after: %q`, end)) // the same filter
	other := admin
	other.Subject = "usr_00000000000000000000000001"
	for _, c := range []struct {
		caller identity.Claims
		args   string
	}{
		{admin, `filter: {search: "ada", status: PENDING}, orderBy: {field: DISPLAY_NAME}`},
		{admin, `filter: {search: "ada", status: PENDING}, orderBy: {direction: ASC}`},
		{admin, `filter: {search: "adam", status: PENDING}`},
		{admin, `filter: {search: "ada", status: ACTIVE}`},
		{admin, `filter: {search: "ada", role: USER, status: PENDING}`},
		{admin, `filter: {search: "ada"}`},
		{admin, `first: 2`},
		{other, `filter: {search: "ada", status: PENDING}`},
	} {
		b.Do(t, c.caller, fmt.Sprintf(`{ users(%s, after: %q) { edges { cursor } } }`, c.args, end), nil).WantCodes(t, "BAD_USER_INPUT")
	}
}

// TestSearchesUseTheirIndexes asks the planner about each statement that a search
// runs, on 50,000 accounts.
func TestSearchesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if _, err := b.pool.Exec(t.Context(), `set statement_timeout = 0;
		insert into users (id, email, email_key, password_hash, display_name, time_zone, status, roles, created_at)
		select gen_random_uuid(), n || '@example.com', n || '@example.com', '', 'Person ' || md5(n::text), 'UTC',
			case when n % 100 = 0 then 'SUSPENDED' else 'ACTIVE' end, case when n % 1000 = 0 then '{USER,ADMIN}'::text[] else '{USER}' end,
			timestamptz '2026-01-01' + make_interval(secs => n)
		from generate_series(1, 50000) n;
		reset statement_timeout`); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := b.pool.Exec(t.Context(), `select audit_append(gen_random_uuid(), '2026-01-20', gen_random_uuid(), 'a.b', 'x', '', '', '', '', 'SUCCESS')`); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.pool.Exec(t.Context(), `set session_replication_role = replica; set statement_timeout = 0;
		insert into audit_log select n, gen_random_uuid(), timestamptz '2026-01-20' - make_interval(secs => n), md5((n % 500)::text)::uuid, 'a.' || n % 20, 'usr_' || n % 500, '', '', '', '', 'SUCCESS', previous, hash
			from audit_log, generate_series(4, 20000) n where seq = 1;
		set session_replication_role = default; analyze users; analyze audit_log; reset statement_timeout`); err != nil {
		t.Fatal(err)
	}
	_, _, byTime, _ := b.search(t, `first: 50`)
	_, _, byName, _ := b.search(t, `orderBy: {field: DISPLAY_NAME}, first: 50`)
	_, _, suspended, _ := b.search(t, `filter: {status: SUSPENDED}, first: 50`)
	for _, c := range []struct{ query, index string }{
		{`users(first: 20)`, "users_created"},
		{fmt.Sprintf(`users(first: 20, after: %q)`, byTime), "users_created"},
		{fmt.Sprintf(`users(last: 20, before: %q)`, byTime), "users_created"},
		{`users(orderBy: {direction: ASC})`, "users_created"},
		{`users(orderBy: {field: DISPLAY_NAME})`, "users_name"},
		{fmt.Sprintf(`users(orderBy: {field: DISPLAY_NAME}, after: %q)`, byName), "users_name"},
		{`users(filter: {search: "1234@example"})`, "users_search"},
		{`users(filter: {search: "abcdef"}, orderBy: {field: DISPLAY_NAME})`, "users_search"},
		{`users(filter: {status: PENDING})`, "users_status"},
		{fmt.Sprintf(`users(filter: {status: SUSPENDED}, after: %q)`, suspended), "users_status"},
		{`users(filter: {role: ADMIN})`, "users_admins"},
		{`auditLog(first: 20)`, "audit_log_...._.._pkey"},
		{`auditLog(actorId: "usr_7zzzzzzzzzzzzzzzzzzzzzzzzr")`, "actor_id"},
		{`auditLog(action: "a.7")`, "action_"},
		{`auditLog(targetId: "usr_7")`, "target_id"},
	} {
		b.explain(t, c.query, c.index)
	}
}

// TestMutationsUseIndexes asks the planner about each statement of the mutations of
// accounts, where there are many accounts, sessions and tokens.
func TestMutationsUseIndexes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.recorder.all = map[string][]any{}
	root, other := b.makeAdmin(t, "root@example.com"), b.makeAdmin(t, "other@example.com")
	ada, eve := b.signUp(t, "ada@example.com").claims(t), b.signUp(t, "eve@example.com").claims(t)
	if _, err := b.pool.Exec(t.Context(), `set statement_timeout = 0;
		insert into users (id, email, email_key, password_hash, display_name, time_zone, status)
			select gen_random_uuid(), n || '@example.com', n || '@example.com', '', 'Person', 'UTC', 'ACTIVE' from generate_series(1, 20000) n;
		insert into sessions (id, user_id, created_at, last_used_at, expires_at) select gen_random_uuid(), id, now(), now(), now() + interval '1 day' from users;
		insert into one_time_tokens select sha256(id::text::bytea), 'RESET', id, now(), now() + interval '1 day' from users;
		insert into notification_settings select id, true, true, 'NEVER', 8 from users;
		analyze users; analyze sessions; analyze one_time_tokens; analyze notification_settings; reset statement_timeout`); err != nil {
		t.Fatal(err)
	}
	clear(b.recorder.all)
	verify, reset := b.verificationToken(t, eve), b.resetToken(t, "eve@example.com")
	for _, c := range []struct {
		caller   identity.Claims
		mutation string
	}{
		{ada, `resendVerification { ok }`},
		{ada, `updateProfile(input: {displayName: "Ada"}) { user { notificationSettings { digestHour } } }`},
		{ada, `updateNotificationSettings(input: {digestHour: 1}) { user { notificationSettings { digestHour } } }`},
		{ada, fmt.Sprintf(`changePassword(currentPassword: %q, newPassword: "another horse battery") { ok }`, rightPassword)},
		{ada, `login(input: {email: "ada@example.com", password: "another horse battery"}) { user { id } }`},
		{eve, fmt.Sprintf(`verifyEmail(token: %q) { user { id } }`, verify)},
		{eve, fmt.Sprintf(`resetPassword(token: %q, newPassword: "another horse battery") { ok }`, reset)},
		{eve, `requestPasswordReset(email: "eve@example.com") { ok }`},
		{root, fmt.Sprintf(`setUserRoles(userId: %q, roles: []) { user { id } }`, other.Subject)},
		{root, fmt.Sprintf(`setUserStatus(userId: %q, status: SUSPENDED) { user { id } }`, eve.Subject)},
		{ada, `deleteAccount(password: "another horse battery") { ok }`},
	} {
		response := b.Do(t, c.caller, `mutation { it: `+c.mutation+` }`, nil)
		if text := string(response.Data); !strings.Contains(text, `"ok":true`) && !strings.Contains(text, `"id":"usr_`) && !strings.Contains(text, `"digestHour"`) {
			t.Errorf("%s: %s %v", c.mutation, text, response.Errors)
		}
	}
	b.recorder.mu.Lock()
	statements := maps.Clone(b.recorder.all)
	b.recorder.mu.Unlock()
	looked := 0
	for sql, args := range statements {
		if first, _, _ := strings.Cut(strings.TrimSpace(sql), " "); !slices.Contains([]string{"select", "insert", "update", "delete", "with"}, strings.TrimSpace(first)) || strings.Contains(sql, "river") {
			continue
		}
		looked++
		if plan := b.plan(t, sql, args); matches(`Seq Scan on (users|sessions|one_time_tokens|notification_settings|audit_log)`, plan) {
			t.Errorf("a table is read as a whole:\n%s\n%s", sql, plan)
		}
	}
	if looked < 15 {
		t.Errorf("only %d statements were looked at", looked)
	}
}

// explain runs a query of a connection and checks that its statement reads by an
// index, as the planner says, and no table as a whole.
func (b *bundle) explain(t *testing.T, query, index string) {
	t.Helper()
	b.recorder.last.Store(nil)
	b.Do(t, admin, `{ `+query+` { edges { node { id } } } }`, nil).WantCodes(t)
	statement := b.recorder.last.Load()
	if statement == nil {
		t.Fatalf("%s runs no statement", query)
	}
	plan := b.plan(t, statement.SQL, statement.Args)
	if !matches(index, plan) || strings.Contains(plan, "Seq Scan") {
		t.Errorf("%s does not use %s alone:\n%s\n%s", query, index, statement.SQL, plan)
	}
}

// plan returns how the database means to run a statement.
func (b *bundle) plan(t *testing.T, sql string, args []any) string {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `explain `+sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return strings.Join(lines, "\n")
}

// recorder counts statements and keeps the last one with its arguments, and all
// different ones if all is set.
type recorder struct {
	*postgrestest.Statements
	last atomic.Pointer[pgx.TraceQueryStartData]

	mu  sync.Mutex
	all map[string][]any
}

// TraceQueryStart implements pgx.QueryTracer.
func (r *recorder) TraceQueryStart(ctx context.Context, conn *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	r.last.Store(&data)
	r.mu.Lock()
	if r.all != nil {
		r.all[data.SQL] = data.Args
	}
	r.mu.Unlock()
	return r.Statements.TraceQueryStart(ctx, conn, data)
}
