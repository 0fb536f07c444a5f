package server_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/server/servertest"
)

// signedAt is when the requests below are signed.
var signedAt = time.Unix(1_800_000_000, 0)

// sign signs a request for a caller with keys and returns its headers.
func sign(t *testing.T, keys identity.Keys, request identity.Request, caller identity.Claims) http.Header {
	t.Helper()
	signer, err := identity.NewSigner(keys)
	if err != nil {
		t.Fatal(err)
	}
	if request.Claims, err = caller.Encode(); err != nil {
		t.Fatal(err)
	}
	signed, signature := signer.Sign(request, signedAt)
	return http.Header{"Content-Type": {"application/json"}, identity.IdentityHeader: {signed}, identity.SignatureHeader: {signature}}
}

// part replaces one of the parts of a header's value.
func part(header http.Header, name string, n int, value string) {
	parts := strings.Split(header.Get(name), ";")
	parts[n] = value
	header.Set(name, strings.Join(parts, ";"))
}

// TestForgedIdentities sends a service what somebody could who reaches it without
// the router, and knows a request that the router sent. All are answered alike: how
// far a forgery got is for the log alone.
func TestForgedIdentities(t *testing.T) {
	t.Parallel()
	const body = `{"query":"{ it }"}`
	keys := servertest.Keys()
	foreign := identity.Keys{{ID: keys[0].ID, Secret: bytes.Repeat([]byte("evil"), identity.MinKeyBytes/4)}}
	unknown := identity.Keys{{ID: "other", Secret: keys[0].Secret}}
	whole := identity.Request{Method: "POST", Target: "/graphql", Body: []byte(body), RequestID: "r.1"}
	with := func(change func(*identity.Request)) identity.Request { r := whole; change(&r); return r }
	claims := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	type attack struct {
		name   string
		keys   identity.Keys
		signed identity.Request
		change func(http.Header)
		after  time.Duration
		reason string
	}
	attacks := []attack{
		{name: "another secret", keys: foreign, reason: "does not fit"},
		{name: "a key that there is not", keys: unknown, reason: "unknown key id"},
		{name: "another body", signed: with(func(r *identity.Request) { r.Body = []byte(`{"query":"{ it }" }`) }), reason: "does not fit"},
		{name: "no body", signed: with(func(r *identity.Request) { r.Body = nil }), reason: "does not fit"},
		{name: "another method", signed: with(func(r *identity.Request) { r.Method = "GET" }), reason: "does not fit"},
		{name: "another path", signed: with(func(r *identity.Request) { r.Target = "/" }), reason: "does not fit"},
		{name: "a query behind the path", signed: with(func(r *identity.Request) { r.Target = "/graphql?x" }), reason: "does not fit"},
		{name: "expired", after: 31 * time.Second, reason: "outside the window"},
		{name: "long expired", after: 24 * time.Hour, reason: "outside the window"},
		{name: "from the future", after: -31 * time.Second, reason: "outside the window"},
		{name: "a later time", change: func(h http.Header) { part(h, identity.IdentityHeader, 1, "1800000030") }, after: 31 * time.Second, reason: "does not fit"},
		{name: "a time that is none", change: func(h http.Header) { part(h, identity.IdentityHeader, 1, "now") }, reason: "malformed"},
		{name: "another request id", change: func(h http.Header) { part(h, identity.IdentityHeader, 2, "r.2") }, reason: "does not fit"},
		{name: "an administrator's claims", change: func(h http.Header) {
			part(h, identity.IdentityHeader, 3, claims(`{"sub":"usr_1","scope":["admin"]}`))
		}, reason: "does not fit"},
		{name: "no claims", change: func(h http.Header) { part(h, identity.IdentityHeader, 3, "") }, reason: "malformed"},
		{name: "claims of another version", change: func(h http.Header) { part(h, identity.IdentityHeader, 3, claims(`{"root":true}`)) }, reason: "malformed"},
		{name: "claims that are no JSON", change: func(h http.Header) { part(h, identity.IdentityHeader, 3, claims(`admin`)) }, reason: "malformed"},
		{name: "claims in another alphabet", change: func(h http.Header) { part(h, identity.IdentityHeader, 3, "+/==") }, reason: "malformed"},
		{name: "another version of the identity", change: func(h http.Header) { part(h, identity.IdentityHeader, 0, "v0") }, reason: "malformed"},
		{name: "another version of the signature", change: func(h http.Header) { part(h, identity.SignatureHeader, 0, "none") }, reason: "malformed"},
		{name: "an empty signature", change: func(h http.Header) { part(h, identity.SignatureHeader, 2, "") }, reason: "does not fit"},
		{name: "half a signature", change: func(h http.Header) {
			part(h, identity.SignatureHeader, 2, strings.Split(h.Get(identity.SignatureHeader), ";")[2][:20])
		}, reason: "does not fit"},
		{name: "a signature with padding", change: func(h http.Header) { h.Set(identity.SignatureHeader, h.Get(identity.SignatureHeader)+"=") }, reason: "does not fit"},
		{name: "a part too many", change: func(h http.Header) { h.Set(identity.SignatureHeader, h.Get(identity.SignatureHeader)+";") }, reason: "malformed"},
		{name: "no key id", change: func(h http.Header) { part(h, identity.SignatureHeader, 1, "") }, reason: "unknown key id"},
		{name: "two identities", change: func(h http.Header) { h.Add(identity.IdentityHeader, h.Get(identity.IdentityHeader)) }, reason: "malformed"},
		{name: "two signatures", change: func(h http.Header) { h.Add(identity.SignatureHeader, "v1;x;x") }, reason: "malformed"},
		{name: "empty headers", change: func(h http.Header) { h.Set(identity.IdentityHeader, ""); h.Set(identity.SignatureHeader, "") }, reason: "malformed"},
		{name: "no headers", change: func(h http.Header) { h.Del(identity.IdentityHeader); h.Del(identity.SignatureHeader) }, reason: "not signed"},
	}
	answers := map[string]bool{}
	for _, a := range attacks {
		if a.keys == nil {
			a.keys = keys
		}
		if a.signed.Method == "" {
			a.signed = whole
		}
		header := sign(t, a.keys, a.signed, identity.Claims{Subject: "usr_victim"})
		if a.change != nil {
			a.change(header)
		}
		var log bytes.Buffer
		handler := withClock(t, &log, func() time.Time { return signedAt.Add(a.after) }, func(context.Context) (string, error) {
			t.Errorf("%s: executed", a.name)
			return "null", nil
		})
		status, answer := post(handler, header, body)
		if status != http.StatusUnauthorized || !strings.Contains(answer, `"UNAUTHENTICATED"`) {
			t.Errorf("%s: %d %s", a.name, status, answer)
		}
		answers[answer] = true
		if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, a.reason) || strings.Contains(text, "usr_victim") {
			t.Errorf("%s: log, want %q:\n%s", a.name, a.reason, text)
		}
	}
	if len(answers) != 1 {
		t.Errorf("the answers tell attacks apart: %v", answers)
	}
}

// TestReplays sends a good request again, at several times.
func TestReplays(t *testing.T) {
	t.Parallel()
	now, executed := signedAt, 0
	handler := withClock(t, io.Discard, func() time.Time { return now }, func(ctx context.Context) (string, error) {
		executed++
		return it(ctx)
	})
	const body = `{"query":"{ it }"}`
	header := sign(t, servertest.Keys(), identity.Request{Method: "POST", Target: "/graphql", Body: []byte(body), RequestID: "r.1"}, identity.Claims{Subject: "usr_1"})
	for _, c := range []struct {
		after time.Duration
		want  int
	}{
		{-30 * time.Second, 200}, {-30 * time.Second, 401}, {0, 401}, {30 * time.Second, 401}, {31 * time.Second, 401}, {time.Hour, 401},
	} {
		now = signedAt.Add(c.after)
		if status, answer := post(handler, header, body); status != c.want {
			t.Errorf("%s later: %d %s", c.after, status, answer)
		}
	}
	if executed != 1 {
		t.Errorf("executed %d times", executed)
	}
	// The request of somebody who was refused is no replay of itself.
	header.Set(identity.SignatureHeader, "v1;test;forged")
	if status, _ := post(handler, header, body); status != 401 {
		t.Errorf("forged: %d", status)
	}
	now = signedAt
	fresh := sign(t, servertest.Keys(), identity.Request{Method: "POST", Target: "/graphql", Body: []byte(body), RequestID: "r.2"}, identity.Claims{})
	if status, answer := post(handler, fresh, body); status != 200 {
		t.Errorf("the next request: %d %s", status, answer)
	}
}

// withClock returns a handler whose verifier has a clock.
func withClock(t *testing.T, log io.Writer, now func() time.Time, resolve func(context.Context) (string, error)) *server.Handler {
	t.Helper()
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: servertest.Keys(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return newHandler(t, log, func(c *server.Config) { c.Verifier = verifier }, resolve)
}

func post(handler http.Handler, header http.Header, body string) (status int, answer string) {
	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header = header
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}
