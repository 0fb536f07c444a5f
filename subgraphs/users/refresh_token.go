package users

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

// RefreshToken is what a client exchanges for the next tokens of its session,
// once: 32 bytes that nobody can guess.
type RefreshToken [32]byte

// refreshPrefix tells scanners of secrets what they have found.
const refreshPrefix = "wrt_"

// refreshEncoding has one spelling for each token.
var refreshEncoding = base64.RawURLEncoding.Strict()

// ParseRefreshToken reads what a client presents.
func ParseRefreshToken(text string) (RefreshToken, error) {
	var token RefreshToken
	body, ok := strings.CutPrefix(text, refreshPrefix)
	if !ok || len(body) != refreshEncoding.EncodedLen(len(token)) || strings.ContainsAny(body, "\r\n") {
		return token, errors.New("users: not a refresh token")
	}
	if _, err := refreshEncoding.Decode(token[:], []byte(body)); err != nil {
		return token, errors.New("users: not a refresh token")
	}
	return token, nil
}

// String returns the token as clients get it.
func (t RefreshToken) String() string { return refreshPrefix + refreshEncoding.EncodeToString(t[:]) }

// Hash is what is stored of the token. It needs no salt and no passes: there is
// nothing to guess in 256 random bits.
func (t RefreshToken) Hash() [32]byte { return sha256.Sum256(t[:]) }

// Successor returns the token that follows t. Whoever presents t again within
// the grace gets the same one, although neither is stored: it takes t itself, the
// salt, which is erased after the grace, and the service's key.
func (t RefreshToken) Successor(key []byte, salt [16]byte) RefreshToken {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("weft refresh token v1"))
	mac.Write(salt[:])
	mac.Write(t[:])
	return RefreshToken(mac.Sum(nil))
}
