package auth

import (
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// keySet holds the usable keys of a key set, in its order. It is immutable.
type keySet struct {
	keys []key
}

// key is a public key with the one algorithm that it is for.
type key struct {
	id        string // "" if it has none
	algorithm string
	public    any // ed25519.PublicKey or *rsa.PublicKey
}

const (
	// maxKeys bounds the keys of a set: a token without "kid" is tried with each
	// of them.
	maxKeys = 100
	// minRSABits is what RFC 7518 §3.3 asks for.
	minRSABits = 2048
)

// parseKeySet reads a JWK Set (RFC 7517 §5). Keys that are not for verifying
// signatures of ours are left out; a set in which none is usable is an error
// unless it is empty, because an empty set is how an issuer withdraws all keys.
func parseKeySet(text []byte) (*keySet, error) {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	switch {
	case document.Keys == nil:
		return nil, errors.New(`it has no "keys"`)
	case len(document.Keys) > maxKeys:
		return nil, fmt.Errorf("it has %d keys; %d are the most", len(document.Keys), maxKeys)
	}
	set := &keySet{}
	for _, text := range document.Keys {
		var decoded jose.JSONWebKey
		if decoded.UnmarshalJSON(text) != nil {
			continue // a kind of key that we do not know
		}
		if usable, ok := usableKey(decoded); ok {
			set.keys = append(set.keys, usable)
		}
	}
	if len(set.keys) == 0 && len(document.Keys) > 0 {
		return nil, fmt.Errorf("none of its %d keys is a public EdDSA or RS256 key", len(document.Keys))
	}
	return set, nil
}

func usableKey(decoded jose.JSONWebKey) (key, bool) {
	if decoded.Use != "" && decoded.Use != "sig" {
		return key{}, false
	}
	result := key{id: decoded.KeyID, public: decoded.Key}
	switch public := decoded.Key.(type) {
	case ed25519.PublicKey:
		result.algorithm = jwt.SigningMethodEdDSA.Alg()
	case *rsa.PublicKey:
		if public.N.BitLen() < minRSABits {
			return key{}, false
		}
		result.algorithm = jwt.SigningMethodRS256.Alg()
	default: // also private and symmetric keys, which have no business there
		return key{}, false
	}
	// A key that names another algorithm (PS256, say) is for that one alone.
	return result, decoded.Algorithm == "" || decoded.Algorithm == result.algorithm
}

// find returns the keys that may have signed a token: those with the id that it
// names, or all if it names none, as far as they are for its algorithm.
func (s *keySet) find(id, algorithm string) []key {
	var found []key
	for _, k := range s.keys {
		if (id == "" || k.id == id) && k.algorithm == algorithm {
			found = append(found, k)
		}
	}
	return found
}
