package page

import (
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// Sizes of pages.
const (
	DefaultSize = 20
	MaxSize     = 100
)

// Args are a connection's arguments, as the client gave them. They are
// comparable; the zero value asks for the first page.
type Args struct {
	first, last       int32
	hasFirst, hasLast bool
	after, before     string // "" for none
}

// NewArgs returns the arguments of a connection, nil where the client gave none.
func NewArgs(first *int32, after *string, last *int32, before *string) Args {
	var a Args
	if a.hasFirst = first != nil; a.hasFirst {
		a.first = *first
	}
	if a.hasLast = last != nil; a.hasLast {
		a.last = *last
	}
	if after != nil {
		a.after = *after
	}
	if before != nil {
		a.before = *before
	}
	return a
}

// Position is a row's place in an order by a moment or a key, then id.
type Position struct {
	// At is cut to microseconds, the precision of the database.
	At time.Time
	// Key is what the order is by instead of At, as the connection writes it, at
	// most 1,024 bytes; "" where it is by At.
	Key string
	ID  id.UUID
}

// Window is a request for one page: at most Limit rows strictly between After
// and Before, from the end if Backward.
type Window struct {
	Limit    int
	Backward bool
	// After and Before are nil where the page is not bounded by a cursor.
	After, Before *Position
}

// Info is the PageInfo of a connection.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// size returns the page size and direction of args.
func (a Args) size() (limit int, backward bool, err error) {
	switch {
	case a.hasFirst && a.hasLast:
		return 0, false, refusal.BadInput("argument last cannot be combined with first")
	case a.hasFirst:
		limit, err = checkSize("first", a.first)
		return limit, false, err
	case a.hasLast:
		limit, err = checkSize("last", a.last)
		return limit, true, err
	default:
		return DefaultSize, a.before != "" && a.after == "", nil
	}
}

func checkSize(name string, n int32) (int, error) {
	if n < 0 || n > MaxSize {
		return 0, refusal.BadInput("argument %s is %d, but must be from 0 to %d", name, n, MaxSize)
	}
	return int(n), nil
}

// Slice takes what the database returned for w, where it was asked for one row
// more than w.Limit (Limit+1) in the direction of w, and returns the page's rows
// in the order of the connection and whether there are more on either side.
// As the specification allows, hasPreviousPage of a page forwards (and
// hasNextPage of one backwards) only says whether a cursor bounds that side.
func Slice[T any](w Window, rows []T) ([]T, Info) {
	more := len(rows) > w.Limit
	if more {
		rows = rows[:w.Limit]
	}
	if !w.Backward {
		return rows, Info{HasNextPage: more, HasPreviousPage: w.After != nil}
	}
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
	return rows, Info{HasNextPage: w.Before != nil, HasPreviousPage: more}
}
