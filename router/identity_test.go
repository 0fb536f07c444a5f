package router

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/router/internal/auth"
	"github.com/weftql/weft/schema/identity"
)

const identityKey = "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// issuer signs access tokens and serves the keys to verify them. Its keys are
// those of go-jose, so that nothing of package auth verifies itself.
type issuer struct {
	signer jose.Signer
	url    string
	down   atomic.Bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{}
	options := (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", "k")
	if i.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: private}, options); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if i.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "k", Algorithm: "EdDSA"}}})
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) token(t *testing.T, expires time.Time) string {
	t.Helper()
	return i.sign(t, map[string]any{
		"iss": "https://issuer.test", "aud": "weft", "sub": "usr_1", "sid": "ses_1", "scope": "admin", "exp": expires.Unix(),
	})
}

func (i *issuer) sign(t *testing.T, claim map[string]any) string {
	t.Helper()
	claims, err := json.Marshal(claim)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := i.signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// withIdentity configures tokens of an issuer, and signing.
func withIdentity(i *issuer) func(*Config) {
	return func(c *Config) {
		c.Authentication.Router.JWT = &auth.Config{JWKS: []auth.JWKS{{
			URL: i.url, Issuers: []string{"https://issuer.test"}, Audiences: []string{"weft"}, Typ: "at+jwt",
		}}}
		c.Identity.Keys = identityKey
	}
}

// verifying puts a verifier before a subgraph, and collects who called.
func verifying(t *testing.T, f *fixture, subgraph string) func() []identity.Claims {
	t.Helper()
	keys, err := identity.ParseKeys(identityKey)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := identity.NewVerifier(identity.VerifierConfig{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var callers []identity.Claims
	guard := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		envelope, err := verifier.Verify(r.Method, r.URL.RequestURI(), r.Header, body)
		if err != nil {
			t.Errorf("%s refuses a request: %v", subgraph, err)
		}
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s got the access token", subgraph)
		}
		mu.Lock()
		callers = append(callers, envelope.Claims)
		mu.Unlock()
		text(200, "application/json", `{"data":{"me":{"__typename":"Person","id":"1","name":"Ada"},"rename":{"__typename":"Person","id":"1","name":"a"},"_entities":[{"__typename":"Person","pets":[]}]}}`)(w, r)
	})
	f.faults[subgraph].Store(&guard)
	return func() []identity.Claims {
		mu.Lock()
		defer mu.Unlock()
		return callers
	}
}

func TestCallerReachesSubgraphsSigned(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	f := serve(t, withIdentity(i))
	callers := []func() []identity.Claims{verifying(t, f, "people"), verifying(t, f, "pets")}
	expires := time.Now().Add(time.Hour)
	header := bearer(i.token(t, expires))
	// What a client sends under the names of these headers does not matter.
	header["Weft-Identity"], header["Weft-Signature"] = []string{"v1;1;r;e30"}, []string{"v1;k1;x"}
	for range 2 {
		if a := f.send(t, "POST", "/graphql", `{"query":"{me{name pets}}"}`, header); a.Errors != nil || a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Text)
		}
	}
	want := identity.Claims{Subject: "usr_1", Session: "ses_1", Scopes: []string{"admin"}, ExpiresAt: expires.Unix()}
	for _, called := range callers {
		if diff := cmp.Diff([]identity.Claims{want, want}, called()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAnonymousCallerIsSignedToo(t *testing.T) {
	t.Parallel()
	f := serve(t, withIdentity(newIssuer(t)))
	called := verifying(t, f, "people")
	header := http.Header{"Weft-Identity": {"v1;1;r;eyJzdWIiOiJ1c3JfMiJ9"}, "Weft-Signature": {"v1;k1;x"}}
	if a := f.send(t, "POST", "/graphql", `{"query":"{me{name}}"}`, header); a.Errors != nil {
		t.Fatal(a.Text)
	}
	if diff := cmp.Diff([]identity.Claims{{}}, called()); diff != "" {
		t.Error(diff)
	}
}

// Mutations tell where they come from; queries do not, also those that a mutation
// entails, so that equal callers' are equal.
func TestMutationsSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	f := serve(t, func(c *Config) {
		withIdentity(i)(c)
		c.ClientAddress.TrustedProxies = []string{"127.0.0.0/8"}
	})
	people, pets := verifying(t, f, "people"), verifying(t, f, "pets")
	expires := time.Now().Add(time.Hour)
	const rename = `mutation{rename(id:"1",name:"a"){name pets}}`
	for _, header := range []http.Header{bearer(i.token(t, expires)), {}} {
		header["User-Agent"], header["X-Forwarded-For"] = []string{"Fox/1"}, []string{"10.9.9.9, 203.0.113.9"}
		for _, operation := range []string{rename, `{me{name pets}}`} {
			if a := f.send(t, "POST", "/graphql", `{"query":`+strconv.Quote(operation)+`}`, header); a.Errors != nil || a.Status != 200 {
				t.Fatalf("%d %s", a.Status, a.Text)
			}
		}
	}
	known := identity.Claims{Subject: "usr_1", Session: "ses_1", Scopes: []string{"admin"}, ExpiresAt: expires.Unix()}
	from := func(claims identity.Claims) identity.Claims {
		claims.Address, claims.UserAgent = "203.0.113.9", "Fox/1"
		return claims
	}
	if diff := cmp.Diff([]identity.Claims{from(known), known, from(identity.Claims{}), {}}, people()); diff != "" {
		t.Errorf("people: %s", diff)
	}
	if diff := cmp.Diff([]identity.Claims{known, known, {}, {}}, pets()); diff != "" {
		t.Errorf("pets: %s", diff)
	}
}

// Without trusted proxies a client is where its connection comes from.
func TestClientsCannotMakeUpTheirAddress(t *testing.T) {
	t.Parallel()
	f := serve(t, withIdentity(newIssuer(t)))
	called := verifying(t, f, "people")
	header := http.Header{"User-Agent": {""}, "X-Forwarded-For": {"203.0.113.9"}, "Forwarded": {"for=203.0.113.9"}}
	if a := f.send(t, "POST", "/graphql", `{"query":"mutation{rename(id:1,name:\"a\"){name}}"}`, header); a.Errors != nil {
		t.Fatal(a.Text)
	}
	if diff := cmp.Diff([]identity.Claims{{Address: "127.0.0.1"}}, called()); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutKeysNothingIsSigned(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	f.send(t, "POST", "/graphql", `{"query":"{me{name}}"}`, http.Header{"Authorization": {"Bearer x"}, "Weft-Identity": {"v1;1;r;e30"}})
	requests := f.handlers["people"].Requests()
	if len(requests) != 1 {
		t.Fatalf("%d requests", len(requests))
	}
	for _, name := range []string{"Authorization", identity.IdentityHeader, identity.SignatureHeader} {
		if value := requests[0].Header.Get(name); value != "" {
			t.Errorf("%s: %s", name, value)
		}
	}
}

func TestBadTokenEndsTheRequest(t *testing.T) {
	t.Parallel()
	i, stranger := newIssuer(t), newIssuer(t)
	f := serve(t, withIdentity(i))
	for name, token := range map[string]string{
		"expired":   i.token(t, time.Now().Add(-time.Hour)),
		"another's": stranger.token(t, time.Now().Add(time.Hour)),
		"no token":  "abc",
	} {
		for _, media := range []string{"application/json", "application/graphql-response+json"} {
			header := bearer(token)
			header.Set("Accept", media)
			a := f.send(t, "POST", "/graphql", `{"query":"{me{name}}"}`, header)
			if a.Status != 401 || len(a.Errors) != 1 || a.Errors[0].code() != "AUTH_ERROR" || a.Data != nil || a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %d %s", name, a.Status, a.Text)
			}
			if got := a.Header.Get("Content-Type"); got != media+"; charset=utf-8" {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	if n := len(f.handlers["people"].Requests()); n != 0 {
		t.Errorf("%d requests reached a subgraph", n)
	}
	f.alive(t) // and anonymous callers are served
}

func TestIssuerThatIsDownKeepsNobodyElseOut(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.down.Store(true)
	f := serve(t, withIdentity(i))
	a := f.send(t, "POST", "/graphql", `{"query":"{me{name}}"}`, bearer(i.token(t, time.Now().Add(time.Hour))))
	if a.Status != 503 || len(a.Errors) != 1 || a.Errors[0].code() != "SERVICE_UNAVAILABLE" {
		t.Errorf("%d %s", a.Status, a.Text)
	}
	f.alive(t)
}
