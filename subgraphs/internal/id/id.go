package id

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// Kind is the prefix that names an id's type.
type Kind string

// The kinds of ids in the graph.
const (
	User         Kind = "usr"
	TodoList     Kind = "tdl"
	Todo         Kind = "tdo"
	Tag          Kind = "tag"
	Session      Kind = "ses"
	Audit        Kind = "aud"
	Notification Kind = "ntf"
)

// UUID is what the database stores of an id.
type UUID = [16]byte

// encoding is Crockford's alphabet in lower case: it keeps the order of bytes
// and leaves out letters that are easily misread.
var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// New returns a fresh UUID version 7. It panics if the machine has no random
// numbers, without which nothing here is safe.
func New() UUID {
	return UUID(uuid.Must(uuid.NewV7()))
}

// Format returns the id of kind for u.
func Format(kind Kind, u UUID) string {
	var room [32]byte // of the longest kind
	text := append(append(room[:0], kind...), '_')
	// What encoding does, five bits at a time from the first on, in a third of the time.
	first, last := binary.BigEndian.Uint64(u[:8]), binary.BigEndian.Uint64(u[8:])
	for range 26 {
		text = append(text, alphabet[first>>59])
		first, last = first<<5|last>>59, last<<5
	}
	return string(text)
}

// Parse returns the UUID of an id of kind. Every id has one spelling only;
// others are refused. For services a malformed id is an id that does not exist,
// so that its error goes no further.
func Parse(kind Kind, text string) (UUID, error) {
	body, ok := strings.CutPrefix(text, string(kind)+"_")
	if !ok {
		return UUID{}, fmt.Errorf("id: want %s_…", kind)
	}
	var u UUID
	if len(body) != encoding.EncodedLen(len(u)) {
		return UUID{}, fmt.Errorf("id: %s_ is not followed by 26 characters", kind)
	}
	n, err := encoding.Decode(u[:], []byte(body))
	if err != nil || n != len(u) { // the decoder passes over line ends
		return UUID{}, fmt.Errorf("id: %s_ is followed by a character that no id has", kind)
	}
	// Of the last character's five bits three are the UUID's.
	if strings.IndexByte(alphabet, body[len(body)-1])&0b11 != 0 {
		return UUID{}, fmt.Errorf("id: the last character of the %s_ id is out of range", kind)
	}
	return u, nil
}

// ParseAll returns, for each text that is an id of kind, its UUID, in the order
// given and without the others.
func ParseAll(kind Kind, texts []string) []UUID {
	all := make([]UUID, 0, len(texts))
	for _, text := range texts {
		if u, err := Parse(kind, text); err == nil {
			all = append(all, u)
		}
	}
	return all
}

// KindOf returns the kind that text's prefix names, whether or not the rest is
// well formed, and "" without a prefix.
func KindOf(text string) Kind {
	prefix, _, ok := strings.Cut(text, "_")
	if !ok {
		return ""
	}
	return Kind(prefix)
}
