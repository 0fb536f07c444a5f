package todos

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// Bounds of a filter and of a search.
const (
	MaxSearchChars = 200
	MaxFilterTags  = 10
)

// TodoFilter says which todos of a connection are wanted, as the client wrote it.
// What is nil or empty does not matter.
type TodoFilter struct {
	Search          *string
	Status          []TodoStatus
	Priority        []Priority
	AssigneeID      *string
	TagIDs          []string
	DueBefore       *time.Time
	DueAfter        *time.Time
	Overdue         *bool
	IncludeArchived bool
}

// TodoQuery is which todos of a set are wanted and in which order: a filter and an
// order in the one form that all of the same meaning have. Queries are comparable.
// The zero value is for sets that have an order of their own, DueToday and Matching;
// make another with NewTodoQuery.
type TodoQuery struct {
	Search     string // "" for none
	Statuses   Choice // of TodoStatus
	Priorities Choice // of Priority
	AssigneeID string // "" for anybody
	TagIDs     Choice // all of which are wanted
	// DueBefore and DueAfter are the zero time for none; in UTC.
	DueBefore, DueAfter time.Time
	Overdue             Answer
	Archived            bool // archived todos are wanted too
	Order               TodoOrder
}

// String tells queries of different meanings apart; cursors are bound to it.
func (q TodoQuery) String() string {
	return fmt.Sprintf("%q %q %q %q %q %s %s %d %t %s %s", q.Search, q.Statuses, q.Priorities, q.AssigneeID, q.TagIDs,
		q.DueBefore.Format(time.RFC3339Nano), q.DueAfter.Format(time.RFC3339Nano), q.Overdue, q.Archived, q.Order.Field, q.Order.Direction)
}

// Choice is a set of words, sorted and joined by commas, "" for all there are.
type Choice string

// chosen returns the Choice of words, none of which has a comma.
func chosen[T ~string](words []T) Choice {
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = string(word)
	}
	slices.Sort(all)
	return Choice(strings.Join(slices.Compact(all), ","))
}

// Words returns the words, sorted; nil for all there are.
func (c Choice) Words() []string {
	if c == "" {
		return nil
	}
	return strings.Split(string(c), ",")
}

// Answer is yes, no or no matter.
type Answer int8

// The answers.
const (
	Either Answer = iota
	Yes
	No
)

// NewTodoQuery returns the query for what the client asked for, nil where it asked
// for nothing: todos that are not archived, newest first. Its errors are refusals.
func NewTodoQuery(filter *TodoFilter, order *TodoOrder) (TodoQuery, error) {
	q := TodoQuery{Order: TodoOrder{Field: OrderByCreatedAt, Direction: Descending}}
	if order != nil {
		q.Order = *order
	}
	if filter == nil {
		return q, nil
	}
	return q.filtered(*filter)
}

// filtered returns the query with a filter.
func (q TodoQuery) filtered(f TodoFilter) (TodoQuery, error) {
	var err error
	if f.Search != nil {
		if q.Search, err = searchText("filter.search", *f.Search); err != nil {
			return q, err
		}
	}
	if len(f.TagIDs) > MaxFilterTags {
		return q, refusal.BadInput("argument filter.tagIds names %d tags, but must not name more than %d", len(f.TagIDs), MaxFilterTags)
	}
	for _, tag := range f.TagIDs {
		if tag == "" || strings.Contains(tag, ",") {
			return q, refusal.BadInput("argument filter.tagIds has an element that is no id")
		}
	}
	q.Statuses, q.Priorities, q.TagIDs = chosen(f.Status), chosen(f.Priority), chosen(f.TagIDs)
	q.Archived = f.IncludeArchived || slices.Contains(f.Status, StatusArchived)
	if f.AssigneeID != nil {
		if q.AssigneeID = *f.AssigneeID; q.AssigneeID == "" {
			return q, refusal.BadInput("argument filter.assigneeId is no id")
		}
	}
	if q.DueBefore, err = dueBound("filter.dueBefore", f.DueBefore); err != nil {
		return q, err
	}
	if q.DueAfter, err = dueBound("filter.dueAfter", f.DueAfter); err != nil {
		return q, err
	}
	if f.Overdue != nil {
		q.Overdue = No
		if *f.Overdue {
			q.Overdue = Yes
		}
	}
	return q, nil
}

// dueBound returns a bound of due dates in UTC, in the precision of the database,
// or a refusal that names the argument; the zero time for none.
func dueBound(argument string, bound *time.Time) (time.Time, error) {
	if bound == nil {
		return time.Time{}, nil
	}
	if bound.Year() < 1970 || bound.Year() > 9999 {
		return time.Time{}, refusal.BadInput("argument %s must lie between the years 1970 and 9999", argument)
	}
	return bound.UTC().Truncate(time.Microsecond), nil
}

// searchText returns the words of a search without white space around them, or a
// refusal that names the argument.
func searchText(argument, text string) (string, error) {
	text = strings.TrimSpace(text)
	if message := checkText(text, MaxSearchChars); message != "" {
		return "", refusal.BadInput("argument %s %s", argument, message)
	}
	return text, nil
}
