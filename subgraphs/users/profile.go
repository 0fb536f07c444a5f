package users

import (
	"net/url"
	"strings"
)

// MaxAvatarURLBytes bounds the address of an avatar.
const MaxAvatarURLBytes = 2048

// ProfileChange is what a user changes of the own profile; nil leaves a field as
// it is.
type ProfileChange struct {
	DisplayName *string
	TimeZone    *string // IANA name
	Locale      *string // language tag
	AvatarURL   *string // https://…; "" removes it
	// ExpectedVersion is the version that the user has seen: a profile that has
	// another by now is not changed.
	ExpectedVersion *int32
}

// Normalize returns the change without surrounding white space, or every reason
// for which it cannot be accepted.
func (c ProfileChange) Normalize() (ProfileChange, error) {
	var refused UserErrors
	if c.DisplayName != nil {
		name := strings.TrimSpace(*c.DisplayName)
		c.DisplayName = &name
		if reason := nameRefused(name); reason != "" {
			refused = append(refused, Fail(CodeBadInput, "displayName", reason)...)
		}
	}
	if c.TimeZone != nil && !validTimeZone(*c.TimeZone) {
		refused = append(refused, Fail(CodeBadInput, "timeZone", timeZoneRefused)...)
	}
	if c.Locale != nil {
		locale, known := readLocale(*c.Locale)
		if c.Locale = &locale; !known {
			refused = append(refused, Fail(CodeBadInput, "locale", localeRefused)...)
		}
	}
	if c.AvatarURL != nil {
		address := strings.TrimSpace(*c.AvatarURL)
		c.AvatarURL = &address
		if address != "" && !validAvatarURL(address) {
			refused = append(refused, Fail(CodeBadInput, "avatarUrl", "must be an address that begins with https:// and has at most 2048 bytes")...)
		}
	}
	if refused != nil {
		return c, refused
	}
	return c, nil
}

// validAvatarURL accepts what a browser can load without giving anything away but
// that it does: https, with a host, and without a login in it.
func validAvatarURL(text string) bool {
	if len(text) > MaxAvatarURLBytes || strings.ContainsFunc(text, notOfURL) {
		return false
	}
	address, err := url.Parse(text)
	return err == nil && address.Scheme == "https" && address.Hostname() != "" && address.User == nil && address.Opaque == ""
}

// notOfURL tells whether a character has to be escaped in a URL (RFC 3986 §2).
func notOfURL(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}", r) }
