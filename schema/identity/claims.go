package identity

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// Claims is what the router knows about a caller. The zero value is an
// anonymous caller.
type Claims struct {
	// Subject is the caller's user id, "" for an anonymous caller.
	Subject string `json:"sub,omitempty"`
	// Session identifies the login that the access token belongs to.
	Session string `json:"sid,omitempty"`
	// Scopes are the token's scopes, in its order.
	Scopes []string `json:"scope,omitempty"`
	// ExpiresAt is the access token's end of life in Unix seconds, 0 for an
	// anonymous caller.
	ExpiresAt int64 `json:"exp,omitempty"`
	// Address is the IP address that the client's request came from, as far as the
	// router can know it, and UserAgent what the client says it is, printable and
	// at most 256 bytes. Both are there for mutations only, also for those of
	// anonymous callers: queries of one caller stay equal wherever they come from.
	Address   string `json:"ip,omitempty"`
	UserAgent string `json:"ua,omitempty"`
}

// Authenticated tells whether the caller presented a valid access token.
func (c Claims) Authenticated() bool { return c.Subject != "" }

// HasScope tells whether the token carries scope.
func (c Claims) HasScope(scope string) bool {
	for _, s := range c.Scopes {
		if s == scope {
			return true
		}
	}
	return false
}

// Encode returns the claims as they stand in an envelope. The same claims give
// the same text, so that a caller's requests can be compared by it.
func (c Claims) Encode() (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("identity: encode claims: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

// decodeClaims reads the JSON of claims. Members that are not known are refused.
func decodeClaims(text []byte) (Claims, error) {
	if claims, ok := plainClaims(text); ok {
		return claims, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var claims Claims
	if err := decoder.Decode(&claims); err != nil {
		return Claims{}, errors.New("its claims are not the JSON of version 1")
	}
	return claims, nil
}

// plainClaims reads claims as Encode writes most of them: without spaces, without
// escapes in strings, in ASCII. For anything else ok is false, which says nothing
// about whether it is right. encoding/json takes longer than all the rest of a
// verification (BenchmarkVerify).
func plainClaims(text []byte) (claims Claims, ok bool) {
	p := plain{rest: text}
	if !p.is('{') {
		return Claims{}, false
	}
	for more := !p.is('}'); more; more = p.more('}') {
		switch name := p.text(); {
		case !p.is(':'):
			p.failed = true
		case string(name) == "sub":
			claims.Subject = string(p.text())
		case string(name) == "sid":
			claims.Session = string(p.text())
		case string(name) == "scope":
			claims.Scopes = p.texts()
		case string(name) == "exp":
			claims.ExpiresAt = p.integer()
		case string(name) == "ip":
			claims.Address = string(p.text())
		case string(name) == "ua":
			claims.UserAgent = string(p.text())
		default:
			p.failed = true
		}
	}
	return claims, !p.failed && len(p.rest) == 0
}
