package todos

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Bounds of idempotency keys.
const (
	MaxKeyChars = 100
	KeyLifetime = 24 * time.Hour
)

// checkKey returns what is wrong with an idempotency key, "" if nothing.
func checkKey(key *string) string {
	if key == nil {
		return ""
	}
	return checkLine(*key, MaxKeyChars)
}

// Request tells normalized inputs apart that come with the same idempotency key:
// it is a hash of everything else in the input.
func (in CreateTodoInput) Request() ([]byte, error) {
	in.IdempotencyKey = nil
	for _, at := range []**time.Time{&in.DueAt, &in.RemindAt} {
		if *at != nil {
			utc := (*at).UTC()
			*at = &utc
		}
	}
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// KeyReused refuses another input under a key.
func KeyReused() UserErrors {
	return Fail(CodeIdempotencyKeyReused, "idempotencyKey", "this key was used for another todo")
}
