package letter

import (
	"strings"
	"time"
)

// Welcome greets a new account.
type Welcome struct{}

// Name implements Letter.
func (Welcome) Name() string { return "welcome" }

func (l Welcome) source() string { return l.Name() }

func (Welcome) values(wording) (values, error) { return values{}, nil }

// Verification asks its reader to show that the address is theirs.
type Verification struct {
	// Link is the page on which Token is used, or "" if there is none.
	Link string
	// Token can be typed where there is no page. Required.
	Token string
	// Expires is when the token ends. Required.
	Expires time.Time
}

// Name implements Letter.
func (Verification) Name() string { return "verification" }

func (l Verification) source() string { return l.Name() }

func (l Verification) values(w wording) (values, error) {
	return tokenValues(w, l.Link, l.Token, l.Expires)
}

// PasswordReset lets its reader choose a new password.
type PasswordReset struct {
	// Link is the page on which Token is used, or "" if there is none.
	Link string
	// Token can be typed where there is no page. Required.
	Token string
	// Expires is when the token ends. Required.
	Expires time.Time
}

// Name implements Letter.
func (PasswordReset) Name() string { return "password-reset" }

func (l PasswordReset) source() string { return l.Name() }

func (l PasswordReset) values(w wording) (values, error) {
	return tokenValues(w, l.Link, l.Token, l.Expires)
}

func tokenValues(w wording, address, token string, expires time.Time) (values, error) {
	page, err := link(address)
	if err != nil {
		return nil, err
	}
	if err := required(field{"Token", token != ""}, field{"Expires", !expires.IsZero()}); err != nil {
		return nil, err
	}
	return values{"link": page, "token": plain(token), "expires": w.instant(expires)}, nil
}

// SecurityAlert tells what happened to an account and may not have been its owner.
type SecurityAlert struct {
	// Event is what happened, as users.SecurityEvent names it: "NEW_DEVICE". Required;
	// one that there are no words for is ErrUnknown.
	Event string
	// At is when. Required.
	At time.Time
	// Address and Device are from where: a network address, and in a few words what
	// the program says of itself. Either may be "".
	Address, Device string
}

// Name implements Letter.
func (SecurityAlert) Name() string { return "security-alert" }

func (l SecurityAlert) source() string {
	return l.Name() + "-" + strings.ToLower(strings.ReplaceAll(l.Event, "_", "-"))
}

func (l SecurityAlert) values(w wording) (values, error) {
	if err := required(field{"At", !l.At.IsZero()}); err != nil {
		return nil, err
	}
	return values{"at": w.instant(l.At), "address": quoted(l.Address, shortText), "device": quoted(l.Device, shortText)}, nil
}

// Farewell confirms that an account and all that belonged to it was erased.
type Farewell struct {
	// At is when. Required.
	At time.Time
}

// Name implements Letter.
func (Farewell) Name() string { return "farewell" }

func (l Farewell) source() string { return l.Name() }

func (l Farewell) values(w wording) (values, error) {
	if err := required(field{"At", !l.At.IsZero()}); err != nil {
		return nil, err
	}
	return values{"at": w.instant(l.At)}, nil
}
