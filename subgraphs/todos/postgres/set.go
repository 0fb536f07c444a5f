package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/todos"
)

// setKind is one of the ways to name todos, each with statements of its own.
type setKind int

const (
	ofList setKind = iota
	assigned
	dueToday
	matching
)

func kindOf(set todos.TodoSet) setKind {
	switch {
	case set.Words != "":
		return matching
	case set.ListID != "":
		return ofList
	case set.TimeZone != "":
		return dueToday
	default:
		return assigned
	}
}

// batch is sets that one statement reads: those of a kind among those asked for,
// or a single search.
type batch struct {
	keys
	kind setKind
	// The bounds of each key's day, for dueToday.
	from, before []time.Time
	// What is searched for, in the lists of the keys, or in all if everywhere.
	words      string
	everywhere bool
}

// batches sorts the sets by statement. Sets that cannot have members are left out.
func (s *Service) batches(me id.UUID, sets []todos.TodoSet) ([]*batch, error) {
	if me == (id.UUID{}) {
		return nil, nil
	}
	var all []*batch
	byKind := map[setKind]*batch{}
	for i, set := range sets {
		kind := kindOf(set)
		b := byKind[kind]
		if b == nil || kind == matching {
			b = &batch{kind: kind}
		}
		added, err := b.add(i, set, s.deps.Now())
		if err != nil {
			return nil, err
		}
		if added && byKind[kind] != b {
			byKind[kind] = b
			all = append(all, b)
		}
	}
	return all, nil
}

// add adds the set at a place among all, unless its id is none.
func (b *batch) add(place int, set todos.TodoSet, now time.Time) (added bool, err error) {
	if b.kind == matching {
		b.words, b.everywhere = set.Words, set.ListID == ""
		if b.everywhere {
			b.places = []int{place}
			return true, nil
		}
	}
	prefix, text := id.User, set.Assignee
	if set.ListID != "" {
		prefix, text = id.TodoList, set.ListID
	}
	key, err := id.Parse(prefix, text)
	if err != nil {
		return false, nil // what has no such id does not exist
	}
	if b.kind == dueToday {
		from, before, err := todos.Day(now, set.TimeZone)
		if err != nil {
			return false, err
		}
		b.from, b.before = append(b.from, from), append(b.before, before)
	}
	b.uuids, b.places = append(b.uuids, key), append(b.places, place)
	return true, nil
}

// todosScope binds a cursor to the viewer, the set, the filter and the order.
func todosScope(viewer todos.Viewer, set todos.TodoSet, query todos.TodoQuery) string {
	return viewer.ID + "\n" + set.String() + "\n" + query.String()
}

// Todos implements todos.Service: a statement for each kind of set that is asked
// for, and for each search.
func (s *Service) Todos(ctx context.Context, viewer todos.Viewer, sets []todos.TodoSet, query todos.TodoQuery, args page.Args) ([]*todos.TodoConnection, error) {
	var window page.Window
	var err error
	for _, set := range sets { // a cursor fits one of them at most
		if window, err = s.deps.Cursors.Window(todosScope(viewer, set, query), args); err != nil {
			return nil, err
		}
	}
	me := viewerKey(viewer)
	all, err := s.batches(me, sets)
	if err != nil {
		return nil, err
	}
	found := make([][]todoRow, len(sets))
	for _, b := range all {
		if err := s.readTodos(ctx, me, b, query, window, found); err != nil {
			return nil, fmt.Errorf("todos: %w", err)
		}
	}
	connections := make([]*todos.TodoConnection, len(sets))
	for i, set := range sets {
		if connections[i], err = s.todoConnection(viewer, set, query, window, found[i]); err != nil {
			return nil, fmt.Errorf("todos: %w", err)
		}
	}
	return connections, nil
}

// readTodos adds to found the todos of each set of a batch within the window.
func (s *Service) readTodos(ctx context.Context, me id.UUID, b *batch, query todos.TodoQuery, window page.Window, found [][]todoRow) error {
	statement, err := todosPage(me, b, query, window)
	if err != nil {
		return err
	}
	rows, err := s.deps.Pool.Query(ctx, statement.sql(), statement.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var row todoRow
		if row.todo, err = scanTodo(rows, &n, &row.key); err != nil {
			return err
		}
		place := b.place(n)
		found[place] = append(found[place], row)
	}
	return rows.Err()
}

// todoConnection makes the page that the client sees.
func (s *Service) todoConnection(viewer todos.Viewer, set todos.TodoSet, query todos.TodoQuery, window page.Window, rows []todoRow) (*todos.TodoConnection, error) {
	rows, info := page.Slice(window, rows)
	connection := &todos.TodoConnection{Edges: make([]todos.TodoEdge, len(rows)), PageInfo: info, Of: set, Query: query}
	order := orderOf(kindOf(set), query.Order)
	scope := todosScope(viewer, set, query)
	for i, row := range rows {
		place, err := order.place(row)
		if err != nil {
			return nil, err
		}
		connection.Edges[i] = todos.TodoEdge{Cursor: s.deps.Cursors.Cursor(scope, place), Node: row.todo}
	}
	if len(rows) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(rows)-1].Cursor
	}
	return connection, nil
}

// CountTodos implements todos.Service.
func (s *Service) CountTodos(ctx context.Context, viewer todos.Viewer, sets []todos.TodoSet, query todos.TodoQuery) ([]int32, error) {
	me := viewerKey(viewer)
	all, err := s.batches(me, sets)
	if err != nil {
		return nil, err
	}
	counts := make([]int32, len(sets))
	for _, b := range all {
		statement := todosCount(me, b, query)
		if err := s.countInto(ctx, counts, b.keys, statement.sql(), statement.args...); err != nil {
			return nil, err
		}
	}
	return counts, nil
}
