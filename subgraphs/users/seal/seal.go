package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/users"
)

// Keys sign seals: the first signs, all verify. The zero value has none.
type Keys struct{ keys identity.Keys }

// ParseKeys reads "kid:base64,kid:base64", the value of AUDIT_SEAL_KEYS; each key has
// at least 32 bytes. An empty text has no keys. Its errors never quote a key.
func ParseKeys(text string) (Keys, error) {
	if strings.TrimSpace(text) == "" {
		return Keys{}, nil
	}
	keys, err := identity.ParseKeys(text)
	if err != nil {
		return Keys{}, fmt.Errorf("seal: %w", err)
	}
	return Keys{keys: keys}, nil
}

// Empty tells whether there are no keys.
func (k Keys) Empty() bool { return len(k.keys) == 0 }

// String hides the keys.
func (k Keys) String() string { return fmt.Sprintf("%d seal keys", len(k.keys)) }

// GoString hides the keys from "%#v".
func (k Keys) GoString() string { return k.String() }

// Seal says that at a moment the chain of the audit log was sound up to an entry.
type Seal struct {
	N  int64     // 1, 2, 3, … without gaps
	At time.Time // UTC, in microseconds
	// Seq and Hash are those of the last entry that it is about.
	Seq  int64
	Hash users.AuditHash
	// Cut says that the entries up to there were removed, because they were old.
	Cut bool
	// Previous is the hash of the seal before, zero for the first.
	Previous users.AuditHash
	// KeyID names the key, "" for a seal that is not signed.
	KeyID     string
	Signature []byte
}

// Sum is the hash of the seal, its signature included.
func (s Seal) Sum() users.AuditHash {
	return sha256.Sum256(append([]byte(s.text()), s.Signature...))
}

// text is what is signed: what it is for comes first.
func (s Seal) text() string {
	return fmt.Sprintf("weft audit seal v1\n%d\n%d\n%d\n%x\n%t\n%x\n%s\n", s.N, s.At.UnixMicro(), s.Seq, s.Hash, s.Cut, s.Previous, s.KeyID)
}

// Next makes a seal after the one before, which is the zero Seal for the first, and
// signs it, if there are keys.
func (k Keys) Next(before, s Seal) Seal {
	s.N, s.Previous, s.KeyID, s.Signature = before.N+1, users.AuditHash{}, "", nil
	if before.N > 0 {
		s.Previous = before.Sum()
	}
	if !k.Empty() {
		s.KeyID = k.keys[0].ID
		s.Signature = tag(k.keys[0], s)
	}
	return s
}

// The reasons for which Check refuses a seal.
var (
	errMissing  = errors.New("the seal before it is missing")
	errPrevious = errors.New("it was not made after the seal before it")
	errShorter  = errors.New("it is about less than the seal before it")
	errUnsigned = errors.New("it is not signed")
	errKey      = errors.New("it is signed with a key that is not known")
	errForged   = errors.New("it was changed: its signature is not that of its content")
)

// Check tells what is wrong with a seal that comes after the one before, which is the
// zero Seal for the first. A seal after a signed one has to be signed. Without keys
// signatures are not looked at.
func (k Keys) Check(before, s Seal) error {
	want := users.AuditHash{}
	if before.N > 0 {
		want = before.Sum()
	}
	switch {
	case s.N != before.N+1:
		return errMissing
	case s.Previous != want:
		return errPrevious
	case s.Seq < before.Seq && !s.Cut && !before.Cut:
		return errShorter
	case k.Empty():
		return nil
	case s.KeyID == "" && before.KeyID != "":
		return errUnsigned
	case s.KeyID == "":
		return nil
	}
	for _, key := range k.keys {
		if key.ID == s.KeyID {
			if hmac.Equal(tag(key, s), s.Signature) {
				return nil
			}
			return errForged
		}
	}
	return errKey
}

func tag(key identity.Key, s Seal) []byte {
	mac := hmac.New(sha256.New, key.Secret)
	mac.Write([]byte(s.text()))
	return mac.Sum(nil)
}
