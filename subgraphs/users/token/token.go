package token

import (
	"cmp"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// Config configures an Issuer.
type Config struct {
	// Key signs the tokens. Required.
	Key ed25519.PrivateKey
	// Issuer is the claim iss. Required.
	Issuer string
	// Audience is the claim aud. Required.
	Audience string
	// Life is how long a token is accepted. Defaults to 15 minutes.
	Life time.Duration
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
}

// Issuer signs access tokens. It is safe for concurrent use.
type Issuer struct {
	cfg   Config
	keyID string
	jwks  []byte
}

// New returns an Issuer.
func New(cfg Config) (*Issuer, error) {
	cfg.Life = cmp.Or(cfg.Life, 15*time.Minute)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	switch {
	case len(cfg.Key) != ed25519.PrivateKeySize:
		return nil, errors.New("token: Key is missing")
	case cfg.Issuer == "" || cfg.Audience == "":
		return nil, errors.New("token: Issuer and Audience are required")
	case cfg.Life < time.Second:
		return nil, errors.New("token: Life must be at least a second")
	}
	public := jose.JSONWebKey{Key: cfg.Key.Public(), Algorithm: string(jose.EdDSA), Use: "sig"}
	thumbprint, err := public.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	public.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{public}})
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return &Issuer{cfg: cfg, keyID: public.KeyID, jwks: jwks}, nil
}

// ParseKey reads a private Ed25519 key in PEM (PKCS #8), as "openssl genpkey
// -algorithm ed25519" writes it.
func ParseKey(text string) (ed25519.PrivateKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.New(`token: the signing key is not one PEM block "PRIVATE KEY" (make one with: openssl genpkey -algorithm ed25519)`)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("token: signing key: %w", err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("token: the signing key is %T, but must be Ed25519", parsed)
	}
	return key, nil
}

// claims are those of an access token (RFC 9068 §2.2).
type claims struct {
	Scope   string `json:"scope,omitempty"`
	Session string `json:"sid"`
	jwt.RegisteredClaims
}

// Issue returns an access token and its life in seconds.
func (i *Issuer) Issue(subject, session string, scopes []string) (text string, seconds int32, err error) {
	now := i.cfg.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		Scope:   strings.Join(scopes, " "),
		Session: session,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: i.cfg.Issuer, Audience: jwt.ClaimStrings{i.cfg.Audience}, Subject: subject,
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(i.cfg.Life)),
		},
	})
	token.Header["typ"] = "at+jwt"
	token.Header["kid"] = i.keyID
	if text, err = token.SignedString(i.cfg.Key); err != nil {
		return "", 0, fmt.Errorf("token: %w", err)
	}
	return text, int32(i.cfg.Life / time.Second), nil
}

// JWKS serves the public key as a JSON Web Key Set (RFC 7517).
func (i *Issuer) JWKS() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(i.jwks) // a client that went away does not read it
	})
}
