package todos

import "time"

// AgendaQuery asks what a person has to do.
type AgendaQuery struct {
	UserID string // usr_…
	// From and Before are when the day or week in question begins, and when it is over.
	From, Before time.Time
	// Most bounds the todos in each of the agenda's lists.
	Most int
}

// Agenda is what a person has to do: todos that are assigned to them, and those that
// they made and that are assigned to nobody, in the lists that they are a member of.
type Agenda struct {
	// Overdue should have been done before the time in question, Due within it. Of more
	// than were asked for these are the nearest; the earliest comes first.
	Overdue, Due []AgendaTodo
	// MoreOverdue and MoreDue are how many there are beside those.
	MoreOverdue, MoreDue int
}

// AgendaTodo is a todo on somebody's agenda.
type AgendaTodo struct {
	Title, ListName string
	DueAt           time.Time
}
