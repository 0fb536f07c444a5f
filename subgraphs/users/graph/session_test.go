package graph_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// browser is where the tests' mutations come from.
var browser = identity.Claims{
	Address: "192.0.2.1", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
}

// tokens are what a client keeps of a login.
type tokens struct {
	AccessToken, RefreshToken string
}

// claims are the caller's whose access token it is.
func (k tokens) claims(t *testing.T) identity.Claims {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(k.AccessToken, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct{ Sub, Sid, Scope string }
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return identity.Claims{Subject: claims.Sub, Session: claims.Sid, Scopes: strings.Fields(claims.Scope)}
}

// signUp makes an account and returns the tokens of its first session.
func (b *bundle) signUp(t *testing.T, email string) tokens {
	t.Helper()
	response := b.Do(t, browser, registerMutation, map[string]any{"in": map[string]any{
		"email": email, "password": "correct horse battery", "displayName": "N. N.",
	}})
	var data struct{ Register struct{ Tokens *tokens } }
	if err := json.Unmarshal(response.Data, &data); err != nil || data.Register.Tokens == nil {
		t.Fatalf("register: %s %+v", response.Data, response.Errors)
	}
	return *data.Register.Tokens
}

const loginMutation = `mutation ($in: LoginInput!) { login(input: $in) {
	user { id } tokens { accessToken refreshToken } retryAfter errors { code path message } } }`

// logIn begins another session of an account that signUp made.
func (b *bundle) logIn(t *testing.T, email string) tokens {
	t.Helper()
	response := b.Do(t, browser, loginMutation, map[string]any{"in": map[string]any{"email": email, "password": "correct horse battery"}})
	var data struct{ Login struct{ Tokens *tokens } }
	if err := json.Unmarshal(response.Data, &data); err != nil || data.Login.Tokens == nil {
		t.Fatalf("login: %s %+v", response.Data, response.Errors)
	}
	return *data.Login.Tokens
}

const sessionsQuery = `query ($id: ID!, $first: Int, $after: String) { user(id: $id) { sessions(first: $first, after: $after) {
	totalCount edges { node { id device userAgent address createdAt lastUsedAt expiresAt current } } pageInfo { hasNextPage endCursor } } } }`

type sessionsData struct {
	User struct {
		Sessions *struct {
			TotalCount int
			Edges      []struct {
				Node struct {
					ID, Device, CreatedAt, LastUsedAt, ExpiresAt string
					UserAgent, Address                           *string
					Current                                      bool
				}
			}
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
	}
}

func (b *bundle) sessions(t *testing.T, caller identity.Claims, userID string, first int, after *string) sessionsData {
	t.Helper()
	response := b.Do(t, caller, sessionsQuery, map[string]any{"id": userID, "first": first, "after": after})
	response.WantCodes(t)
	var data sessionsData
	response.Decode(t, &data)
	return data
}

func TestSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signUp(t, "ada@example.com")
	ada, began := first.claims(t), b.clock.now()
	after := func(d time.Duration) string { return began.Add(d).Format(time.RFC3339) }
	b.clock.advance(time.Hour)
	b.logIn(t, "ada@example.com")
	b.clock.advance(time.Hour)
	phone := identity.Claims{Address: "2001:db8::1", UserAgent: "Weft-iOS/1.2\x07"}
	response := b.Do(t, phone, refreshMutation, map[string]any{"token": first.RefreshToken})
	response.WantCodes(t)

	data := b.sessions(t, ada, ada.Subject, 1, nil)
	if data.User.Sessions.TotalCount != 2 || !data.User.Sessions.PageInfo.HasNextPage || len(data.User.Sessions.Edges) != 1 {
		t.Fatalf("first page %+v", data.User.Sessions)
	}
	newest := data.User.Sessions.Edges[0].Node
	if newest.Current || newest.Device != "Firefox on Linux" || *newest.UserAgent != browser.UserAgent || *newest.Address != browser.Address {
		t.Errorf("the newest session: %+v", newest)
	}
	data = b.sessions(t, ada, ada.Subject, 1, data.User.Sessions.PageInfo.EndCursor)
	oldest := data.User.Sessions.Edges[0].Node
	if oldest.ID != ada.Session || !oldest.Current || oldest.Device != "Weft-iOS" || *oldest.UserAgent != "Weft-iOS/1.2" || *oldest.Address != "2001:db8::1" ||
		oldest.CreatedAt != after(0) || oldest.LastUsedAt != after(2*time.Hour) || oldest.ExpiresAt != after(2*time.Hour+30*24*time.Hour) {
		t.Errorf("the oldest session: %+v", oldest)
	}
	if data.User.Sessions.PageInfo.HasNextPage {
		t.Error("there is no third session")
	}

	stranger := b.signUp(t, "bob@example.com").claims(t)
	if got := b.sessions(t, stranger, ada.Subject, 10, nil); got.User.Sessions != nil {
		t.Errorf("a stranger sees %+v", got.User.Sessions)
	}
	if got := b.sessions(t, admin, ada.Subject, 10, nil); got.User.Sessions == nil || got.User.Sessions.TotalCount != 2 || got.User.Sessions.Edges[0].Node.Current {
		t.Errorf("an administrator sees %+v", got.User.Sessions)
	}
	b.clock.advance(30 * 24 * time.Hour)
	if got := b.sessions(t, ada, ada.Subject, 10, nil); got.User.Sessions.TotalCount != 0 || len(got.User.Sessions.Edges) != 0 {
		t.Errorf("expired sessions are shown: %+v", got.User.Sessions)
	}
}

func TestSessionsRefuseCursorsOfOtherConnections(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.signUp(t, "ada@example.com").claims(t)
	response := b.Do(t, admin, `{ users { edges { cursor } } }`, nil)
	var data struct {
		Users struct{ Edges []struct{ Cursor string } }
	}
	response.Decode(t, &data)
	for _, cursor := range []string{data.Users.Edges[0].Cursor, "x", strings.Repeat("A", 10_000)} {
		b.Do(t, ada, sessionsQuery, map[string]any{"id": ada.Subject, "after": cursor}).WantCodes(t, "BAD_USER_INPUT")
	}
	b.Do(t, ada, sessionsQuery, map[string]any{"id": ada.Subject, "first": 101}).WantCodes(t, "BAD_USER_INPUT")
}

// TestSessionsRefuseCursorsOfOtherPeople also asks for two people's sessions in one
// statement: a cursor fits one of them.
func TestSessionsRefuseCursorsOfOtherPeople(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.signUp(t, "ada@example.com").claims(t), b.signUp(t, "bob@example.com").claims(t)
	own := b.sessions(t, ada, ada.Subject, 1, nil).User.Sessions.PageInfo.EndCursor
	seen := b.sessions(t, admin, ada.Subject, 1, nil).User.Sessions.PageInfo.EndCursor
	b.sessions(t, ada, ada.Subject, 1, own)
	b.sessions(t, admin, ada.Subject, 1, seen)
	for _, c := range []struct {
		caller identity.Claims
		userID string
		after  *string
	}{{bob, bob.Subject, own}, {admin, ada.Subject, own}, {ada, ada.Subject, seen}, {admin, bob.Subject, seen}} {
		response := b.Do(t, c.caller, sessionsQuery, map[string]any{"id": c.userID, "after": c.after})
		response.WantCodes(t, "BAD_USER_INPUT")
	}
	b.Do(t, admin, `query ($after: String) { users { edges { node { sessions(after: $after) { edges { node { id } } } } } } }`,
		map[string]any{"after": seen}).WantCodes(t, "BAD_USER_INPUT", "BAD_USER_INPUT")
}

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signUp(t, "ada@example.com")
	ada := first.claims(t)
	if _, err := b.pool.Exec(t.Context(), `insert into sessions (id, user_id, created_at, last_used_at, expires_at)
		select gen_random_uuid(), user_id, created_at + n * interval '1 second', last_used_at, expires_at from sessions, generate_series(1, 99) n`); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Hour)
	b.logIn(t, "ada@example.com")
	if got := b.sessions(t, ada, ada.Subject, 1, nil); got.User.Sessions.TotalCount != 100 {
		t.Errorf("%d sessions, want 100", got.User.Sessions.TotalCount)
	}
	b.wantRefused(t, "the token of the oldest of too many sessions", first.RefreshToken)
}

func TestLogout(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.signUp(t, "ada@example.com")
	byAccess, byRefresh, byBoth := b.logIn(t, "ada@example.com"), b.logIn(t, "ada@example.com"), b.logIn(t, "ada@example.com")
	logout := func(caller identity.Claims, refreshToken any) {
		t.Helper()
		b.Do(t, caller, `mutation ($token: String) { logout(input: {refreshToken: $token}) { errors { code } } }`, map[string]any{"token": refreshToken}).
			WantData(t, `{"logout":{"errors":[]}}`)
	}
	logout(byAccess.claims(t), nil)
	logout(identity.Claims{}, byRefresh.RefreshToken)
	logout(byBoth.claims(t), byBoth.RefreshToken)
	for _, gone := range []tokens{byAccess, byRefresh, byBoth} {
		b.wantRefused(t, "a token after logout", gone.RefreshToken)
	}
	// None of these is anybody's session.
	forged := ada.claims(t)
	forged.Subject = b.signUp(t, "eve@example.com").claims(t).Subject
	logout(forged, nil)
	logout(identity.Claims{}, nil)
	logout(identity.Claims{}, "wrt_"+strings.Repeat("A", 43))
	logout(identity.Claims{Subject: "usr_x", Session: "ses_x"}, "x\x00")
	b.Do(t, identity.Claims{}, `mutation { logout { errors { code } } }`, nil).WantData(t, `{"logout":{"errors":[]}}`)
	b.wantRefreshed(t, ada.RefreshToken)
}

func TestRevokeSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.signUp(t, "ada@example.com"), b.signUp(t, "bob@example.com")
	second, third := b.logIn(t, "ada@example.com"), b.logIn(t, "ada@example.com")
	revoke := func(caller identity.Claims, sessionID string) servertest.Response {
		t.Helper()
		response := b.Do(t, caller, `mutation ($id: ID!) { revokeSession(input: {sessionId: $id}) { session { id current } errors { code path } } }`, map[string]any{"id": sessionID})
		response.WantCodes(t)
		return response
	}
	const notFound = `{"revokeSession":{"session":null,"errors":[{"code":"NOT_FOUND","path":["input","sessionId"]}]}}`
	revoke(bob.claims(t), second.claims(t).Session).WantData(t, notFound)
	revoke(ada.claims(t), "ses_00000000000000000000000000").WantData(t, notFound)
	revoke(ada.claims(t), "x\x00").WantData(t, notFound)
	revoke(ada.claims(t), ada.claims(t).Subject).WantData(t, notFound)
	gone := fmt.Sprintf(`{"revokeSession":{"session":{"id":%q,"current":false},"errors":[]}}`, second.claims(t).Session)
	revoke(ada.claims(t), second.claims(t).Session).WantData(t, gone)
	revoke(ada.claims(t), second.claims(t).Session).WantData(t, notFound)
	revoke(admin, third.claims(t).Session).WantData(t, fmt.Sprintf(`{"revokeSession":{"session":{"id":%q,"current":false},"errors":[]}}`, third.claims(t).Session))
	b.wantRefused(t, "a revoked session", second.RefreshToken)
	b.wantRefused(t, "a session that an administrator revoked", third.RefreshToken)
	b.wantRefreshed(t, ada.RefreshToken)
}

func TestRevokeAllSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, bob := b.signUp(t, "ada@example.com"), b.signUp(t, "bob@example.com")
	others := []tokens{b.logIn(t, "ada@example.com"), b.logIn(t, "ada@example.com")}
	const mutation = `mutation ($except: Boolean!) { revokeAllSessions(input: {exceptCurrent: $except}) { revoked errors { code } } }`
	b.Do(t, ada.claims(t), mutation, map[string]any{"except": true}).WantData(t, `{"revokeAllSessions":{"revoked":2,"errors":[]}}`)
	for _, other := range others {
		b.wantRefused(t, "a revoked session", other.RefreshToken)
	}
	ada = b.wantRefreshed(t, ada.RefreshToken)
	b.Do(t, ada.claims(t), mutation, map[string]any{"except": false}).WantData(t, `{"revokeAllSessions":{"revoked":1,"errors":[]}}`)
	b.wantRefused(t, "a revoked session", ada.RefreshToken)
	b.wantRefreshed(t, bob.RefreshToken)
	b.Do(t, identity.Claims{Subject: "elsewhere"}, mutation, map[string]any{"except": true}).WantData(t, `{"revokeAllSessions":{"revoked":0,"errors":[]}}`)
}

// TestLoginCannotEscapeANewPassword has a login meet a change of the password in
// the moment between its check and its session.
func TestLoginCannotEscapeANewPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		end  func(pgx.Tx, context.Context) error
		want string
	}{
		{"that is committed", pgx.Tx.Commit, "INVALID_CREDENTIALS"},
		{"that is rolled back", pgx.Tx.Rollback, "accessToken"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.signUp(t, "ada@example.com")
			hash, err := b.deps.Passwords.Hash(t.Context(), "another password")
			if err != nil {
				t.Fatal(err)
			}
			tx, err := b.pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec(t.Context(), `update users set password_hash = $1`, hash); err != nil {
				t.Fatal(err)
			}
			answered := make(chan servertest.Response, 1)
			go func() {
				answered <- b.Do(t, identity.Claims{}, loginMutation, map[string]any{"in": map[string]any{"email": "ada@example.com", "password": "correct horse battery"}})
			}()
			b.awaitLock(t)
			if err := c.end(tx, t.Context()); err != nil {
				t.Fatal(err)
			}
			if response := <-answered; !strings.Contains(string(response.Data), c.want) {
				t.Errorf("answer %s %+v, want %s", response.Data, response.Errors, c.want)
			}
		})
	}
}

// awaitLock returns when somebody in the database waits for a lock.
func (b *bundle) awaitLock(t *testing.T) {
	t.Helper()
	for waiting := false; !waiting; {
		err := b.pool.QueryRow(t.Context(), `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}
