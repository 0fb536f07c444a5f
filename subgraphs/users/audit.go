package users

import (
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// AuditEntry is one thing that was done to an account, or that somebody tried.
type AuditEntry struct {
	ID string    // aud_…
	At time.Time // UTC
	// Action is what was done, an AuditAction.
	Action string
	// ActorID is who did it, nil if nobody was logged in, and TargetID the id of
	// what it was done to, nil for nothing.
	ActorID, TargetID *string
	// Detail is what changed, for people; it holds no personal data.
	Detail string
	// Address, UserAgent and RequestID are those of the request, nil if there was
	// none.
	Address, UserAgent, RequestID *string
	Outcome                       AuditOutcome
}

// AuditAction names what was done, OBJECT.VERB.
type AuditAction string

// The actions of accounts.
const (
	ActionRegister             AuditAction = "account.register"
	ActionBeginSession         AuditAction = "session.begin"
	ActionEndSession           AuditAction = "session.end"
	ActionReuseToken           AuditAction = "session.reuse-token"
	ActionRevokeSession        AuditAction = "session.revoke"
	ActionVerifyEmail          AuditAction = "email.verify"
	ActionRequestPasswordReset AuditAction = "password.request-reset"
	ActionResetPassword        AuditAction = "password.reset"
	ActionChangePassword       AuditAction = "password.change"
	ActionSetRoles             AuditAction = "roles.set"
	ActionSetStatus            AuditAction = "status.set"
	ActionDeleteAccount        AuditAction = "account.delete"
	// ActionUndoDeletion opens an account again whose deletion could not go on, and
	// ActionEraseAccount ends it. Nobody is the actor of either.
	ActionUndoDeletion AuditAction = "account.undo-delete"
	ActionEraseAccount AuditAction = "account.erase"
)

// AuditOutcome is how it ended.
type AuditOutcome string

// The outcomes.
const (
	OutcomeSuccess AuditOutcome = "SUCCESS"
	// OutcomeDenied is that of somebody who could not prove to be allowed to.
	OutcomeDenied AuditOutcome = "DENIED"
)

// MaxActionBytes bounds the name of an action.
const MaxActionBytes = 64

// AuditFilter says which entries are wanted: those to which everything in it
// applies. The zero value wants all.
type AuditFilter struct {
	ActorID  *string // usr_…
	TargetID *string
	Action   *string
}

// String is the same for equal filters alone.
func (f AuditFilter) String() string {
	return quoted(f.ActorID) + " " + quoted(f.TargetID) + " " + quoted(f.Action)
}

// AuditConnection is one page of entries, newest first.
type AuditConnection struct {
	Edges    []AuditEdge
	PageInfo page.Info
}

// AuditEdge is an entry's place in a connection.
type AuditEdge struct {
	Cursor string
	Node   *AuditEntry
}

// AuditHash is the hash of an entry in the chain of all of them.
type AuditHash [sha256.Size]byte

// AuditLink is an entry as it is chained: Fields are its values in the order of the
// table, nil for none.
type AuditLink struct {
	Seq            int64 // 1, 2, 3, …
	Fields         []*string
	Previous, Hash AuditHash
}

// Follows tells what is wrong with the link as the successor of one with the given
// number and hash, "" if nothing is.
func (l AuditLink) Follows(seq int64, previous AuditHash) string {
	switch {
	case l.Seq <= seq:
		return "its number is there twice"
	case l.Seq != seq+1:
		return "the entry before it, number " + strconv.FormatInt(l.Seq-1, 10) + ", is missing"
	case l.Previous != previous:
		return "it was not written after the entry before it"
	case l.Hash != l.Sum():
		return "it was changed: its content does not have its hash"
	}
	return ""
}

// Sum is the SHA-256 over the hash before and every field as "bytes:text", "-" for
// none, the number first.
func (l AuditLink) Sum() AuditHash {
	text := append([]byte(nil), l.Previous[:]...)
	seq := strconv.FormatInt(l.Seq, 10)
	for _, field := range append([]*string{&seq}, l.Fields...) {
		if field == nil {
			text = append(text, '-')
			continue
		}
		text = strconv.AppendInt(text, int64(len(*field)), 10)
		text = append(append(text, ':'), *field...)
	}
	return sha256.Sum256(text)
}
