package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"
)

// received is the value of a Weft-Identity header in its parts, of which nothing
// is verified.
type received struct {
	value, seconds, requestID, claims string
}

func splitEnvelope(value string) (received, error) {
	r := received{value: value}
	given, rest, _ := strings.Cut(value, ";")
	var requestIDFound, claimsFound bool
	r.seconds, rest, requestIDFound = strings.Cut(rest, ";")
	r.requestID, r.claims, claimsFound = strings.Cut(rest, ";")
	if given != version || !requestIDFound || !claimsFound || strings.Contains(r.claims, ";") {
		return r, errors.New(`want "v1;time;request id;claims"`)
	}
	return r, nil
}

// splitSignature returns the parts of a Weft-Signature header.
func splitSignature(value string) (keyID, mac string, err error) {
	given, rest, _ := strings.Cut(value, ";")
	keyID, mac, found := strings.Cut(rest, ";")
	if given != version || !found || strings.Contains(mac, ";") {
		return "", "", errors.New(`want "v1;key id;signature"`)
	}
	return keyID, mac, nil
}

// decode reads the envelope.
func (r received) decode(w *verification) (Envelope, error) {
	seconds, err := strconv.ParseInt(r.seconds, 10, 64)
	if err != nil {
		return Envelope{}, errors.New("its time is not a number of seconds")
	}
	w.text = append(w.text[:0], r.claims...)
	if w.claims, err = base64.RawURLEncoding.AppendDecode(w.claims[:0], w.text); err != nil {
		return Envelope{}, errors.New("its claims are not base64url")
	}
	claims, err := decodeClaims(w.claims)
	return Envelope{Claims: claims, RequestID: r.requestID, Time: time.Unix(seconds, 0)}, err
}

// verifyingKey is a key and memory for verifying one signature after the other.
type verifyingKey struct {
	secret []byte
	pool   sync.Pool // of *verification
}

// verification is what is needed to verify one signature.
type verification struct {
	hash                        hash.Hash // HMAC-SHA256 with the key
	identity, text, claims, sum []byte
}

// begin returns memory that is to be put back.
func (k *verifyingKey) begin() *verification {
	if w, ok := k.pool.Get().(*verification); ok {
		return w
	}
	return &verification{hash: hmac.New(sha256.New, k.secret)}
}

// mac returns what the key makes of a request and the envelope it came with.
func (w *verification) mac(method, target string, body []byte, r received) mac {
	w.identity = append(w.identity[:0], r.value...)
	end := len(r.value) - len(r.claims) - 1
	requestID := w.identity[end-len(r.requestID) : end]
	end -= len(r.requestID) + 1
	w.text = message{
		seconds: w.identity[end-len(r.seconds) : end], method: method, target: target,
		requestID: requestID, body: body, identity: w.identity,
	}.appendText(w.text[:0])
	w.hash.Reset()
	w.hash.Write(w.text)
	w.sum = w.hash.Sum(w.sum[:0])
	return mac(w.sum)
}

// mac is a signature's HMAC-SHA256.
type mac [sha256.Size]byte

// macLength is how long a mac is in base64url.
const macLength = (sha256.Size*8 + 5) / 6

// is tells whether text is the mac in base64url, in a time that does not depend on
// where they differ.
func (m mac) is(text string) bool {
	var want, got [macLength]byte
	base64.RawURLEncoding.Encode(want[:], m[:])
	return len(text) == macLength && copy(got[:], text) == macLength && hmac.Equal(want[:], got[:])
}
