package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"sync"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// A cursor's bytes: what the order is by (1: momentFirst or keyFirst), microseconds
// since 1970 (8, big endian) or the key, UUID (16), tag (12 of the HMAC's 32: whoever
// guesses one gets another page of what they may see anyway).
const (
	momentFirst = 1
	keyFirst    = 2

	momentBytes = 8
	uuidBytes   = 16
	tagBytes    = 12
	// maxCursorChars bounds what is decoded: a key of 1,024 bytes and the rest.
	maxCursorChars = 1_405
)

// Codec makes and reads cursors. It is safe for concurrent use.
type Codec struct {
	keys []*signingKey
}

// NewCodec returns a Codec that signs with the first of keys and accepts all.
func NewCodec(keys ...[]byte) (*Codec, error) {
	if len(keys) == 0 {
		return nil, errors.New("page: a codec needs a key")
	}
	c := &Codec{}
	for _, key := range keys {
		if len(key) < sha256.Size {
			return nil, errors.New("page: a key has fewer than 32 bytes")
		}
		c.keys = append(c.keys, &signingKey{secret: key})
	}
	return c, nil
}

// Cursor returns the cursor of p in the connection that scope names.
func (c *Codec) Cursor(scope string, p Position) string {
	raw := make([]byte, 0, 1+max(momentBytes, len(p.Key))+uuidBytes+sha256.Size)
	if p.Key != "" {
		raw = append(append(raw, keyFirst), p.Key...)
	} else {
		raw = binary.BigEndian.AppendUint64(append(raw, momentFirst), uint64(p.At.UnixMicro()))
	}
	raw = append(raw, p.ID[:]...)
	body := len(raw)
	raw = c.keys[0].tag(raw, scope, raw)
	return base64.RawURLEncoding.EncodeToString(raw[:body+tagBytes])
}

// Window checks args and reads their cursors, which must be of the connection
// that scope names. Its errors are refusals.
func (c *Codec) Window(scope string, args Args) (Window, error) {
	limit, backward, err := args.size()
	if err != nil {
		return Window{}, err
	}
	w := Window{Limit: limit, Backward: backward}
	if w.After, err = c.position(scope, "after", args.after); err != nil {
		return Window{}, err
	}
	if w.Before, err = c.position(scope, "before", args.before); err != nil {
		return Window{}, err
	}
	return w, nil
}

func (c *Codec) position(scope, name, cursor string) (*Position, error) {
	if cursor == "" {
		return nil, nil
	}
	refused := refusal.BadInput("argument %s is not a cursor of this connection: cursors fit the query, filter, order and person that they were made for", name)
	if len(cursor) > maxCursorChars {
		return nil, refused
	}
	// The length of the text counts too: the decoder skips line ends.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 1+uuidBytes+tagBytes || len(cursor) != base64.RawURLEncoding.EncodedLen(len(raw)) {
		return nil, refused
	}
	body, signature := raw[:len(raw)-tagBytes], raw[len(raw)-tagBytes:]
	for _, key := range c.keys {
		if !hmac.Equal(signature, key.tag(nil, scope, body)[:tagBytes]) {
			continue
		}
		if p := decode(body); p != nil {
			return p, nil
		}
	}
	return nil, refused
}

// decode reads the body of a cursor, nil if it is none of these.
func decode(body []byte) *Position {
	key := body[1 : len(body)-uuidBytes]
	p := &Position{ID: id.UUID(body[len(body)-uuidBytes:])}
	switch {
	case body[0] == momentFirst && len(key) == momentBytes:
		p.At = time.UnixMicro(int64(binary.BigEndian.Uint64(key))).UTC()
	case body[0] == keyFirst && len(key) > 0:
		p.Key = string(key)
	default:
		return nil
	}
	return p
}

// signingKey is a key and memory for making one tag after the other: every row of a
// page has one.
type signingKey struct {
	secret []byte
	pool   sync.Pool // of *signing
}

// signing is what is needed to make a tag.
type signing struct {
	mac  hash.Hash // HMAC-SHA256 with the key
	text []byte
}

// tag appends the HMAC of body and scope to dst. The length of the body keeps the
// two apart.
func (k *signingKey) tag(dst []byte, scope string, body []byte) []byte {
	w, _ := k.pool.Get().(*signing)
	if w == nil {
		w = &signing{mac: hmac.New(sha256.New, k.secret)}
	}
	defer k.pool.Put(w)
	w.text = binary.BigEndian.AppendUint16(w.text[:0], uint16(len(body)))
	w.text = append(append(w.text, body...), scope...)
	w.mac.Reset()
	w.mac.Write(w.text)
	return w.mac.Sum(dst)
}
