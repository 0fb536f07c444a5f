package letter

import (
	"strings"
	"time"
)

// Digest tells its reader once a day or once a week what is to be done and what
// happened.
type Digest struct {
	// Frequency is how often there is one, as users.DigestFrequency names it: "DAILY"
	// or "WEEKLY". Required; others are ErrUnknown.
	Frequency string
	// Day is in the day of a daily digest, or in the first of a weekly one. Required.
	Day time.Time
	// Overdue are todos that should be done already, Due those of the day or week, both
	// in the order in which they are shown.
	Overdue, Due []DigestTodo
	// MoreOverdue and MoreDue are how many there are beside those.
	MoreOverdue, MoreDue int
	// Unread are notifications that the reader has not read, MoreUnread how many there
	// are beside them.
	Unread     []DigestNotice
	MoreUnread int
}

// DigestTodo is a todo in a digest.
type DigestTodo struct {
	// Title is the todo's, ListName that of its list.
	Title, ListName string
	// Due is when it is, or was, to be done.
	Due time.Time
}

// DigestNotice is a notification in a digest.
type DigestNotice struct {
	// Kind is the notification's, as users.NotificationKind names it. One that there
	// are no words for is ErrUnknown.
	Kind string
	// Subject is the title of the todo, or the name of the list, that it is about; ""
	// if it is about none, or about one that the reader cannot see any more.
	Subject string
	// At is when it happened.
	At time.Time
}

// Empty tells whether there is nothing to say.
func (l Digest) Empty() bool {
	return len(l.Overdue)+len(l.Due)+len(l.Unread) == 0
}

// Name implements Letter.
func (Digest) Name() string { return "digest" }

func (l Digest) source() string { return l.Name() + "-" + strings.ToLower(l.Frequency) }

func (l Digest) values(w wording) (values, error) {
	if err := required(field{"Day", !l.Day.IsZero()}); err != nil {
		return nil, err
	}
	unread := value{}
	for _, n := range l.Unread {
		kind, err := w.named("notice." + n.Kind)
		if err != nil {
			return nil, err
		}
		unread.items = append(unread.items, values{"kind": kind, "date": w.date("date", n.At), "about": quoted(n.Subject, longText)})
	}
	return values{
		"day":     w.day(l.Day),
		"overdue": digestTodos(w, l.Overdue), "moreOverdue": number(l.MoreOverdue),
		"due": digestTodos(w, l.Due), "moreDue": number(l.MoreDue),
		"unread": unread, "moreUnread": number(l.MoreUnread),
	}, nil
}

func digestTodos(w wording, todos []DigestTodo) value {
	var v value
	for _, t := range todos {
		v.items = append(v.items, values{
			"title": quoted(t.Title, longText), "list": quoted(t.ListName, longText),
			"date": w.date("date", t.Due), "weekday": w.date("weekday", t.Due), "clock": w.date("clock", t.Due),
		})
	}
	return v
}
