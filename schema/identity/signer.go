package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"strconv"
	"sync"
	"time"
)

// Signer makes envelopes with the first key of a ring. It is safe for
// concurrent use.
type Signer struct {
	key  Key
	pool sync.Pool // of *signing
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
	// RequestID is different for every request, together with Number, which stands
	// behind it and a dot unless it is 0. Its characters are letters, digits, '-',
	// '_' and '.'; others make the envelope invalid.
	RequestID string
	Number    int
	// Claims is the encoded form of the caller's claims (Claims.Encode).
	Claims string
}

// Sign returns the values of the Weft-Identity and Weft-Signature headers for
// one request, signed at now.
func (s *Signer) Sign(request Request, now time.Time) (identity, signature string) {
	w := s.sign(&request, now)
	defer s.pool.Put(w)
	return string(w.identity), string(w.signature)
}

// AppendHeaders appends both headers as they are sent in HTTP/1.1, each with its
// end of line. It allocates nothing but room in out.
func (s *Signer) AppendHeaders(out []byte, request Request, now time.Time) []byte {
	w := s.sign(&request, now)
	defer s.pool.Put(w)
	out = append(append(append(out, IdentityHeader+": "...), w.identity...), "\r\n"...)
	return append(append(append(out, SignatureHeader+": "...), w.signature...), "\r\n"...)
}

// signing is memory for making one signature after the other.
type signing struct {
	mac                       hash.Hash
	identity, signature, text []byte
}

func (s *Signer) sign(request *Request, now time.Time) *signing {
	w, _ := s.pool.Get().(*signing)
	if w == nil {
		w = &signing{mac: hmac.New(sha256.New, s.key.Secret)}
	}
	w.identity = append(append(w.identity[:0], version...), ';')
	begin := len(w.identity)
	w.identity = strconv.AppendInt(w.identity, now.Unix(), 10)
	seconds := w.identity[begin:]
	w.identity = append(w.identity, ';')
	begin = len(w.identity)
	w.identity = append(w.identity, request.RequestID...)
	if request.Number != 0 {
		w.identity = strconv.AppendInt(append(w.identity, '.'), int64(request.Number), 10)
	}
	requestID := w.identity[begin:]
	w.identity = append(append(w.identity, ';'), request.Claims...)

	w.text = message{
		seconds: seconds, method: request.Method, target: request.Target,
		requestID: requestID, body: request.Body, identity: w.identity,
	}.appendText(w.text[:0])
	w.mac.Reset()
	w.mac.Write(w.text)
	w.text = w.mac.Sum(w.text[:0])
	w.signature = append(append(append(append(w.signature[:0], version...), ';'), s.key.ID...), ';')
	w.signature = base64.RawURLEncoding.AppendEncode(w.signature, w.text)
	return w
}
