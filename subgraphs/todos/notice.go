package todos

import "time"

// TodoNotice is what people are told of a todo, as it is when they are.
type TodoNotice struct {
	ListID   string // tdl_…
	Title    string
	ListName string
	DueAt    *time.Time
}

// ListNotice is what somebody is told of a list.
type ListNotice struct {
	Name string
	Role ListRole // of who is told
}

// Reminder is what people are reminded of.
type Reminder struct {
	TodoNotice
	// UserIDs are those who are reminded: whoever the todo is assigned to, or else who
	// made it; of them the members of the list.
	UserIDs []string // usr_…
	// Early is for how long the reminder is not due yet, by the clock of the database;
	// not above zero if it is.
	Early time.Duration
}
