package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/schema/identity"
)

func TestGoodTokenGivesItsClaims(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	keys := []signingKey{i.edKey(t, "ed"), i.rsaKey(t, "rsa")}
	a := authenticator(t, i, newClock())
	want := identity.Claims{
		Subject: "usr_1", Session: "ses_1", Scopes: []string{"admin", "read"}, ExpiresAt: noon.Add(15 * time.Minute).Unix(),
	}
	for _, key := range keys {
		for name, change := range map[string]func(jwt.MapClaims, map[string]any){
			"as issued":           func(jwt.MapClaims, map[string]any) {},
			"several audiences":   func(c jwt.MapClaims, _ map[string]any) { c["aud"] = []string{"x", "other"} },
			"scopes in an array":  func(c jwt.MapClaims, _ map[string]any) { c["scope"] = []string{"admin", "read"} },
			"long form of type":   func(_ jwt.MapClaims, h map[string]any) { h["typ"] = "application/AT+JWT" },
			"without a key's id":  func(_ jwt.MapClaims, h map[string]any) { h["kid"] = nil },
			"not before a moment": func(c jwt.MapClaims, _ map[string]any) { c["nbf"] = noon.Add(20 * time.Second).Unix() },
		} {
			claims, header := good(), map[string]any{}
			change(claims, header)
			caller, err := a.Authenticate(t.Context(), bearer(key.sign(t, claims, header)))
			if err != nil {
				t.Errorf("%s, %s: %v", key.id, name, err)
				continue
			}
			if diff := cmp.Diff(want, caller.Claims); diff != "" {
				t.Errorf("%s, %s: %s", key.id, name, diff)
			}
			if encoded, _ := want.Encode(); caller.Encoded != encoded {
				t.Errorf("%s, %s: encoded as %q", key.id, name, caller.Encoded)
			}
		}
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("%d fetches of the key set", n)
	}
}

func TestNoTokenIsAnonymous(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	caller, err := authenticator(t, i, newClock()).Authenticate(t.Context(), http.Header{})
	if err != nil || caller.Claims.Authenticated() {
		t.Errorf("%+v, %v", caller, err)
	}
	if encoded, _ := (identity.Claims{}).Encode(); caller.Encoded != encoded {
		t.Errorf("encoded as %q, want %q", caller.Encoded, encoded)
	}
	if i.fetches.Load() != 0 {
		t.Error("keys were fetched for an anonymous caller")
	}
}

func TestBadTokenIsRefused(t *testing.T) {
	t.Parallel()
	i, stranger := newIssuer(t), newIssuer(t)
	ed, rs := i.edKey(t, "ed"), i.rsaKey(t, "rsa")
	forged := stranger.edKey(t, "ed")
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	i.publish(jose.JSONWebKey{Key: small.Public(), KeyID: "small", Algorithm: "RS256"})
	i.publish(jose.JSONWebKey{Key: rs.private.Public(), KeyID: "encryption", Use: "enc"})
	i.publish(jose.JSONWebKey{Key: rs.private.Public(), KeyID: "pss", Algorithm: "PS256"})
	a := authenticator(t, i, newClock())
	with := func(name string, value any) jwt.MapClaims {
		claims := good()
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
		return claims
	}
	hmac := func() string { // the public key as the secret of a symmetric signature
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, good())
		token.Header["kid"] = "ed"
		text, err := token.SignedString([]byte(ed.private.Public().(ed25519.PublicKey)))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, good()).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	signed := ed.sign(t, good(), nil)
	parts := strings.Split(signed, ".")
	rsaAs := func(id string) string { return signingKey{id, jwt.SigningMethodRS256, rs.private}.sign(t, good(), nil) }
	for _, c := range []struct{ name, token, message string }{
		{"expired", ed.sign(t, with("exp", noon.Add(-31*time.Second).Unix()), nil), "has expired"},
		{"without expiry", ed.sign(t, with("exp", nil), nil), "lacks a claim"},
		{"not valid yet", ed.sign(t, with("nbf", noon.Add(31*time.Second).Unix()), nil), "not valid yet"},
		{"another audience", ed.sign(t, with("aud", "elsewhere"), nil), "another audience"},
		{"no audience", ed.sign(t, with("aud", nil), nil), "lacks a claim"},
		{"another issuer", ed.sign(t, with("iss", "https://evil.test"), nil), "another issuer"},
		{"no subject", ed.sign(t, with("sub", nil), nil), "lacks a claim"},
		{"another type", ed.sign(t, good(), map[string]any{"typ": "JWT"}), `type has to be "at+jwt"`},
		{"critical header", ed.sign(t, good(), map[string]any{"crit": []string{"x"}}), "critical parameters"},
		{"scope of a wrong kind", ed.sign(t, with("scope", 1), nil), "malformed"},
		{"another's signature", forged.sign(t, good(), nil), "signature is not valid"},
		{"other claims under the signature", parts[0] + "." + strings.Split(ed.sign(t, with("sub", "usr_2"), nil), ".")[1] + "." + parts[2], "signature is not valid"},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature is not valid"},
		{"algorithm none", none, "not known here"},
		{"symmetric with the public key", hmac(), "not known here"},
		{"a key's id with another algorithm", rsaAs("ed"), "not known here"},
		{"unknown key", rsaAs("nobody"), "not known here"},
		{"a key that is too short", rsaAs("small"), "not known here"},
		{"a key for encryption", rsaAs("encryption"), "not known here"},
		{"a key for another algorithm", rsaAs("pss"), "not known here"},
		{"no token", "", "malformed"},
		{"no JWT", "abc", "malformed"},
		{"two parts", "a.b", "malformed"},
		{"no base64", "$.$.$", "malformed"},
		{"too long", strings.Repeat("a", maxTokenBytes+1), "malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := a.Authenticate(t.Context(), bearer(c.token))
			checkRefusal(t, err, 401, CodeAuth, c.message)
			if c.token != "" && len(c.token) > 5 && strings.Contains(err.Error(), c.token) {
				t.Error("the error shows the token")
			}
		})
	}
}

func checkRefusal(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if refused.Status != status || refused.Cause.Extensions["code"] != code || !strings.Contains(err.Error(), message) {
		t.Errorf("got %d %v %q, want %d %s %q", refused.Status, refused.Cause.Extensions, err, status, code, message)
	}
}

func TestHeaderOfAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	token := i.edKey(t, "ed").sign(t, good(), nil)
	a := authenticator(t, i, newClock())
	for name, header := range map[string]http.Header{
		"another scheme": {"Authorization": {"Basic " + token}},
		"no scheme":      {"Authorization": {token}},
		"two headers":    {"Authorization": {"Bearer " + token, "Bearer " + token}},
		"empty":          {"Authorization": {""}},
	} {
		_, err := a.Authenticate(t.Context(), header)
		t.Log(name)
		checkRefusal(t, err, 401, CodeAuth, "")
	}
	if _, err := a.Authenticate(t.Context(), http.Header{"Authorization": {"bearer  " + token}}); err != nil {
		t.Errorf("the scheme's case does not matter: %v", err)
	}
}

func TestTokenIsForgottenWhenItExpires(t *testing.T) {
	t.Parallel()
	i, c := newIssuer(t), newClock()
	claims := good()
	claims["exp"] = noon.Add(10 * time.Second).Unix()
	header := bearer(i.edKey(t, "ed").sign(t, claims, nil))
	a := authenticator(t, i, c)
	for range 2 { // the second time from the cache
		if _, err := a.Authenticate(t.Context(), header); err != nil {
			t.Fatal(err)
		}
	}
	c.advance(39 * time.Second)
	if _, err := a.Authenticate(t.Context(), header); err != nil {
		t.Errorf("within the leeway: %v", err)
	}
	c.advance(time.Second)
	_, err := a.Authenticate(t.Context(), header)
	checkRefusal(t, err, 401, CodeAuth, "has expired")
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c cache
	for n := range 3 * cacheTokens {
		c.add([32]byte{byte(n), byte(n >> 8), byte(n >> 16)}, verified{})
		if size := len(c.current) + len(c.previous); size > cacheTokens {
			t.Fatalf("%d entries", size)
		}
	}
}

func TestMiddlewareRemovesHeadersOfARouter(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	key := i.edKey(t, "ed")
	refuse := func(w http.ResponseWriter, _ *http.Request, err *Error) { http.Error(w, err.Error(), err.Status) }
	for _, a := range []*Authenticator{nil, authenticator(t, i, newClock())} {
		var got Caller
		handler := Middleware(a, refuse)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = CallerOf(r.Context())
			if r.Header.Get(identity.IdentityHeader) != "" || r.Header.Get(identity.SignatureHeader) != "" {
				t.Errorf("headers went through: %v", r.Header)
			}
		}))
		r := httptest.NewRequest("POST", "/graphql", nil)
		r.Header.Set(identity.IdentityHeader, "v1;1;r;e30")
		r.Header.Set(identity.SignatureHeader, "v1;k;x")
		r.Header.Set("Authorization", "Bearer "+key.sign(t, good(), nil))
		handler.ServeHTTP(httptest.NewRecorder(), r)
		if got.Claims.Authenticated() != (a != nil) {
			t.Errorf("with authenticator %t: %+v", a != nil, got)
		}
	}
}

func TestMiddlewareStopsABadToken(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.edKey(t, "ed")
	handler := Middleware(authenticator(t, i, newClock()), func(w http.ResponseWriter, _ *http.Request, err *Error) {
		http.Error(w, err.Error(), err.Status)
	})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request went on") }))
	r := httptest.NewRequest("POST", "/graphql", nil)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestValidateNamesTheField(t *testing.T) {
	t.Parallel()
	set := func(change func(*JWKS)) Config {
		s := JWKS{URL: "https://issuer.test/keys"}
		change(&s)
		return Config{JWKS: []JWKS{s}}
	}
	for _, c := range []struct {
		name   string
		config Config
		field  string
	}{
		{"no sets", Config{}, "jwks"},
		{"no address", set(func(s *JWKS) { s.URL = "" }), "jwks.0.url"},
		{"a file", set(func(s *JWKS) { s.URL = "file:///keys" }), "jwks.0.url"},
		{"symmetric", set(func(s *JWKS) { s.Algorithms = []string{"HS256"} }), "jwks.0.algorithms"},
		{"too often", set(func(s *JWKS) { s.PollInterval = time.Millisecond }), "jwks.0.poll_interval"},
		{"prefix", Config{HeaderValuePrefix: "a b"}, "header_value_prefix"},
		{"header", Config{HeaderName: "a b"}, "header_name"},
	} {
		problem := c.config.WithDefaults().Validate()
		if problem == nil || strings.Join(problem.Field, ".") != c.field {
			t.Errorf("%s: %+v", c.name, problem)
		}
		if _, err := New(c.config, nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: New accepted it", c.name)
		}
	}
	if problem := set(func(*JWKS) {}).WithDefaults().Validate(); problem != nil {
		t.Errorf("defaults: %+v", problem)
	}
}

func FuzzAuthenticate(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("a.b.c")
	a, err := New(Config{JWKS: []JWKS{{URL: "http://127.0.0.1:1/"}}}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	a.sources[0].keys.Store(&keySet{})
	a.sources[0].last = time.Now().Add(time.Hour) // no fetches
	f.Fuzz(func(t *testing.T, token string) {
		_, err := a.Authenticate(t.Context(), bearer(token))
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%q: %v", token, err)
		}
	})
}

func BenchmarkAuthenticateCached(b *testing.B) {
	i := &issuer{}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	i.publish(jose.JSONWebKey{Key: private.Public(), KeyID: "ed"})
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{"sub": "usr_1", "exp": time.Now().Add(time.Hour).Unix()})
	token.Header["kid"] = "ed"
	text, err := token.SignedString(private)
	if err != nil {
		b.Fatal(err)
	}
	a, err := New(Config{JWKS: []JWKS{{URL: "http://127.0.0.1:1/"}}}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	a.sources[0].keys.Store(&keySet{keys: []key{{id: "ed", algorithm: "EdDSA", public: private.Public()}}})
	header := bearer(text)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(b.Context(), header); err != nil {
			b.Fatal(err)
		}
	}
}
