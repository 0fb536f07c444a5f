package identity

import (
	"errors"
	"strconv"
	"time"
)

// Signer makes envelopes with the first key of a ring. It is safe for
// concurrent use.
type Signer struct {
	key Key
}

// NewSigner returns a Signer that uses the first of keys.
func NewSigner(keys Keys) (*Signer, error) {
	if len(keys) == 0 {
		return nil, errors.New("identity: a signer needs a key")
	}
	return &Signer{key: keys[0]}, nil
}

// Request is what one signature covers.
type Request struct {
	Method string // "POST"
	Target string // path and query as they are sent: "/graphql"
	Body   []byte
	// RequestID is different for every request. Its characters are letters,
	// digits, '-', '_' and '.'; others make the envelope invalid.
	RequestID string
	// Claims is the encoded form of the caller's claims (Claims.Encode).
	Claims string
}

// Sign returns the values of the Weft-Identity and Weft-Signature headers for
// one request, signed at now.
func (s *Signer) Sign(request Request, now time.Time) (identity, signature string) {
	seconds := strconv.FormatInt(now.Unix(), 10)
	identity = version + ";" + seconds + ";" + request.RequestID + ";" + request.Claims
	mac := message{
		seconds: seconds, method: request.Method, target: request.Target,
		requestID: request.RequestID, body: request.Body, identity: identity,
	}.mac(s.key.Secret)
	return identity, version + ";" + s.key.ID + ";" + mac
}
