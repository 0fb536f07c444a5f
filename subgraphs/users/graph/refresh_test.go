package graph_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

const refreshMutation = `mutation ($token: String!) { refreshSession(input: {refreshToken: $token}) {
	user { id } tokens { accessToken refreshToken } errors { code path } } }`

// refresh exchanges a token; nil if that is refused, as a wrong token is.
func (b *bundle) refresh(t *testing.T, token string) *tokens {
	t.Helper()
	response := b.Do(t, browser, refreshMutation, map[string]any{"token": token})
	response.WantCodes(t)
	var data struct {
		RefreshSession struct {
			User   *struct{ ID string }
			Tokens *tokens
			Errors []any
		}
	}
	response.Decode(t, &data)
	if data.RefreshSession.Tokens == nil {
		response.WantData(t, `{"refreshSession":{"user":null,"tokens":null,"errors":[{"code":"TOKEN_INVALID","path":["input","refreshToken"]}]}}`)
		return nil
	}
	if len(data.RefreshSession.Errors) > 0 || data.RefreshSession.User == nil {
		t.Errorf("refreshed with %s", response.Data)
	}
	return data.RefreshSession.Tokens
}

// wantRefused presents a token that must not be worth anything.
func (b *bundle) wantRefused(t *testing.T, why, token string) {
	t.Helper()
	if b.refresh(t, token) != nil {
		t.Errorf("%s is accepted", why)
	}
}

// wantRefreshed presents a token that must be worth another.
func (b *bundle) wantRefreshed(t *testing.T, token string) tokens {
	t.Helper()
	next := b.refresh(t, token)
	if next == nil {
		t.Fatal("a good refresh token is refused")
	}
	return *next
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signUp(t, "ada@example.com")
	seen := []string{first.RefreshToken}
	latest := first
	for range 3 {
		b.clock.advance(15 * time.Minute)
		latest = b.wantRefreshed(t, latest.RefreshToken)
		if slices.Contains(seen, latest.RefreshToken) {
			t.Fatal("a refresh token is given twice")
		}
		seen = append(seen, latest.RefreshToken)
		if diff := cmp.Diff(first.claims(t), latest.claims(t)); diff != "" {
			t.Errorf("the caller is another one (-first +now):\n%s", diff)
		}
	}
	b.clock.advance(30*24*time.Hour - time.Second)
	latest = b.wantRefreshed(t, latest.RefreshToken)
	b.clock.advance(30 * 24 * time.Hour)
	b.wantRefused(t, "an expired token", latest.RefreshToken)
}

// TestTabsGetTheSameSuccessor presents one token from many tabs at once, and
// until the end of the grace.
func TestTabsGetTheSameSuccessor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signUp(t, "ada@example.com")
	var group sync.WaitGroup
	given := make([]*tokens, 8)
	for i := range given {
		group.Go(func() { given[i] = b.refresh(t, first.RefreshToken) })
	}
	group.Wait()
	b.clock.advance(10 * time.Second)
	given = append(given, b.refresh(t, first.RefreshToken))
	for _, one := range given {
		if one == nil || one.RefreshToken != given[0].RefreshToken {
			t.Fatal("the tabs have different tokens")
		}
	}
	b.wantRefreshed(t, given[0].RefreshToken)
	// The successor has been used, and the grace of the first is not over: a slow
	// tab still ends up with a token that is good.
	slow := b.wantRefreshed(t, first.RefreshToken)
	b.wantRefreshed(t, slow.RefreshToken)
}

func TestReuseEndsTheSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signUp(t, "ada@example.com")
	other := b.logIn(t, "ada@example.com")
	second := b.wantRefreshed(t, first.RefreshToken)
	b.clock.advance(10*time.Second + time.Microsecond)
	b.wantRefused(t, "a token that was used", first.RefreshToken)
	b.wantRefused(t, "the successor of a token that came twice", second.RefreshToken)
	b.wantRefreshed(t, other.RefreshToken) // another family
	var reason string
	if err := b.pool.QueryRow(t.Context(), `select end_reason from sessions where ended_at is not null`).Scan(&reason); err != nil || reason != "REUSED" {
		t.Errorf("reason %q, %v", reason, err)
	}
	if log := b.log.String(); !strings.Contains(log, "a refresh token came a second time") || strings.Contains(log, first.RefreshToken) {
		t.Errorf("the log has to tell of it, without the token: %s", log)
	}
}

func TestForgedRefreshTokensAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := b.signUp(t, "ada@example.com")
	var stored []byte
	if err := b.pool.QueryRow(t.Context(), `select hash from refresh_tokens`).Scan(&stored); err != nil {
		t.Fatal(err)
	}
	body := strings.TrimPrefix(good.RefreshToken, "wrt_")
	for why, token := range map[string]string{
		"nothing": "", "another token": "wrt_" + strings.Repeat("A", 43), "without prefix": body, "another prefix": "wrx_" + body,
		"another spelling": good.RefreshToken[:len(good.RefreshToken)-1] + string(good.RefreshToken[len(good.RefreshToken)-1]+1),
		"with padding":     good.RefreshToken + "=", "with a line end": good.RefreshToken + "\n", "too long": good.RefreshToken + "AAAA",
		"the access token": good.AccessToken, "a NUL": "wrt_\x00", "endless": strings.Repeat("x", 1_000_000),
		"what the database holds": "wrt_" + base64.RawURLEncoding.EncodeToString(stored),
		"SQL":                     "' or 1=1 --",
	} {
		b.wantRefused(t, why, token)
	}
	b.wantRefreshed(t, good.RefreshToken)
}

// TestStolenTableIsWorthless tries everything that the table holds, right after an
// exchange, as a token.
func TestStolenTableIsWorthless(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.wantRefreshed(t, b.signUp(t, "ada@example.com").RefreshToken)
	rows, err := b.pool.Query(t.Context(), `select t.hash, t.successor_hash, t.successor_salt from refresh_tokens t`)
	if err != nil {
		t.Fatal(err)
	}
	var stolen [][]byte
	for rows.Next() {
		var hash, successor, salt []byte
		if err := rows.Scan(&hash, &successor, &salt); err != nil {
			t.Fatal(err)
		}
		stolen = append(stolen, hash, successor, append(bytes.Clone(salt), salt...))
	}
	if err := rows.Err(); err != nil || len(stolen) != 6 {
		t.Fatalf("%d values, %v", len(stolen), err)
	}
	for _, value := range stolen {
		b.wantRefused(t, "a stolen value", "wrt_"+base64.RawURLEncoding.EncodeToString(value))
	}
}

func TestSaltsAreErased(t *testing.T) {
	t.Parallel()
	b := setup(t)
	salts := func() (n int) {
		if err := b.pool.QueryRow(t.Context(), `select count(successor_salt) from refresh_tokens`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	latest := b.signUp(t, "ada@example.com")
	for range 3 {
		latest = b.wantRefreshed(t, latest.RefreshToken)
		b.clock.advance(11 * time.Second)
	}
	if n := salts(); n != 1 {
		t.Errorf("%d salts after 3 exchanges, want the newest alone", n)
	}
	if err := b.service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := salts(); n != 0 {
		t.Errorf("%d salts after the sweep", n)
	}
}

// TestAccountsThatMayNotLogInCannotRefresh: the status counts even while nobody
// has ended the sessions.
func TestAccountsThatMayNotLogInCannotRefresh(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i, change := range []string{`status = 'SUSPENDED'`, `status = 'DELETED'`, `deleted_at = now()`} {
		good := b.signUp(t, fmt.Sprintf("ada-%d@example.com", i))
		if _, err := b.pool.Exec(t.Context(), `update users set `+change+` where id = (select user_id from sessions order by created_at desc, id desc limit 1)`); err != nil {
			t.Fatal(err)
		}
		b.wantRefused(t, change, good.RefreshToken)
	}
}

// TestRefreshSurvivesNewKeys exchanges a token under a key that is no longer the
// first when a second tab asks, and is then gone.
func TestRefreshSurvivesNewKeys(t *testing.T) {
	t.Parallel()
	old, next := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	b := setup(t, func(deps *userspostgres.Deps) { deps.RefreshKeys = [][]byte{old} })
	with := func(keys ...[]byte) *bundle {
		return b.again(t, func(deps *userspostgres.Deps) { deps.RefreshKeys = keys })
	}
	first := b.signUp(t, "ada@example.com")
	second := b.wantRefreshed(t, first.RefreshToken)
	if same := with(next, old).wantRefreshed(t, first.RefreshToken); same.RefreshToken != second.RefreshToken {
		t.Error("with another key the successor is another one")
	}
	with(next).wantRefused(t, "a token whose successor nobody can derive", first.RefreshToken)
	with(next).wantRefreshed(t, second.RefreshToken) // and the session goes on
}
