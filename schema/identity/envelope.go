package identity

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The headers that carry an envelope. A router removes them from what its
// clients send.
const (
	IdentityHeader  = "Weft-Identity"
	SignatureHeader = "Weft-Signature"
)

// version is the first part of both headers and of the signed text.
const version = "v1"

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

// Envelope is a verified Weft-Identity header.
type Envelope struct {
	Claims
	// RequestID is the router's id for this request: the id of the client's
	// request, a dot and a number. Subgraphs log it.
	RequestID string
	// Time is when the router signed, to the second.
	Time time.Time
}

// decodeEnvelope reads the value of Weft-Identity; it does not verify anything.
func decodeEnvelope(value string) (Envelope, error) {
	parts := strings.Split(value, ";")
	if len(parts) != 4 || parts[0] != version {
		return Envelope{}, errors.New(`want "v1;time;request id;claims"`)
	}
	seconds, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return Envelope{}, errors.New("its time is not a number of seconds")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return Envelope{}, errors.New("its claims are not base64url")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	envelope := Envelope{RequestID: parts[2], Time: time.Unix(seconds, 0)}
	if err := decoder.Decode(&envelope.Claims); err != nil {
		return Envelope{}, errors.New("its claims are not the JSON of version 1")
	}
	return envelope, nil
}

// message is what a signature covers, apart from the key.
type message struct {
	seconds   []byte // as it stands in the header
	method    string
	target    string // path?query
	requestID []byte
	body      []byte
	identity  []byte // value of Weft-Identity
}

// appendText appends the text that is signed; see the package comment.
func (m message) appendText(out []byte) []byte {
	body, identity := sha256.Sum256(m.body), sha256.Sum256(m.identity)
	out = append(append(out, version...), '\n')
	out = append(append(out, m.seconds...), '\n')
	out = append(append(out, m.method...), '\n')
	out = append(append(out, m.target...), '\n')
	out = append(append(out, m.requestID...), '\n')
	out = append(hex.AppendEncode(out, body[:]), '\n')
	return hex.AppendEncode(out, identity[:])
}

// mac returns base64url(HMAC-SHA256(secret, text)).
func (m message) mac(secret []byte) string {
	hash := hmac.New(sha256.New, secret)
	hash.Write(m.appendText(nil))
	return base64.RawURLEncoding.EncodeToString(hash.Sum(nil))
}
