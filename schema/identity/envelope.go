package identity

import (
	"crypto/sha256"
	"encoding/hex"
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

// Envelope is a verified Weft-Identity header.
type Envelope struct {
	Claims
	// RequestID is the router's id for this request: the id of the client's
	// request, a dot and a number. Subgraphs log it.
	RequestID string
	// Time is when the router signed, to the second.
	Time time.Time
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
