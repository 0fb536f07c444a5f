package auth

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// issuer signs tokens and serves its keys.
type issuer struct {
	url     string
	fetches atomic.Int64
	fetched chan struct{} // gets a value for each fetch, as far as there is room

	mu     sync.Mutex
	keys   []jose.JSONWebKey
	status int    // of the key set's address, 0 for 200
	body   string // in place of the key set
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{fetched: make(chan struct{}, 100)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.fetches.Add(1)
		select {
		case i.fetched <- struct{}{}:
		default:
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.status != 0 {
			w.WriteHeader(i.status)
			return
		}
		if i.body != "" {
			_, _ = w.Write([]byte(i.body))
			return
		}
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: i.keys})
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	return i
}

func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

// signingKey is a private key under an id.
type signingKey struct {
	id      string
	method  jwt.SigningMethod
	private crypto.Signer
}

func (i *issuer) edKey(t *testing.T, id string) signingKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.publish(jose.JSONWebKey{Key: private.Public(), KeyID: id, Algorithm: "EdDSA", Use: "sig"})
	return signingKey{id, jwt.SigningMethodEdDSA, private}
}

func (i *issuer) rsaKey(t *testing.T, id string) signingKey {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i.publish(jose.JSONWebKey{Key: private.Public(), KeyID: id, Algorithm: "RS256", Use: "sig"})
	return signingKey{id, jwt.SigningMethodRS256, private}
}

func (i *issuer) publish(key jose.JSONWebKey) {
	i.set(func() { i.keys = append(i.keys, key) })
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// good is what a token of the test issuer says.
func good() jwt.MapClaims {
	return jwt.MapClaims{
		"iss": "https://issuer.test", "aud": "weft", "sub": "usr_1", "sid": "ses_1", "scope": "admin read",
		"exp": noon.Add(15 * time.Minute).Unix(),
	}
}

func (k signingKey) sign(t *testing.T, claims jwt.MapClaims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(k.method, claims)
	token.Header["kid"], token.Header["typ"] = k.id, "at+jwt"
	for name, value := range header {
		token.Header[name] = value
		if value == nil {
			delete(token.Header, name)
		}
	}
	text, err := token.SignedString(k.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// clock is a time that tests move.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(noon.UnixNano())
	return c
}

func (c *clock) now() time.Time           { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(by time.Duration) { c.nanos.Add(int64(by)) }

func authenticator(t *testing.T, i *issuer, c *clock) *Authenticator {
	t.Helper()
	a, err := newAuthenticator(Config{JWKS: []JWKS{{
		URL: i.url, Issuers: []string{"https://issuer.test"}, Audiences: []string{"weft", "other"}, Typ: "at+jwt",
	}}}, slog.New(slog.DiscardHandler), c.now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
