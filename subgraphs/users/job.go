package users

import "errors"

// NotifyQueue is the queue of mails that nobody waits for.
const NotifyQueue = "notify"

// WelcomeArgs is the job that sends the welcome mail of a new account. Name and
// address are read when it is sent, so that none of them is kept in the queue.
type WelcomeArgs struct {
	UserID string `json:"userId" river:"unique"` // usr_…
}

// Kind names the job in the queue.
func (WelcomeArgs) Kind() string { return "users.welcome" }

// Contact is where and how to write to a user.
type Contact struct {
	Email       string
	DisplayName string
	TimeZone    string // IANA name
}

// ErrNoContact says that a user gets no mail: there is no such account, or it is
// suspended or deleted.
var ErrNoContact = errors.New("users: there is nobody to write to")
