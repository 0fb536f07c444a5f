package auth

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

func TestNewKeyIsFetchedOnceInAWhile(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	old := i.edKey(t, "old")
	a := authenticator(t, i, c)
	if _, err := a.Authenticate(t.Context(), bearer(old.sign(t, good(), nil))); err != nil {
		t.Fatal(err)
	}
	c.advance(forcedInterval)
	fresh := i.edKey(t, "new")
	if _, err := a.Authenticate(t.Context(), bearer(fresh.sign(t, good(), nil))); err != nil {
		t.Errorf("a token of a new key: %v", err)
	}
	for n := range 20 {
		made := signingKey{fmt.Sprint("made up ", n), jwt.SigningMethodEdDSA, fresh.private}
		_, err := a.Authenticate(t.Context(), bearer(made.sign(t, good(), nil)))
		checkRefusal(t, err, 401, CodeAuth, "not known here")
	}
	if n := i.fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

func TestWithdrawnKeyEndsItsTokens(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	header := bearer(i.edKey(t, "ed").sign(t, good(), nil))
	a := authenticator(t, i, c)
	if _, err := a.Authenticate(t.Context(), header); err != nil {
		t.Fatal(err)
	}
	i.set(func() { i.keys = []jose.JSONWebKey{} })
	a.sources[0].refresh(t.Context(), 0)
	_, err := a.Authenticate(t.Context(), header)
	checkRefusal(t, err, 401, CodeAuth, "not known here")
}

func TestKeysStayWhenTheirAddressFails(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	key := i.edKey(t, "ed")
	a := authenticator(t, i, c)
	a.sources[0].refresh(t.Context(), 0)
	for name, change := range map[string]func(){
		"error":      func() { i.status = 500 },
		"redirect":   func() { i.status = 302 },
		"no JSON":    func() { i.status, i.body = 0, "<html>" },
		"no keys":    func() { i.status, i.body = 0, "{}" },
		"other keys": func() { i.status, i.body = 0, `{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"unheard of"}]}` },
		"endless":    func() { i.status, i.body = 0, `{"keys":[]}`+strings.Repeat(" ", maxSetBytes) },
	} {
		i.set(change)
		a.sources[0].refresh(t.Context(), 0)
		claims := good()
		claims["jti"] = name // a token that is not in the cache
		if _, err := a.Authenticate(t.Context(), bearer(key.sign(t, claims, nil))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTokenCannotBeJudgedBeforeThereAreKeys(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	header := bearer(i.edKey(t, "ed").sign(t, good(), nil))
	i.set(func() { i.status = 503 })
	a := authenticator(t, i, c)
	for range 3 {
		_, err := a.Authenticate(t.Context(), header)
		checkRefusal(t, err, 503, CodeUnavailable, "not available")
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches within a second", n)
	}
	i.set(func() { i.status = 0 })
	c.advance(firstInterval)
	if _, err := a.Authenticate(t.Context(), header); err != nil {
		t.Errorf("after the keys came: %v", err)
	}
}

func TestRunFetchesUntilItIsToldToEnd(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.edKey(t, "ed")
	a := authenticator(t, i, newClock())
	a.sources[0].config.PollInterval = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { a.Run(ctx); close(ended) }()
	for range 3 {
		<-i.fetched
	}
	cancel()
	<-ended
}

func TestOneFetchServesAllThatWait(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	header := bearer(i.edKey(t, "ed").sign(t, good(), nil))
	a := authenticator(t, i, newClock())
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if _, err := a.Authenticate(t.Context(), header); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}
