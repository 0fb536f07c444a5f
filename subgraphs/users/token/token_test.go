package token_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
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

func TestParseKey(t *testing.T) {
	t.Parallel()
	encode := func(key any) string {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	want := ed25519.NewKeyFromSeed(make([]byte, 32))
	good := encode(want)
	got, err := token.ParseKey(good)
	if err != nil || !got.Equal(want) {
		t.Errorf("error %v", err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "no PEM": "secret", "another kind of key": encode(other), "two keys": good + good,
		"a broken key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})),
	} {
		if _, err := token.ParseKey(text); err == nil {
			t.Errorf("%s is accepted", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	for name, cfg := range map[string]token.Config{
		"no key": {Issuer: "iss", Audience: "aud"}, "no issuer": {Key: key, Audience: "aud"}, "no audience": {Key: key, Issuer: "iss"},
		"a life of less than a second": {Key: key, Issuer: "iss", Audience: "aud", Life: time.Millisecond},
	} {
		if _, err := token.New(cfg); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
