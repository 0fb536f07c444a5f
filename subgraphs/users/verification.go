package users

import (
	"strings"
	"time"
)

// How long a token from a mail can be used.
const (
	VerificationLife = 72 * time.Hour
	ResetLife        = time.Hour
)

// MailTokenChars is the length of a token from a mail: 130 random bits in the
// letters of base32.
const MailTokenChars = 26

// ReadMailToken returns a token as it was made, also if somebody typed it, or why
// it cannot be one, as UserErrors about the argument token.
func ReadMailToken(text string) (string, error) {
	token := strings.ToUpper(strings.TrimSpace(text))
	if len(token) != MailTokenChars || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return "", TokenInvalid()
	}
	return token, nil
}

// TokenInvalid refuses the argument token.
func TokenInvalid() error {
	return FailAt(CodeTokenInvalid, "is not valid, or not any more: ask for a new mail", "token")
}
