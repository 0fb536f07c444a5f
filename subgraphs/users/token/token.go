package token

import (
	"cmp"
	"crypto"
	"crypto/rand"
	"encoding/json"
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
	// Key signs the tokens: ed25519.PrivateKey (EdDSA) or, for programs that know
	// nothing else, *rsa.PrivateKey (RS256). Required.
	Key crypto.Signer
	// Others are public keys that are published beside that of Key: one that is
	// about to sign, so that everybody knows it when it does, and those that have
	// signed until lately. Defaults to none.
	Others []crypto.PublicKey
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
	cfg    Config
	method jwt.SigningMethod
	keyID  string
	jwks   []byte
}

// New returns an Issuer.
func New(cfg Config) (*Issuer, error) {
	cfg.Life = cmp.Or(cfg.Life, 15*time.Minute)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	switch {
	case cfg.Key == nil:
		return nil, errors.New("token: Key is missing")
	case cfg.Issuer == "" || cfg.Audience == "":
		return nil, errors.New("token: Issuer and Audience are required")
	case cfg.Life < time.Second:
		return nil, errors.New("token: Life must be at least a second")
	}
	var set jose.JSONWebKeySet
	for _, key := range append([]crypto.PublicKey{cfg.Key.Public()}, cfg.Others...) {
		public, err := publish(key)
		if err != nil {
			return nil, err
		}
		if len(set.Key(public.KeyID)) > 0 {
			return nil, fmt.Errorf("token: key %s is given twice", public.KeyID)
		}
		set.Keys = append(set.Keys, public)
	}
	jwks, err := json.Marshal(set)
	if err != nil {
		return nil, fmt.Errorf("token: %w", err)
	}
	return &Issuer{cfg: cfg, method: jwt.GetSigningMethod(set.Keys[0].Algorithm), keyID: set.Keys[0].KeyID, jwks: jwks}, nil
}

// Life is how long a token is accepted.
func (i *Issuer) Life() time.Duration { return i.cfg.Life }

// claims are those of an access token: what RFC 9068 §2.2 lists without client_id,
// and the session.
type claims struct {
	Scope   string `json:"scope,omitempty"`
	Session string `json:"sid"`
	jwt.RegisteredClaims
}

// Issue returns an access token and its life in seconds.
func (i *Issuer) Issue(subject, session string, scopes []string) (text string, seconds int32, err error) {
	now := i.cfg.Now()
	token := jwt.NewWithClaims(i.method, claims{
		Scope:   strings.Join(scopes, " "),
		Session: session,
		RegisteredClaims: jwt.RegisteredClaims{
			ID: rand.Text(), Issuer: i.cfg.Issuer, Audience: jwt.ClaimStrings{i.cfg.Audience}, Subject: subject,
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

// JWKS serves the public keys as a JSON Web Key Set (RFC 7517).
func (i *Issuer) JWKS() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(i.jwks) // a client that went away does not read it
	})
}
