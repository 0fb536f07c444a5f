package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/weftql/weft/subgraphs/users/token"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func issuer(t *testing.T) *token.Issuer {
	t.Helper()
	i, err := token.New(token.Config{Key: ed25519.NewKeyFromSeed(make([]byte, 32)), Issuer: "iss", Audience: "aud", Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestTokenFitsItsKeySet checks a token as a router does: with the key of the
// published set that the token names.
func TestTokenFitsItsKeySet(t *testing.T) {
	t.Parallel()
	i := issuer(t)
	text, seconds, err := i.Issue("usr_1", "ses_1", []string{"admin", "other"})
	if err != nil || seconds != 900 {
		t.Fatal(seconds, err)
	}
	recorder := httptest.NewRecorder()
	i.JWKS().ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(recorder.Body.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(recorder.Body.String(), `"d"`) {
		t.Fatal("the key set contains the private key")
	}
	claims := jwt.MapClaims{}
	parsed, err := jwt.ParseWithClaims(text, claims, func(parsed *jwt.Token) (any, error) {
		keyID, _ := parsed.Header["kid"].(string)
		keys := set.Key(keyID)
		if len(keys) != 1 {
			t.Fatalf("%d keys %q in %s", len(keys), keyID, recorder.Body)
		}
		return keys[0].Key, nil
	}, jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer("iss"), jwt.WithAudience("aud"), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return noon.Add(14 * time.Minute) }))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header["typ"] != "at+jwt" {
		t.Errorf("header %v", parsed.Header)
	}
	again, _, err := i.Issue("usr_1", "ses_1", []string{"admin", "other"})
	if jti, _ := claims["jti"].(string); len(jti) != 26 || err != nil || again == text {
		t.Errorf("jti %q, %v; another token is another: %t", jti, err, again != text)
	}
	delete(claims, "jti")
	want := jwt.MapClaims{
		"iss": "iss", "aud": []any{"aud"}, "sub": "usr_1", "sid": "ses_1", "scope": "admin other",
		"iat": float64(noon.Unix()), "exp": float64(noon.Add(15 * time.Minute).Unix()),
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

func TestKeyIDIsTheKeys(t *testing.T) {
	t.Parallel()
	keyID := func(seed byte) string {
		key := make([]byte, 32)
		key[0] = seed
		i, err := token.New(token.Config{Key: ed25519.NewKeyFromSeed(key), Issuer: "iss", Audience: "aud"})
		if err != nil {
			t.Fatal(err)
		}
		text, _, err := i.Issue("usr_1", "ses_1", nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		return parsed.Header["kid"].(string)
	}
	first, again, other := keyID(1), keyID(1), keyID(2)
	if first != again || first == other {
		t.Error("key ids do not tell keys apart")
	}
}

func pemOf(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func ed(seed byte) ed25519.PrivateKey {
	key := make([]byte, 32)
	key[0] = seed
	return ed25519.NewKeyFromSeed(key)
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	old, next, formerly := ed(1), ed(2), rsaKey(t, 2048)
	keys, err := token.ParseKeys(pemOf(t, old) + "\n" + pemOf(t, next) + publicPEM(t, formerly.Public()) + "\n")
	if err != nil {
		t.Fatal(err)
	}
	if !old.Equal(keys.Signing) || len(keys.Others) != 2 || !next.Public().(ed25519.PublicKey).Equal(keys.Others[0]) || !formerly.PublicKey.Equal(keys.Others[1]) {
		t.Errorf("keys %+v", keys)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "secret", "another kind of key": pemOf(t, other), "something behind a key": pemOf(t, old) + "secret",
		"a broken key":                 string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})),
		"a public key first":           publicPEM(t, old.Public()) + pemOf(t, old),
		"an RSA key that is too short": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: short(t)})),
		"a certificate":                string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})),
	} {
		if _, err := token.ParseKeys(text); err == nil {
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

// short is an RSA key of 1024 bits, which the standard library makes no longer.
func short(t *testing.T) []byte {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(shortRSA)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDerivedKeysFollowTheirOrigin: the first stays available while its origin is
// anywhere among the keys, and differs by purpose.
func TestDerivedKeysFollowTheirOrigin(t *testing.T) {
	t.Parallel()
	derive := func(text, purpose string) [][]byte {
		keys, err := token.ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		derived, err := keys.Derive(purpose)
		if err != nil {
			t.Fatal(err)
		}
		return derived
	}
	first, second := pemOf(t, ed(1)), pemOf(t, ed(2))
	before, after := derive(first+second, "a"), derive(second+first, "a")
	if len(before) != 2 || len(before[0]) != 32 || !cmp.Equal(before[0], after[1]) || !cmp.Equal(before[1], after[0]) || cmp.Equal(before[0], before[1]) {
		t.Error("the derived keys do not follow their origins")
	}
	if cmp.Equal(before[0], derive(first, "b")[0]) {
		t.Error("two purposes have the same key")
	}
}

// TestRotation goes through the steps of replacing a key, from Ed25519 to RSA, and
// checks each token with each set that a router may still have.
func TestRotation(t *testing.T) {
	t.Parallel()
	former, next := pemOf(t, ed(1)), pemOf(t, rsaKey(t, 2048))
	var issuers []*token.Issuer
	for _, text := range []string{former, former + next, next + former, next} {
		keys, err := token.ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		i, err := token.New(token.Config{Key: keys.Signing, Others: keys.Others, Issuer: "iss", Audience: "aud"})
		if err != nil {
			t.Fatal(err)
		}
		issuers = append(issuers, i)
	}
	for step, i := range issuers {
		text, _, err := i.Issue("usr_1", "ses_1", nil)
		if err != nil {
			t.Fatal(err)
		}
		// Replicas and routers are at most one step apart.
		for other := max(0, step-1); other <= min(len(issuers)-1, step+1); other++ {
			recorder := httptest.NewRecorder()
			issuers[other].JWKS().ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
			var set jose.JSONWebKeySet
			if err := json.Unmarshal(recorder.Body.Bytes(), &set); err != nil {
				t.Fatal(err)
			}
			parsed, err := jwt.Parse(text, func(parsed *jwt.Token) (any, error) {
				keys := set.Key(parsed.Header["kid"].(string))
				if len(keys) != 1 || keys[0].Algorithm != parsed.Method.Alg() || keys[0].Use != "sig" || !keys[0].IsPublic() {
					return nil, fmt.Errorf("keys %+v", keys)
				}
				return keys[0].Key, nil
			}, jwt.WithValidMethods([]string{"EdDSA", "RS256"}))
			if err != nil {
				t.Errorf("token of step %d with the keys of step %d: %v", step, other, err)
			} else if want := []string{"EdDSA", "EdDSA", "RS256", "RS256"}[step]; parsed.Method.Alg() != want {
				t.Errorf("step %d signs with %s", step, parsed.Method.Alg())
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	for name, cfg := range map[string]token.Config{
		"a key twice": {Key: key, Others: []crypto.PublicKey{key.Public()}, Issuer: "iss", Audience: "aud"},
		"no key":      {Issuer: "iss", Audience: "aud"}, "no issuer": {Key: key, Audience: "aud"}, "no audience": {Key: key, Issuer: "iss"},
		"a life of less than a second": {Key: key, Issuer: "iss", Audience: "aud", Life: time.Millisecond},
	} {
		if _, err := token.New(cfg); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// shortRSA is an RSA key of 1024 bits: PKCS #8, DER, base64.
const shortRSA = "MIICXAIBAAKBgQDe2sotcU8l2xfwNL90sQur/erbgF6ZAHnO6Rse4YNDUG2rrgJLQ2vzgFdief2VsxMXcf1zJolznLTa0ZWJ6RVmwL69+LRt9x4mikPV1iw3jPkXMTE3s7u2kmrmu0DIDfS0dfBOVNP3EKy0sPVhsyHtCw5h4JNy3rFYsm++UqEmowIDAQABAoGAVcF1mWUH4vZbUNjLb9kNN8L/FDZisJfJR8DV6d03yLhza2QLh/DK4qnZdpCg73E4gIYh1KTYsb90rNuHoskprWfSD0bj7WgtDvFHhFZrtvfQNUAbDH/NRnoogoq/iq4COBXK808g2x+TBgUrE0rwI7bW6jz5hA1+T16P8H5a2+ECQQDz9b/nR2K/RMoN4eVEoxuNOKr7xLvBbPQQQMuEY2kRY+ASwg/YR7NsfbJAUYsZxzPPKPmIqZJWA9W5sImrBTvRAkEA6dpj8d07AiUofRanL98dkSyXh8GQeTe+lfL1Y4dTgAiKUzZvWl4YNe5phbE+QGVn8cGlAeK9mAMq8/ZtTg18MwJADdNFdtPi0rgRQ0wj9AnSS+SEPBRgF4wXILyrS+teTu/8CNQalcUqc+GDsoVsfp99XiYSTh5d/qXk/Mr2Yky/oQJAJhHchWpbidzcu4htjTiISrL0tDAJwgIWL7kOw7YrHMPHKQbKl+6LiHQYj6AsHzWi91Nr9mOgM9gILREn+DXvywJBANQChOGCNSf5VPm2nV1tkuTiPMluASJQaUBPphPK2t+DplWyLhMkXpkqYHIRh2DpXPUwSt47TK915Gyc5HGMc2s="
