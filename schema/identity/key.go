package identity

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MinKeyBytes is the shortest secret that ParseKeys accepts: the length of the
// MAC that it makes, so that guessing the key is no easier than guessing a MAC.
const MinKeyBytes = 32

// Key is one shared secret of the router and the subgraphs.
type Key struct {
	ID     string
	Secret []byte
}

// String names the key and hides its secret, also from "%v" in a log line.
func (k Key) String() string { return "key " + k.ID }

// GoString hides the secret from "%#v".
func (k Key) GoString() string { return k.String() }

// Keys is a key ring: the first key signs, every one verifies.
type Keys []Key

// ParseKeys reads "id:base64,id:base64", the value of WEFT_IDENTITY_KEYS.
// Padded and unpadded base64 of either alphabet is accepted; white space around
// an entry is ignored. Its errors name the entry and never the secret.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	seen := map[string]bool{}
	for i, entry := range strings.Split(strings.TrimSpace(text), ",") {
		key, err := parseKey(strings.TrimSpace(entry))
		if err != nil {
			return nil, fmt.Errorf("identity keys: entry %d: %w", i+1, err)
		}
		if seen[key.ID] {
			return nil, fmt.Errorf("identity keys: entry %d: key id %q is there twice", i+1, key.ID)
		}
		seen[key.ID] = true
		keys = append(keys, key)
	}
	return keys, nil
}

func parseKey(entry string) (Key, error) {
	id, encoded, found := strings.Cut(entry, ":")
	if !found || id == "" {
		return Key{}, errors.New(`want "id:base64"`)
	}
	if !isToken(id) {
		return Key{}, errors.New("a key id has letters, digits, '-', '_' and '.' only")
	}
	alphabet := base64.RawStdEncoding
	if strings.ContainsAny(encoded, "-_") {
		alphabet = base64.RawURLEncoding
	}
	secret, err := alphabet.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return Key{}, fmt.Errorf("key %q is not base64", id)
	}
	if len(secret) < MinKeyBytes {
		return Key{}, fmt.Errorf("key %q has %d bytes; at least %d are needed (openssl rand -base64 %d)",
			id, len(secret), MinKeyBytes, MinKeyBytes)
	}
	return Key{ID: id, Secret: secret}, nil
}

// isToken tells whether s can stand between the ";" of a header.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return s != ""
}
