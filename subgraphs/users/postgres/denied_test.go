package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/users"
	"github.com/weftql/weft/subgraphs/users/postgres"
)

// failedLogins are those of the audit log, oldest first, as "ADDRESS: DETAIL".
func (b *bundle) failedLogins(t *testing.T) (entries []string) {
	t.Helper()
	if err := b.pool.QueryRow(t.Context(), `select coalesce(array_agg(address || ': ' || detail order by seq), '{}') from audit_log
		where action = 'session.begin' and outcome = 'DENIED' and actor_id is null and target_id like 'usr_%' and request_id = 'r.1'`).Scan(&entries); err != nil {
		t.Fatal(err)
	}
	return entries
}

// fail tries to log in and has to be refused like everybody.
func (b *bundle) fail(t *testing.T, address, email, password string) {
	t.Helper()
	viewer := users.Viewer{ID: "usr_00000000000000000000000000", Address: address, RequestID: "r.1"}
	_, err := b.Login(t.Context(), viewer, users.LoginInput{Email: email, Password: password})
	if code(err) != users.CodeInvalidCredentials && code(err) != users.CodeRateLimited {
		t.Errorf("login of %s: %v", email, err)
	}
}

// TestFailedLoginsAreAudited tries what the throttle lets through and more: what was
// about an account is written down, after the answers.
func TestFailedLoginsAreAudited(t *testing.T) {
	t.Parallel()
	b := setup(t, func(deps *postgres.Deps) { deps.Limits = postgres.Limits{PerEmail: 3} })
	for _, name := range []string{"ada", "eve", "bob"} {
		b.register(t, name+"@example.com")
	}
	b.advance(time.Hour)
	if _, err := b.pool.Exec(t.Context(), `update users set status = 'SUSPENDED' where email like 'eve%'; update users set status = 'DELETED' where email like 'bob%'`); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		b.fail(t, "192.0.2.1", "ada@example.com", "wrong password")
		b.fail(t, "192.0.2.1", "nobody@example.com", "wrong password")
	}
	b.fail(t, "192.0.2.2", "eve@example.com", secret)
	b.fail(t, "192.0.2.2", "eve@example.com", "wrong password")
	b.fail(t, "192.0.2.3", "bob@example.com", secret)
	b.fail(t, "192.0.2.3", "bob@example.com", strings.Repeat("x", users.MaxPasswordBytes+1))
	if before := b.failedLogins(t); len(before) != 0 {
		t.Errorf("written before the answer: %q", before)
	}
	for range 2 { // nothing is written twice
		if err := b.AppendDenied(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"192.0.2.1: wrong password", "192.0.2.1: wrong password", "192.0.2.1: wrong password",
		"192.0.2.2: the account is SUSPENDED", "192.0.2.2: wrong password", "192.0.2.3: the account is DELETED", "192.0.2.3: wrong password",
	}
	if diff := cmp.Diff(want, b.failedLogins(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, _, err := postgres.VerifyAudit(t.Context(), b.pool); err != nil {
		t.Error(err)
	}
}

// TestFailedLoginsSurviveTheDatabase has the log refuse them for a while.
func TestFailedLoginsSurviveTheDatabase(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	b.register(t, "ada@example.com")
	for range 3 {
		b.fail(t, "192.0.2.1", "ada@example.com", "wrong password")
	}
	if _, err := b.pool.Exec(t.Context(), `alter table audit_head rename to away`); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the log must not repeat itself
		if err := b.AppendDenied(t.Context()); err == nil {
			t.Error("nothing is written, and nobody says so")
		}
	}
	if _, err := b.pool.Exec(t.Context(), `alter table away rename to audit_head`); err != nil {
		t.Fatal(err)
	}
	b.fail(t, "192.0.2.1", "ada@example.com", "wrong password")
	if err := b.AppendDenied(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.failedLogins(t); len(got) != 4 {
		t.Errorf("%d failed logins are written, want 4", len(got))
	}
	if log := b.log.String(); strings.Count(log, "failed logins wait") != 1 {
		t.Errorf("log:\n%s", log)
	}
}

// TestStoppingWritesFailedLogins ends Run behind the last answers.
func TestStoppingWritesFailedLogins(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	b.register(t, "ada@example.com")
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	for range 5 {
		b.fail(t, "192.0.2.1", "ada@example.com", "wrong password")
	}
	stop()
	running.Wait()
	if got := b.failedLogins(t); len(got) != 5 {
		t.Errorf("%d failed logins are written, want 5", len(got))
	}
}

// TestLogoutsAreAudited ends sessions by their tokens, once and again.
func TestLogoutsAreAudited(t *testing.T) {
	t.Parallel()
	b := setup(t, unchanged)
	first := b.register(t, "ada@example.com")
	second, err := b.Login(t.Context(), users.Viewer{}, users.LoginInput{Email: "ada@example.com", Password: secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []*users.Login{first, second, second} {
		if err := b.Logout(t.Context(), users.Viewer{Address: "192.0.2.1"}, *login.Tokens.RefreshToken); err != nil {
			t.Fatal(err)
		}
	}
	var entries []string
	if err := b.pool.QueryRow(t.Context(), `select array_agg(concat_ws(' ', outcome, target_id, address, actor_id = (select id from users)) order by seq)
		from audit_log where action = 'session.end' and detail like 'ses_%'`).Scan(&entries); err != nil {
		t.Fatal(err)
	}
	one := fmt.Sprintf("SUCCESS %s 192.0.2.1 t", first.User.ID)
	if diff := cmp.Diff([]string{one, one}, entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
