package todos

import (
	"time"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// TodoSet names the todos that a connection pages through. What of it the viewer
// may not see is no part of it. Make one with TodosOf, AssignedTo, DueToday or
// Matching; sets are comparable.
type TodoSet struct {
	// ListID is set for the todos of a list, or of a search in a list.
	ListID string
	// Assignee is set for the todos assigned to a user.
	Assignee string
	// TimeZone is set beside Assignee for those that are active and due today in
	// this zone.
	TimeZone string
	// Words is set for a search.
	Words string
}

// TodosOf is the set of a list's todos.
func TodosOf(listID string) TodoSet { return TodoSet{ListID: listID} }

// AssignedTo is the set of the todos assigned to a user.
func AssignedTo(userID string) TodoSet { return TodoSet{Assignee: userID} }

// DueToday is the set of the active todos assigned to a user that are due today
// in the time zone, an IANA name.
func DueToday(userID, timeZone string) TodoSet {
	return TodoSet{Assignee: userID, TimeZone: timeZone}
}

// Matching is the set of the todos in which words are found: in a list, or in all
// of the viewer's lists if listID is nil. Its errors are refusals.
func Matching(words string, listID *string) (TodoSet, error) {
	words, err := searchText("query", words)
	switch {
	case err != nil:
		return TodoSet{}, err
	case words == "":
		return TodoSet{}, refusal.BadInput("argument query must not be empty")
	case listID == nil:
		return TodoSet{Words: words}, nil
	case *listID == "":
		return TodoSet{}, refusal.BadInput("argument listId is no id")
	}
	return TodoSet{Words: words, ListID: *listID}, nil
}

// String names the set; cursors are bound to it.
func (s TodoSet) String() string {
	switch {
	case s.Words != "":
		return "todos of " + s.ListID + " matching " + s.Words
	case s.ListID != "":
		return "todos of " + s.ListID
	case s.TimeZone != "":
		return "todos of " + s.Assignee + " due today in " + s.TimeZone
	default:
		return "todos assigned to " + s.Assignee
	}
}

// Day returns the beginning of the day that now is part of in the time zone, and
// the beginning of the next one: 23, 24 or 25 hours later, or whatever the zone
// had that day. An unknown zone is refused.
func Day(now time.Time, timeZone string) (from, before time.Time, err error) {
	zone, err := time.LoadLocation(timeZone)
	if err != nil || timeZone == "" || timeZone == "Local" {
		return from, before, refusal.BadInput("%q is no time zone", timeZone)
	}
	year, month, day := now.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, zone).UTC(),
		time.Date(year, month, day+1, 0, 0, 0, 0, zone).UTC(), nil
}
