package todos

import (
	"errors"
	"slices"
	"time"
)

// The queues, apart so that much of one sort does not delay another.
const (
	// NotifyQueue is that of mails that somebody should read soon.
	NotifyQueue = "notify"
	// ReminderQueue is that of reminders, which wait for their time.
	ReminderQueue = "reminders"
	// BulkQueue is that of work that nobody waits for.
	BulkQueue = "bulk"
)

// AssignmentArgs is the job that tells somebody of a todo that is theirs now. What
// the todo says is read when they are told.
type AssignmentArgs struct {
	TodoID  string `json:"todoId" river:"unique"` // tdo_…
	UserID  string `json:"userId" river:"unique"` // usr_…, who is told
	ActorID string `json:"actorId"`               // usr_…, who assigned it
	// Version is the todo's after the change: whoever is taken off a todo and comes
	// back is told again.
	Version int32 `json:"version" river:"unique"`
}

// Kind names the job in the queue.
func (AssignmentArgs) Kind() string { return "todos.assignment" }

// ShareArgs is the job that tells somebody of a list that they are a member of now.
type ShareArgs struct {
	ListID  string `json:"listId" river:"unique"` // tdl_…
	UserID  string `json:"userId" river:"unique"` // usr_…, who is told
	ActorID string `json:"actorId"`               // usr_…, who shared it
	// Version is the list's after the change: whoever leaves a list and comes back
	// is told again.
	Version int32 `json:"version" river:"unique"`
}

// Kind names the job in the queue.
func (ShareArgs) Kind() string { return "todos.share" }

// ReminderArgs is the job that reminds people of a todo, at the time that it is
// scheduled for.
type ReminderArgs struct {
	TodoID string `json:"todoId" river:"unique"` // tdo_…
	// RemindAt is the todo's, in microseconds: a todo that says another time meanwhile
	// has another job.
	RemindAt time.Time `json:"remindAt" river:"unique"`
}

// Kind names the job in the queue.
func (ReminderArgs) Kind() string { return "todos.reminder" }

// ReminderGrace is how late a reminder may be asked for: its time passes while the
// client's request is on its way, and clocks differ. What is older reminds nobody.
const ReminderGrace = time.Minute

// Reminder returns when somebody is to be reminded of the todo, in the precision of
// the database: never (nil) of one that is done or archived.
func (t Todo) Reminder() *time.Time {
	if t.RemindAt == nil || !t.Status.Active() {
		return nil
	}
	at := t.RemindAt.UTC().Truncate(time.Microsecond)
	return &at
}

// ToldOfAssignment returns who is told that a todo is theirs now: whoever is among
// the assignees and was not before, except for the one who did it.
func ToldOfAssignment(before, after []string, actorID string) []string {
	var told []string
	for _, userID := range after {
		if userID != actorID && !slices.Contains(before, userID) {
			told = append(told, userID)
		}
	}
	return told
}

// ErrObsolete says that there is nothing to tell anybody any more; errors that wrap
// it say why.
var ErrObsolete = errors.New("todos: obsolete")
