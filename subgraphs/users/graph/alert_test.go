package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// alerts returns the events that users are told of, oldest first, and the address
// that the audit log has for each.
func (b *bundle) alerts(t *testing.T) (events []string) {
	t.Helper()
	rows, err := b.pool.Query(t.Context(), `select args->>'event', args->>'entryId' from river.river_job where kind = $1 order by id`, users.SecurityAlertArgs{}.Kind())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var event, entryID string
		if err := rows.Scan(&event, &entryID); err != nil {
			t.Fatal(err)
		}
		events = append(events, event)
		entry, err := userspostgres.Entry(t.Context(), b.pool, entryID)
		if err != nil || entry.Address == nil || *entry.Address != browser.Address {
			t.Errorf("the entry of %s: %+v, %v", event, entry, err)
		}
	}
	return events
}

func TestLoginFromAnotherDeviceIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.signUp(t, "ada@example.com")
	login := func(agent string, want ...string) {
		t.Helper()
		b.clock.advance(time.Second)
		caller := browser
		caller.UserAgent = agent
		response := b.Do(t, caller, loginMutation, map[string]any{"in": map[string]any{"email": "ada@example.com", "password": rightPassword}})
		if !strings.Contains(string(response.Data), "accessToken") {
			t.Fatalf("login: %s", response.Data)
		}
		if diff := cmp.Diff(want, b.alerts(t)); diff != "" {
			t.Errorf("alerts after a login from %s (-want +got):\n%s", agent, diff)
		}
	}
	login(browser.UserAgent)
	login(strings.ReplaceAll(browser.UserAgent, "144", "145")) // a newer version of the same
	login("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0", "NEW_DEVICE")
	login(browser.UserAgent, "NEW_DEVICE")
	login("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0", "NEW_DEVICE")
	login("", "NEW_DEVICE", "NEW_DEVICE")
}

func TestReusedTokenIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signUp(t, "ada@example.com")
	b.wantRefreshed(t, first.RefreshToken)
	b.clock.advance(time.Minute)
	b.wantRefused(t, "a used token", first.RefreshToken)
	b.wantRefused(t, "a used token of an ended session", first.RefreshToken)
	if diff := cmp.Diff([]string{"TOKEN_REUSED"}, b.alerts(t)); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"session.reuse-token DENIED"}, b.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestRevokedSessionsAreAudited(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, root := b.signUp(t, "ada@example.com").claims(t), b.makeAdmin(t, "root@example.com")
	revoke := fmt.Sprintf(`mutation { revokeSession(input: {sessionId: %q}) { errors { code } } }`, ada.Session)
	b.Do(t, root, revoke, nil).WantData(t, `{"revokeSession":{"errors":[]}}`)
	b.Do(t, root, revoke, nil).WantData(t, `{"revokeSession":{"errors":[{"code":"NOT_FOUND"}]}}`)
	b.logIn(t, "ada@example.com")
	b.Do(t, ada, `mutation { revokeAllSessions { revoked } }`, nil).WantData(t, `{"revokeAllSessions":{"revoked":1}}`)
	b.Do(t, ada, `mutation { revokeAllSessions { revoked } }`, nil).WantData(t, `{"revokeAllSessions":{"revoked":0}}`)
	if diff := cmp.Diff([]string{"session.revoke SUCCESS", "session.revoke SUCCESS"}, b.audited(t)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
	key, err := id.Parse(id.User, root.Subject)
	if err != nil {
		t.Fatal(err)
	}
	var target string
	if err := b.pool.QueryRow(t.Context(), `select target_id from audit_log where actor_id = $1 and action = 'session.revoke'`, key).Scan(&target); err != nil || target != ada.Subject {
		t.Errorf("the administrator's entry is about %s, %v", target, err)
	}
}

// TestPasswordsCannotBeGuessedFromWithin tries passwords with an access token that
// somebody may have found.
func TestPasswordsCannotBeGuessedFromWithin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.signUp(t, "ada@example.com").claims(t)
	change := func(current, code string) {
		t.Helper()
		b.Do(t, ada, fmt.Sprintf(`mutation { changePassword(currentPassword: %q, newPassword: "another horse battery") { errors { code path } } }`, current), nil).
			WantData(t, fmt.Sprintf(`{"changePassword":{"errors":[{"code":%q,"path":["currentPassword"]}]}}`, code))
	}
	for range 5 {
		change("wrong", "INVALID_CREDENTIALS")
		b.Do(t, ada, `mutation { deleteAccount(password: "wrong") { errors { code } } }`, nil).WantData(t, `{"deleteAccount":{"errors":[{"code":"INVALID_CREDENTIALS"}]}}`)
	}
	change(rightPassword, "RATE_LIMITED")
	b.Do(t, ada, fmt.Sprintf(`mutation { deleteAccount(password: %q) { errors { code path } } }`, rightPassword), nil).
		WantData(t, `{"deleteAccount":{"errors":[{"code":"RATE_LIMITED","path":["password"]}]}}`)
	b.clock.advance(15 * time.Minute)
	b.Do(t, ada, fmt.Sprintf(`mutation { changePassword(currentPassword: %q, newPassword: "another horse battery") { errors { code } } }`, rightPassword), nil).
		WantData(t, `{"changePassword":{"errors":[]}}`)
}

func TestMailsFromOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ask := func(caller identity.Claims, n int) string {
		t.Helper()
		return string(b.Do(t, caller, fmt.Sprintf(`mutation { requestPasswordReset(email: "nobody%d@example.com") { errors { code path } } }`, n), nil).Data)
	}
	for n := range 100 {
		if got := ask(browser, n); got != `{"requestPasswordReset":{"errors":[]}}` {
			t.Fatalf("request %d: %s", n, got)
		}
	}
	if got := ask(browser, 100); got != `{"requestPasswordReset":{"errors":[{"code":"RATE_LIMITED","path":["email"]}]}}` {
		t.Errorf("one too many: %s", got)
	}
	if got := ask(identity.Claims{Address: "192.0.2.2"}, 100); got != `{"requestPasswordReset":{"errors":[]}}` {
		t.Errorf("from another address: %s", got)
	}
}
