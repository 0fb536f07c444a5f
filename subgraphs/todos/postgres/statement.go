package postgres

import (
	"strconv"
	"strings"

	"github.com/weftql/weft/subgraphs/internal/id"
)

// statement is SQL that is put together from constant pieces. Values go to the
// database beside it: arg returns the placeholder that stands for one.
type statement struct {
	text strings.Builder
	args []any
}

// newStatement returns a statement whose $1 is the viewer and $2 the keys.
func newStatement(me id.UUID, keys any) *statement {
	return &statement{args: []any{me, keys}}
}

// add appends constant pieces and placeholders.
func (s *statement) add(pieces ...string) {
	for _, piece := range pieces {
		s.text.WriteString(piece)
	}
}

// arg returns the placeholder for a value.
func (s *statement) arg(value any) string {
	s.args = append(s.args, value)
	return "$" + strconv.Itoa(len(s.args))
}

// sql is the text so far.
func (s *statement) sql() string { return s.text.String() }
