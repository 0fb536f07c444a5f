package users

import (
	"errors"
	"time"
)

// DeletionStep is how far the deletion of an account has come.
type DeletionStep string

// The steps, in their order:
//
//	ASKED ──▶ SESSIONS_ENDED ──▶ ERASING ──▶ TODOS_ERASED ──▶ FAREWELL_SENT ──▶ DONE
//	  └──────────────┴─ fails for good ──▶ UNDONE
//
// The account is locked from ASKED on. Up to SESSIONS_ENDED nothing is lost: a
// deletion that cannot go on is undone. ERASING is the point of no return: from
// there it is tried until it succeeds.
const (
	DeletionAsked         DeletionStep = "ASKED"
	DeletionSessionsEnded DeletionStep = "SESSIONS_ENDED"
	DeletionErasing       DeletionStep = "ERASING"
	DeletionTodosErased   DeletionStep = "TODOS_ERASED"
	DeletionFarewellSent  DeletionStep = "FAREWELL_SENT"
	DeletionDone          DeletionStep = "DONE"
	DeletionUndone        DeletionStep = "UNDONE"
)

// CanBeUndone tells whether nothing is lost yet.
func (s DeletionStep) CanBeUndone() bool { return s == DeletionAsked || s == DeletionSessionsEnded }

// Deletion is the deletion of an account.
type Deletion struct {
	UserID string // usr_…
	Step   DeletionStep
	// Asked is when its owner deleted the account, and Updated when Step was reached.
	Asked, Updated time.Time // UTC
	// Failures is how often the step after Step has failed.
	Failures int
}

// ErrNoDeletion says that nobody has deleted an account.
var ErrNoDeletion = errors.New("users: the account is not being deleted")

// ErrDeletionPassed says that the deletion of an account is no longer at the step
// from which it was to go on, or to be undone: somebody else was faster.
var ErrDeletionPassed = errors.New("users: the deletion has gone on meanwhile")
