package composition

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Location is a place in a subgraph's SDL. Line and Column count from 1, columns
// in characters; File, Line and Column are zero for something without a place,
// such as a subgraph as a whole.
type Location struct {
	Subgraph string
	File     string
	Line     int
	Column   int
}

// String returns "subgraph file:line:column".
func (l Location) String() string {
	if l.File == "" && l.Line == 0 {
		return l.Subgraph
	}
	return fmt.Sprintf("%s %s:%d:%d", l.Subgraph, l.File, l.Line, l.Column)
}

// Error is one reason why the subgraphs do not compose.
type Error struct {
	// Code is one of the constants of this package.
	Code Code
	// Message says what is wrong and, where it is not obvious, what to change. It
	// has several lines if it shows an operation.
	Message string
	// Locations are the places involved, that to look at first in front;
	// empty if the reason has no place.
	Locations []Location
}

// Error returns "CODE: message (subgraph file:line:column, …)".
func (e *Error) Error() string {
	if len(e.Locations) == 0 {
		return string(e.Code) + ": " + e.Message
	}
	places := make([]string, len(e.Locations))
	for i, l := range e.Locations {
		places[i] = l.String()
	}
	return fmt.Sprintf("%s: %s (%s)", e.Code, e.Message, strings.Join(places, ", "))
}

// Errors is what [Compose] returns on failure: every problem of the step that
// failed. It is never empty. errors.As and errors.Is reach each element.
type Errors []*Error

// Error returns the problems, each on lines of its own.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns each problem as an *Error.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, one := range e {
		out[i] = one
	}
	return out
}

func locate(subgraph string, pos *ast.Position) Location {
	loc := Location{Subgraph: subgraph}
	if pos == nil {
		return loc
	}
	loc.Line, loc.Column = pos.Line, max(1, pos.Column) // which the parser gets wrong for a block string of several lines
	if pos.Src != nil {
		loc.File = pos.Src.Name
	}
	return loc
}
