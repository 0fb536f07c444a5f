package letter

import "time"

// Assignment tells its reader of a todo that somebody assigned to them.
type Assignment struct {
	// Title is the todo's, ListName that of its list, ActorName that of who assigned
	// it. All are required.
	Title, ListName, ActorName string
	// Due is when the todo is to be done; zero if there is no such time.
	Due time.Time
}

// Name implements Letter.
func (Assignment) Name() string { return "assignment" }

func (l Assignment) source() string { return l.Name() }

func (l Assignment) values(w wording) (values, error) {
	if err := required(field{"Title", l.Title != ""}, field{"ListName", l.ListName != ""}, field{"ActorName", l.ActorName != ""}); err != nil {
		return nil, err
	}
	return values{
		"title": quoted(l.Title, longText), "shortTitle": quoted(l.Title, shortText),
		"list":  quoted(l.ListName, longText),
		"actor": quoted(l.ActorName, longText), "shortActor": quoted(l.ActorName, shortText),
		"due": w.minute(l.Due),
	}, nil
}

// Share tells its reader of a list that somebody shares with them.
type Share struct {
	// ListName is the list's, ActorName that of who shares it. Both are required.
	ListName, ActorName string
	// Role is the reader's role in the list, as todos.ListRole names it: "EDITOR".
	// Required; one that there are no words for is ErrUnknown.
	Role string
}

// Name implements Letter.
func (Share) Name() string { return "share" }

func (l Share) source() string { return l.Name() }

func (l Share) values(w wording) (values, error) {
	if err := required(field{"ListName", l.ListName != ""}, field{"ActorName", l.ActorName != ""}); err != nil {
		return nil, err
	}
	role, err := w.named("role." + l.Role)
	if err != nil {
		return nil, err
	}
	return values{
		"list": quoted(l.ListName, longText), "shortList": quoted(l.ListName, shortText),
		"actor": quoted(l.ActorName, longText), "shortActor": quoted(l.ActorName, shortText),
		"role": role,
	}, nil
}

// Reminder reminds its reader of a todo.
type Reminder struct {
	// Title is the todo's, ListName that of its list. Both are required.
	Title, ListName string
	// Due is when the todo is to be done; zero if there is no such time.
	Due time.Time
}

// Name implements Letter.
func (Reminder) Name() string { return "reminder" }

func (l Reminder) source() string { return l.Name() }

func (l Reminder) values(w wording) (values, error) {
	if err := required(field{"Title", l.Title != ""}, field{"ListName", l.ListName != ""}); err != nil {
		return nil, err
	}
	return values{
		"title": quoted(l.Title, longText), "shortTitle": quoted(l.Title, shortText),
		"list": quoted(l.ListName, longText), "due": w.minute(l.Due),
	}, nil
}
