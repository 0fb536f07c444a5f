package users

import (
	"errors"
	"time"
)

// DeliveryState is what is known of a mail.
type DeliveryState string

// The states of a mail.
//
//	   ┌──────────────── 4xx, no connection ───────────────┐
//	   ▼                                                   │
//	WAITING ──claimed──▶ SENDING ──taken──▶ SENT           │
//	   ▲                  │ │ └──5xx──▶ REFUSED            │
//	   │ resent           │ └──────────────────────────────┘
//	UNKNOWN ◀─────────────┘ lease or answer lost, and it may not come twice
const (
	// DeliveryWaiting is a mail that was not taken yet: its job sends it when it
	// runs again.
	DeliveryWaiting DeliveryState = "WAITING"
	// DeliverySending is a mail that a worker is sending, or was when it died.
	DeliverySending DeliveryState = "SENDING"
	// DeliverySent is a mail that the mail server has taken. This is final.
	DeliverySent DeliveryState = "SENT"
	// DeliveryRefused is a mail that the mail server will not take (SMTP 5xx).
	DeliveryRefused DeliveryState = "REFUSED"
	// DeliveryUnknown is a mail that may have been taken, and may not be sent twice; or
	// one whose worker died and with which nobody went on. An operator decides.
	DeliveryUnknown DeliveryState = "UNKNOWN"
)

// DeliveryStates are all of them, those first that somebody has to look at.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryUnknown, DeliveryRefused, DeliveryWaiting, DeliverySending, DeliverySent}
}

// DeliveryClaim asks for the right to send a mail.
type DeliveryClaim struct {
	// Key is what the mail is: the same each time that its job runs.
	Key string
	// Template names the letter.
	Template string
	UserID   string // usr_…
	// JobID and JobKind are the job that sends it.
	JobID   int64
	JobKind string
	// Lease is how long nobody else gets the right, by the database's clock.
	Lease time.Duration
	// Once says that the mail may not be sent a second time when it is not known
	// whether it was sent: a lease that ran out makes it DeliveryUnknown.
	Once bool
}

// DeliveryLease is the answer to a DeliveryClaim.
type DeliveryLease struct {
	// Claimed says that the mail is the caller's to send.
	Claimed bool
	// Attempts is how often sending was begun, this time included. With the key it
	// names the lease.
	Attempts int
	// State is what the mail is in if it was not claimed: SENT, UNKNOWN, or SENDING
	// by somebody else.
	State DeliveryState
	// Wait is how long somebody else's lease lasts.
	Wait time.Duration
}

// Delivery is what is known of one mail.
type Delivery struct {
	Key, Template string
	UserID        string // usr_…
	State         DeliveryState
	Attempts      int
	// SMTPCode is the last answer of a server that did not take the mail, or 0.
	SMTPCode             int
	JobID                int64
	JobKind              string
	CreatedAt, UpdatedAt time.Time  // UTC
	SentAt               *time.Time // UTC
}

// ErrNoDelivery says that there is no mail with a key.
var ErrNoDelivery = errors.New("users: there is no such delivery")

// ErrDelivered says that a mail cannot be sent again: it was sent, or is being sent
// at this moment.
var ErrDelivered = errors.New("users: the mail was sent or is being sent")
