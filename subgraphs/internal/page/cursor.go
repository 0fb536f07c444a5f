package page

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// A cursor's bytes: version 1, microseconds since 1970 (8, big endian), UUID
// (16), tag (12 of the HMAC's 32: whoever guesses one gets another page of what
// they may see anyway).
const (
	cursorVersion = 1
	bodyBytes     = 1 + 8 + 16
	tagBytes      = 12
)

// Codec makes and reads cursors. It is safe for concurrent use.
type Codec struct {
	keys [][]byte
}

// NewCodec returns a Codec that signs with the first of keys and accepts all.
func NewCodec(keys ...[]byte) (*Codec, error) {
	if len(keys) == 0 {
		return nil, errors.New("page: a codec needs a key")
	}
	for _, key := range keys {
		if len(key) < sha256.Size {
			return nil, errors.New("page: a key has fewer than 32 bytes")
		}
	}
	return &Codec{keys: keys}, nil
}

// Cursor returns the cursor of p in the connection that scope names.
func (c *Codec) Cursor(scope string, p Position) string {
	raw := make([]byte, 0, bodyBytes+sha256.Size)
	raw = append(raw, cursorVersion)
	raw = binary.BigEndian.AppendUint64(raw, uint64(p.At.UnixMicro()))
	raw = append(raw, p.ID[:]...)
	raw = tag(raw, c.keys[0], scope, raw)
	return base64.RawURLEncoding.EncodeToString(raw[:bodyBytes+tagBytes])
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
	refused := refusal.BadInput("argument %s is not a cursor of this connection", name)
	// The length of the text counts too: the decoder skips line ends.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) != bodyBytes+tagBytes || len(cursor) != base64.RawURLEncoding.EncodedLen(len(raw)) || raw[0] != cursorVersion {
		return nil, refused
	}
	for _, key := range c.keys {
		if hmac.Equal(raw[bodyBytes:], tag(nil, key, scope, raw[:bodyBytes])[:tagBytes]) {
			p := &Position{At: time.UnixMicro(int64(binary.BigEndian.Uint64(raw[1:9]))).UTC()}
			copy(p.ID[:], raw[9:bodyBytes])
			return p, nil
		}
	}
	return nil, refused
}

// tag appends the HMAC of body and scope to dst.
func tag(dst, key []byte, scope string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	mac.Write([]byte(scope))
	return mac.Sum(dst)
}
