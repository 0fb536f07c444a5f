package postgres

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/todos"
)

// order is what todos are sorted by, before their ids and in the same direction.
type order struct {
	// expression is the sort key, of the todo t; parameter is its type; id is the
	// todo's id.
	expression, parameter, id string
	// seen is the condition that the viewer may see a todo, where it is none of the
	// lists: how it is put depends on how many rows the order has to look at.
	seen string
	// text is the sort key for the cursor, where the todo itself does not tell it.
	text       string
	descending bool
	// position is a row's place, and bound what position is to the database.
	position func(todoRow) page.Position
	bound    func(page.Position) (any, error)
}

// todoRow is a todo with what statements return in front of it.
type todoRow struct {
	key  string // order.text
	todo *todos.Todo
}

// undated stands for the due date of what is not due, which sorts last.
var undated = time.UnixMicro(math.MaxInt64).UTC()

// orderOf returns the order of a connection.
func orderOf(kind setKind, by todos.TodoOrder) order {
	switch kind {
	case dueToday:
		by = todos.TodoOrder{Field: todos.OrderByDueAt, Direction: todos.Ascending}
	case matching:
		return byRank()
	}
	o := orderBy(by.Field)
	o.descending = by.Direction == todos.Descending
	return o
}

// orderBy returns the ascending order by a property.
func orderBy(field todos.TodoOrderField) order {
	switch field {
	case todos.OrderByUpdatedAt:
		return byMoment(`t.updated_at`, func(t *todos.Todo) time.Time { return t.UpdatedAt })
	case todos.OrderByDueAt:
		return byMoment(dueKey, func(t *todos.Todo) time.Time {
			if t.DueAt == nil {
				return undated
			}
			return *t.DueAt
		})
	case todos.OrderByPriority:
		return byText(priorityKey, `integer`, priorityKey+`::text`, func(text string) (any, error) {
			rank, err := strconv.ParseInt(text, 10, 32)
			return int32(rank), err
		})
	case todos.OrderByTitle:
		return byText(titleKey, `text`, titleKey, func(text string) (any, error) { return text, nil })
	default:
		return byMoment(createdKey, func(t *todos.Todo) time.Time { return t.CreatedAt })
	}
}

// byRank is the order of a search: the best match first.
func byRank() order {
	o := byText(`t.rank`, `real`, `t.rank::text`, func(text string) (any, error) {
		rank, err := strconv.ParseFloat(text, 32)
		return float32(rank), err
	})
	o.descending = true
	return o
}

// byMoment is an order by a moment that the todo tells.
func byMoment(expression string, of func(*todos.Todo) time.Time) order {
	return order{
		expression: expression, parameter: `timestamptz`, id: `t.id`, text: `''`,
		position: func(row todoRow) page.Position { return page.Position{At: of(row.todo)} },
		bound: func(p page.Position) (any, error) {
			if p.At.Equal(undated) {
				return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}, nil
			}
			return pgtype.Timestamptz{Time: p.At, Valid: true}, nil
		},
	}
}

// byText is an order by something that the statement writes as text, and read
// reads.
func byText(expression, parameter, text string, read func(string) (any, error)) order {
	return order{
		expression: expression, parameter: parameter, id: `t.id`, text: text,
		position: func(row todoRow) page.Position { return page.Position{Key: row.key} },
		bound:    func(p page.Position) (any, error) { return read(p.Key) },
	}
}

// assigned is the order within the assignments a of a person, which have the
// moment of creation too, in an index. In other orders all of them are sorted.
func (o order) assigned() order {
	o.seen = inViewersLists
	if o.expression == createdKey {
		o.expression, o.id, o.seen = `a.todo_created_at`, `a.todo_id`, mayBeSeen
	}
	return o
}

// place is a row's position in the connection.
func (o order) place(row todoRow) (page.Position, error) {
	key, err := id.Parse(id.Todo, row.todo.ID)
	p := o.position(row)
	p.ID = key
	return p, err
}

// by is the order as SQL has it, forwards or backwards through the connection.
func (o order) by(backward bool) string {
	if o.descending != backward {
		return o.expression + ` desc, ` + o.id + ` desc`
	}
	return o.expression + `, ` + o.id
}

// within adds the conditions that keep rows within the window.
func (o order) within(s *statement, window page.Window) error {
	after, before := ` > (`, ` < (`
	if o.descending {
		after, before = before, after
	}
	for _, side := range []struct {
		comparison string
		position   *page.Position
	}{{after, window.After}, {before, window.Before}} {
		if side.position == nil {
			continue
		}
		bound, err := o.bound(*side.position)
		if err != nil {
			return fmt.Errorf("cursor: %w", err)
		}
		s.add(` and (`, o.expression, `, `, o.id, `)`, side.comparison, s.arg(bound), `::`, o.parameter, `, `, s.arg(side.position.ID), `)`)
	}
	return nil
}
