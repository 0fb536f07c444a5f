package users

import (
	"errors"
	"time"
)

// The queues, apart so that much of one sort does not delay another.
const (
	// NotifyQueue is that of mails that nobody waits for.
	NotifyQueue = "notify"
	// SecurityQueue is that of mails that somebody waits for or should read soon.
	SecurityQueue = "security"
	// DeletionQueue is that of deletions.
	DeletionQueue = "deletion"
)

// WelcomeArgs is the job that sends the welcome mail of a new account. Name and
// address are read when it is sent, so that none of them is kept in the queue.
type WelcomeArgs struct {
	UserID string `json:"userId" river:"unique"` // usr_…
}

// Kind names the job in the queue.
func (WelcomeArgs) Kind() string { return "users.welcome" }

// MailInterval is a span of the clock, such as from 9:05 to 9:10, in which an
// account gets no second mail of a kind that anybody can ask for.
const MailInterval = 5 * time.Minute

// VerificationArgs is the job that sends a token which proves that the user reads
// the account's mail. The token is made when it is sent, so that it is nowhere
// but in the mail.
type VerificationArgs struct {
	UserID string `json:"userId" river:"unique"` // usr_…
	// Asked is when, cut to MailInterval.
	Asked time.Time `json:"asked" river:"unique"`
}

// Kind names the job in the queue.
func (VerificationArgs) Kind() string { return "users.verification" }

// PasswordResetArgs is the job that sends a token to choose a new password with,
// if there is such an account. Whoever asks is not told whether there is: the job is
// made either way.
type PasswordResetArgs struct {
	// UserID is the account with the address that was asked for, or else the id of
	// none, which is the same each time that the address is asked for. The address
	// itself is not kept.
	UserID string `json:"userId" river:"unique"` // usr_…
	// Asked is when, cut to MailInterval.
	Asked time.Time `json:"asked" river:"unique"`
}

// Kind names the job in the queue.
func (PasswordResetArgs) Kind() string { return "users.password_reset" }

// SecurityAlertArgs is the job that tells a user what happened to the account.
type SecurityAlertArgs struct {
	UserID string        `json:"userId"` // usr_…
	Event  SecurityEvent `json:"event"`
	// EntryID is the entry in the audit log that tells when and from where.
	EntryID string `json:"entryId" river:"unique"` // aud_…
}

// Kind names the job in the queue.
func (SecurityAlertArgs) Kind() string { return "users.security_alert" }

// SecurityEvent is what a user is told of.
type SecurityEvent string

// The events.
const (
	EventPasswordChanged SecurityEvent = "PASSWORD_CHANGED"
	EventPasswordReset   SecurityEvent = "PASSWORD_RESET"
	// EventNewDevice is a login from a device that the user has not used before.
	EventNewDevice SecurityEvent = "NEW_DEVICE"
	// EventTokenReused is a refresh token that came a second time: somebody has a
	// copy, and the session was ended.
	EventTokenReused SecurityEvent = "TOKEN_REUSED"
	// EventDeletionFailed is that the account could not be deleted, and is open again.
	EventDeletionFailed SecurityEvent = "DELETION_FAILED"
)

// DeletionArgs is the job that erases an account, which is locked already.
type DeletionArgs struct {
	UserID string `json:"userId" river:"unique"` // usr_…
	// Asked is when. An account that was opened again can be deleted another time.
	Asked time.Time `json:"asked" river:"unique"`
}

// DeletionAttempts bounds the attempts of a deletion: as many as there can be. It is
// not they that tell when to give up.
const DeletionAttempts = 1<<15 - 1

// Kind names the job in the queue.
func (DeletionArgs) Kind() string { return "users.deletion" }

// Contact is where and how to write to a user.
type Contact struct {
	UserID      string // usr_…
	Email       string
	DisplayName string
	TimeZone    string // IANA name
	Locale      string // language tag: LocaleEnglish or LocaleHebrew
	Settings    NotificationSettings
}

// ErrNoContact says that a user gets no mail: there is no such account, or it is
// suspended or deleted.
var ErrNoContact = errors.New("users: there is nobody to write to")
