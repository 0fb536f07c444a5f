package users

import (
	"cmp"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of what can be registered. Addresses are counted in bytes, passwords and
// names in characters, which are Unicode code points.
const (
	MaxEmailBytes    = 254 // RFC 5321 §4.5.3.1.3
	MinPasswordChars = 10
	MaxPasswordChars = 256
	// MaxPasswordBytes is what as many characters can need: a longer text is
	// nobody's password.
	MaxPasswordBytes = MaxPasswordChars * utf8.UTFMax
	MaxNameChars     = 100
)

// AuthTokens is what a login gives to a client.
type AuthTokens struct {
	AccessToken string
	ExpiresIn   int32 // seconds
	TokenType   string
	// RefreshToken is nil when it travels in a cookie.
	RefreshToken *string
}

// TokenDelivery is how a client wants its refresh token. It concerns the
// transport alone.
type TokenDelivery string

// The ways.
const (
	DeliveryBody   TokenDelivery = "BODY"
	DeliveryCookie TokenDelivery = "COOKIE"
)

// Login is an account with fresh tokens; its private fields are filled in,
// because it is the account's owner who gets it.
type Login struct {
	User   *User
	Tokens *AuthTokens
}

// RegisterInput is a new account as the client describes it.
type RegisterInput struct {
	Email       string
	Password    string
	DisplayName string
	TimeZone    string // IANA name
	Locale      string // language tag; "" is LocaleEnglish
	Delivery    TokenDelivery
}

// LoginInput is an account's address and password as the client gives them.
type LoginInput struct {
	Email    string
	Password string
	Delivery TokenDelivery
}

// Normalize returns the input without surrounding white space in address and
// name, or every reason for which it cannot be accepted.
func (in RegisterInput) Normalize() (RegisterInput, error) {
	var refused UserErrors
	refuse := func(field, message string) {
		refused = append(refused, Fail(CodeBadInput, field, message)...)
	}
	in.Email, in.DisplayName = strings.TrimSpace(in.Email), strings.TrimSpace(in.DisplayName)
	if !validEmail(in.Email) {
		refuse("email", "must be an e-mail address")
	}
	if reason := passwordRefused(in.Password); reason != "" {
		refuse("password", reason)
	}
	if reason := nameRefused(in.DisplayName); reason != "" {
		refuse("displayName", reason)
	}
	if !validTimeZone(in.TimeZone) {
		refuse("timeZone", timeZoneRefused)
	}
	locale, known := readLocale(cmp.Or(in.Locale, LocaleEnglish))
	if in.Locale = locale; !known {
		refuse("locale", localeRefused)
	}
	if refused != nil {
		return in, refused
	}
	return in, nil
}

// CheckPassword returns why a password cannot be chosen, as UserErrors about the
// argument that path leads to.
func CheckPassword(password string, path ...string) error {
	if reason := passwordRefused(password); reason != "" {
		return FailAt(CodeBadInput, reason, path...)
	}
	return nil
}

// CheckEmail returns the address without surrounding white space, or why it is
// none, as UserErrors about the argument that path leads to.
func CheckEmail(email string, path ...string) (string, error) {
	if email = strings.TrimSpace(email); !validEmail(email) {
		return "", FailAt(CodeBadInput, "must be an e-mail address", path...)
	}
	return email, nil
}

// passwordRefused returns why a password cannot be chosen, "" if it can.
func passwordRefused(password string) string {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPasswordChars:
		return "must have at least 10 characters"
	case n > MaxPasswordChars:
		return "must not be longer than 256 characters"
	}
	return ""
}

// nameRefused returns why a name cannot be displayed, "" if it can.
func nameRefused(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "must not be empty"
	case n > MaxNameChars:
		return "must not be longer than 100 characters"
	case strings.ContainsFunc(name, unprintable):
		return "must not contain control characters"
	}
	return ""
}

// timeZoneRefused is what is said of a time zone that is none.
const timeZoneRefused = "must be a name of the IANA time zone database, such as Europe/Berlin"

// EmailKey returns the form in which addresses are compared: two accounts
// cannot differ in letter case alone.
func EmailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// validEmail accepts a bare address with a dot in its domain. That the mailbox
// exists only a mail can tell.
func validEmail(email string) bool {
	if len(email) > MaxEmailBytes || strings.ContainsFunc(email, unprintable) {
		return false
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Name != "" || parsed.Address != email {
		return false
	}
	_, domain, _ := strings.Cut(email[strings.LastIndexByte(email, '@'):], "@")
	return strings.Contains(strings.Trim(domain, "."), ".")
}

func validTimeZone(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// unprintable also refuses invalid UTF-8 and what PostgreSQL cannot store (NUL).
func unprintable(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }
