package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weftql/weft/schema/identity"
	"github.com/weftql/weft/subgraphs/users"
)

// MaxTokenBytes bounds a token: a longer text is none.
const MaxTokenBytes = 512

// The reasons for which Open refuses a token.
var (
	// ErrInvalid says that nobody who has the keys has signed the token.
	ErrInvalid = errors.New("link: the token is not valid")
	// ErrExpired says that the token was good once.
	ErrExpired = errors.New("link: the token has expired")
)

// Keys are the secrets that worker and users share: the first signs, all verify.
// The zero value has none: it signs nothing and opens nothing.
type Keys struct{ keys identity.Keys }

// ParseKeys reads "kid:base64,kid:base64", the value of LINK_KEYS; each key has at
// least 32 bytes. An empty text has no keys. Its errors never quote a key.
func ParseKeys(text string) (Keys, error) {
	if strings.TrimSpace(text) == "" {
		return Keys{}, nil
	}
	keys, err := identity.ParseKeys(text)
	if err != nil {
		return Keys{}, fmt.Errorf("link: %w", err)
	}
	for _, key := range keys {
		if strings.Contains(key.ID, ".") {
			return Keys{}, fmt.Errorf("link: key id %q has a dot", key.ID)
		}
	}
	return Keys{keys: keys}, nil
}

// Empty tells whether there are no keys.
func (k Keys) Empty() bool { return len(k.keys) == 0 }

// String hides the keys.
func (k Keys) String() string { return fmt.Sprintf("%d link keys", len(k.keys)) }

// GoString hides the keys from "%#v".
func (k Keys) GoString() string { return k.String() }

// Unsubscribe is the leave to end a user's mails of a topic.
type Unsubscribe struct {
	UserID  string // usr_…
	Topic   users.Topic
	Expires time.Time // cut to seconds
}

// body is an Unsubscribe as it is signed.
type body struct {
	UserID  string      `json:"u"`
	Topic   users.Topic `json:"t"`
	Expires int64       `json:"e"` // seconds since 1970
}

// Sign returns the token of u. It panics without keys: whoever has none has no links
// to sign.
func (k Keys) Sign(u Unsubscribe) string {
	if k.Empty() {
		panic("link: there is no key to sign with")
	}
	raw, err := json.Marshal(body{UserID: u.UserID, Topic: u.Topic, Expires: u.Expires.Unix()})
	if err != nil {
		panic("link: texts and a number are JSON: " + err.Error())
	}
	signed := k.keys[0].ID + "." + base64.RawURLEncoding.EncodeToString(raw)
	return signed + "." + tag(k.keys[0], signed)
}

// Open returns what a token gives leave to, ErrInvalid or ErrExpired.
func (k Keys) Open(token string, now time.Time) (Unsubscribe, error) {
	kid, rest, dotted := strings.Cut(token, ".")
	encoded, signature, twice := strings.Cut(rest, ".")
	if !dotted || !twice || len(token) > MaxTokenBytes || !k.signed(kid, kid+"."+encoded, signature) {
		return Unsubscribe{}, ErrInvalid
	}
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return Unsubscribe{}, ErrInvalid
	}
	var b body
	if err := json.Unmarshal(raw, &b); err != nil {
		return Unsubscribe{}, ErrInvalid
	}
	u := Unsubscribe{UserID: b.UserID, Topic: b.Topic, Expires: time.Unix(b.Expires, 0).UTC()}
	if !now.Before(u.Expires) {
		return Unsubscribe{}, ErrExpired
	}
	return u, nil
}

// signed tells whether the signature is that of the text by the key with that id.
func (k Keys) signed(kid, text, signature string) bool {
	for _, key := range k.keys {
		if key.ID == kid {
			return hmac.Equal([]byte(signature), []byte(tag(key, text)))
		}
	}
	return false
}

// tag is the signature of a text. What it is for is signed along, so that a key that
// somebody uses for something else, too, signs nothing that is taken for a link.
func tag(key identity.Key, text string) string {
	mac := hmac.New(sha256.New, key.Secret)
	mac.Write([]byte("weft unsubscribe v1\n" + text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
