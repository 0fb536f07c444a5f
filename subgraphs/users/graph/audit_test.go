package graph_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weftql/weft/schema/identity"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// fillAudit has several people fail to change their passwords at the same time, n
// times in all.
func fillAudit(t *testing.T, b *bundle, callers []identity.Claims, n int) {
	t.Helper()
	done := make(chan []string)
	for i := range n {
		go func() {
			done <- b.Do(t, callers[i%len(callers)], `mutation { changePassword(currentPassword: "wrong", newPassword: "another horse battery") { ok } }`, nil).Codes()
		}()
	}
	for range n {
		if codes := <-done; codes != nil {
			t.Fatalf("codes %v", codes)
		}
	}
}

func TestAuditChainHoldsUnderConcurrency(t *testing.T) {
	t.Parallel()
	b := setup(t)
	callers := []identity.Claims{b.register(t, "ada@example.com"), b.register(t, "bob@example.com"), b.register(t, "eve@example.com")}
	fillAudit(t, b, callers, 30)
	b.clock.advance(40 * 24 * time.Hour) // into another partition
	fillAudit(t, b, callers, 10)
	entries, last, err := userspostgres.VerifyAudit(t.Context(), b.pool)
	if err != nil || entries < 40 {
		t.Fatalf("%d entries, %v", entries, err)
	}
	var partitions int
	if err := b.pool.QueryRow(t.Context(), `select count(*) from pg_inherits where inhparent = 'audit_log'::regclass and exists (select from audit_log)`).Scan(&partitions); err != nil || partitions != 2 {
		t.Errorf("%d partitions, want 2, %v", partitions, err)
	}
	// The log goes on where it ended.
	fillAudit(t, b, callers, 1)
	if after, next, err := userspostgres.VerifyAudit(t.Context(), b.pool); err != nil || after != entries+1 || next == last {
		t.Errorf("%d entries after %d, %v", after, entries, err)
	}
}

func TestAuditLogRefusesChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	fillAudit(t, b, []identity.Claims{b.register(t, "ada@example.com")}, 3)
	var partition string
	if err := b.pool.QueryRow(t.Context(), `select tableoid::regclass::text from audit_log limit 1`).Scan(&partition); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"audit_log", partition} {
		for _, statement := range []string{
			"update %s set action = 'x'", "update %s set at = at + interval '2 months'", "delete from %s", "truncate %s", "truncate %s cascade",
			"insert into %s select * from audit_log on conflict (at, id) do update set action = 'x'",
		} {
			_, err := b.pool.Exec(t.Context(), fmt.Sprintf(statement, table))
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || refused.Code != "23001" {
				t.Errorf("%s: %v", fmt.Sprintf(statement, table), err)
			}
		}
	}
	if _, _, err := userspostgres.VerifyAudit(t.Context(), b.pool); err != nil {
		t.Error(err)
	}
}

// TestVerifyAuditNamesTheFirstBrokenLink changes the log as somebody could who owns
// the database and puts the triggers aside.
func TestVerifyAuditNamesTheFirstBrokenLink(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, change, want string }{
		{"nothing", `select 1`, ""},
		{"an action", `update audit_log set action = 'x' where seq = 4`, "entry 4 (.* at .*): it was changed"},
		{"a moment", `update audit_log set at = at + interval '1 microsecond' where seq = 4`, "entry 4 .*: it was changed"},
		{"an actor", `update audit_log set actor_id = null where seq = 4`, "entry 4 .*: it was changed"},
		{"an address", `update audit_log set address = '192.0.2.1' where seq = 4`, "entry 4 .*: it was changed"},
		{"an outcome", `update audit_log set outcome = 'SUCCESS' where seq = 4`, "entry 4 .*: it was changed"},
		{"a word moved from one field to the next", `update audit_log set detail = '', address = detail where seq = 4`, "entry 4 .*: it was changed"},
		{"a hash", `update audit_log set hash = sha256('x') where seq = 4`, "entry 4 .*: it was changed"},
		{"a row that is gone", `delete from audit_log where seq = 4`, "entry 5 .*: the entry before it, number 4, is missing"},
		{"the first row", `delete from audit_log where seq = 1`, "entry 2 .*: the entry before it, number 1, is missing"},
		{"the last rows", `delete from audit_log where seq > 4`, "entry 5: it is missing, and so is everything up to number 6"},
		{"the last rows and the end", `delete from audit_log where seq > 4; update audit_head set seq = 4`, "entry 4: it is not the one with which the chain ended"},
		{"everything", `delete from audit_log`, "entry 1: it is missing"},
		{"the end", `delete from audit_head`, "the end of the chain"},
		{"two rows that changed places", `update audit_log set seq = 9 - seq where seq in (4, 5)`, "entry 4 .*: it was not written after"},
		{
			"a row that was copied", `insert into audit_log select seq, gen_random_uuid(), at, actor_id, action, target_id, detail, address, user_agent, request_id, outcome, previous, hash from audit_log where seq = 4`,
			"entry 4 .*: (it was changed|its number is there twice)",
		},
		{
			"a row before the first", `insert into audit_log select 0, gen_random_uuid(), at, actor_id, action, target_id, detail, address, user_agent, request_id, outcome, previous, hash from audit_log where seq = 4`,
			"some are not in the chain",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for range 6 {
				if _, err := b.pool.Exec(t.Context(), `select audit_append(gen_random_uuid(), now(), gen_random_uuid(), 'a.b', 'x', 'y', '', '', '', 'DENIED')`); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.pool.Exec(t.Context(), `set session_replication_role = replica; `+c.change+`; set session_replication_role = default`); err != nil {
				t.Fatal(err)
			}
			_, _, err := userspostgres.VerifyAudit(t.Context(), b.pool)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var broken *userspostgres.BrokenAuditError
			if !errors.As(err, &broken) || !matches(c.want, err.Error()) {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.makeAdmin(t, "root@example.com")
	ada, bob := b.register(t, "ada@example.com"), b.register(t, "bob@example.com")
	for _, caller := range []identity.Claims{ada, bob} {
		caller.Address, caller.UserAgent = "192.0.2.7", "Browser\n1\x00"+strings.Repeat("é", 300)
		b.clock.advance(time.Second)
		b.Do(t, caller, `mutation { changePassword(currentPassword: "wrong", newPassword: "another horse battery") { ok } }`, nil).WantCodes(t)
	}
	b.clock.advance(time.Second)
	b.Do(t, root, fmt.Sprintf(`mutation { setUserRoles(userId: %q, roles: [ADMIN]) { errors { code } } }`, ada.Subject), nil).WantCodes(t)

	read := func(args string) (actions []string, end string) {
		t.Helper()
		response := b.Do(t, root, `{ auditLog(`+args+`) { pageInfo { endCursor } edges { node { action actor { id } targetId outcome } } } }`, nil)
		response.WantCodes(t)
		var data struct {
			AuditLog struct {
				PageInfo struct{ EndCursor string }
				Edges    []struct {
					Node struct {
						Action, TargetID, Outcome string
						Actor                     struct{ ID string }
					}
				}
			}
		}
		response.Decode(t, &data)
		names := map[string]string{root.Subject: "root", ada.Subject: "ada", bob.Subject: "bob"}
		for _, edge := range data.AuditLog.Edges {
			actions = append(actions, names[edge.Node.Actor.ID]+" "+edge.Node.Action+" "+names[edge.Node.TargetID]+" "+edge.Node.Outcome)
		}
		return actions, data.AuditLog.PageInfo.EndCursor
	}
	set, byBob, byAda := "root roles.set ada SUCCESS", "bob password.change bob DENIED", "ada password.change ada DENIED"
	for _, c := range []struct {
		args string
		want []string
	}{
		{`action: "password.change"`, []string{byBob, byAda}},
		{fmt.Sprintf(`actorId: %q, action: "password.change"`, ada.Subject), []string{byAda}},
		{fmt.Sprintf(`targetId: %q, first: 2`, ada.Subject), []string{set, byAda}},
		{fmt.Sprintf(`actorId: %q, targetId: %q`, root.Subject, ada.Subject), []string{set}},
		{`actorId: "usr_x"`, nil},
		{`actorId: ""`, nil},
		{`action: "nothing.at-all"`, nil},
		{`first: 1`, []string{set}},
	} {
		if got, _ := read(c.args); !cmp.Equal(c.want, got) {
			t.Errorf("%s: %v, want %v", c.args, got, c.want)
		}
	}
	_, end := read(`first: 1`)
	if got, _ := read(`first: 1, after: "` + end + `"`); !cmp.Equal([]string{byBob}, got) {
		t.Errorf("the page after: %v", got)
	}
	if got, _ := read(`last: 1, before: "` + end + `"`); got != nil {
		t.Errorf("the page before: %v", got)
	}
	for _, args := range []string{`action: "a\u0000"`, `targetId: "` + strings.Repeat("x", 65) + `"`, `first: 101`, `after: "AAAA"`} {
		b.Do(t, root, `{ auditLog(`+args+`) { edges { cursor } } }`, nil).WantCodes(t, "BAD_USER_INPUT")
	}
	_, end = read(`action: "password.change", first: 1`)
	if got, _ := read(`action: "password.change", after: "` + end + `"`); !cmp.Equal([]string{byAda}, got) {
		t.Errorf("the page after, filtered: %v", got)
	}
	for _, c := range []struct {
		caller identity.Claims
		args   string
	}{
		{root, `first: 1`},
		{root, `action: "roles.set"`},
		{root, `targetId: "password.change"`},
		{root, fmt.Sprintf(`action: "password.change", actorId: %q`, ada.Subject)},
		{admin, `action: "password.change"`},
	} {
		b.Do(t, c.caller, fmt.Sprintf(`{ auditLog(%s, after: %q) { edges { cursor } } }`, c.args, end), nil).WantCodes(t, "BAD_USER_INPUT")
	}
	response := b.Do(t, root, `{ auditLog(action: "password.change", first: 1) { edges { node { id at detail address userAgent requestId } } } }`, nil)
	if text := string(response.Data); !matches(`"id":"aud_.{26}","at":"20.*Z","detail":"wrong password","address":"192.0.2.7","userAgent":"Browser1é{124}","requestId":"test.`, text) {
		t.Errorf("entry %s", text)
	}
}

// TestAuditOutcomes has the table take what the schema declares, and nothing else.
func TestAuditOutcomes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for outcome, code := range map[string]string{"SUCCESS": "", "DENIED": "", "FAILURE": "23514", "": "23514"} {
		_, err := b.pool.Exec(t.Context(), `select audit_append(gen_random_uuid(), now(), null, 'a.b', null, '', '', '', '', $1)`, outcome)
		var refused *pgconn.PgError
		if errors.As(err, &refused); (err == nil) != (code == "") || err != nil && (refused == nil || refused.Code != code) {
			t.Errorf("%q: %v, want code %q", outcome, err, code)
		}
	}
}
