package postgres

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/todos"
)

// historyScope binds a cursor to the viewer and the todo.
func historyScope(viewer todos.Viewer, todoID string) string {
	return viewer.ID + "\nhistory of " + todoID
}

// History implements todos.Service.
func (s *Service) History(ctx context.Context, viewer todos.Viewer, todoIDs []string, args page.Args) ([]*todos.TodoEventConnection, error) {
	var window page.Window
	var err error
	for _, todoID := range todoIDs { // a cursor fits one of them at most
		if window, err = s.deps.Cursors.Window(historyScope(viewer, todoID), args); err != nil {
			return nil, err
		}
	}
	me := viewerKey(viewer)
	lookup := readKeys(me, id.Todo, todoIDs)
	found := make([][]*todos.TodoEvent, len(todoIDs))
	if len(lookup.uuids) > 0 {
		if err := s.readHistory(ctx, me, lookup, window, found); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
	}
	connections := make([]*todos.TodoEventConnection, len(todoIDs))
	for i, todoID := range todoIDs {
		connections[i] = s.historyConnection(viewer, todoID, window, found[i])
	}
	return connections, nil
}

// readHistory adds to found the events of each todo within the window.
func (s *Service) readHistory(ctx context.Context, me id.UUID, lookup keys, window page.Window, found [][]*todos.TodoEvent) error {
	statement, err := historyPage(me, lookup, window)
	if err != nil {
		return err
	}
	rows, err := s.deps.Pool.Query(ctx, statement.sql(), statement.args...)
	if err != nil {
		return err
	}
	var n int64
	var e todos.Event
	var actor id.UUID
	_, err = pgx.ForEachRow(rows, []any{&n, &e.Cursor.ID, &e.Type, &e.Version, &actor, &e.At, &e.Data}, func() error {
		e.ActorID = id.Format(id.User, actor)
		event, err := e.History()
		found[lookup.place(n)] = append(found[lookup.place(n)], &event)
		return err
	})
	return err
}

// historyPage is the statement for a page of the history of each todo, the latest
// first, whose versions are in the order of the changes.
func historyPage(me id.UUID, lookup keys, window page.Window) (*statement, error) {
	s := newStatement(me, lookup.uuids)
	s.add(`select k.n, e.id, e.type, e.version, e.actor_id, e.at, e.data
		from unnest($2::uuid[]) with ordinality as k (todo_id, n)
		join todos t on t.id = k.todo_id and t.deleted_at is null`, visible, `
		cross join lateral (select * from domain_events e where e.todo_id = k.todo_id`)
	for _, side := range []struct {
		comparison string
		position   *page.Position
	}{{` and e.version < `, window.After}, {` and e.version > `, window.Before}} {
		if side.position == nil {
			continue
		}
		version, err := strconv.ParseInt(side.position.Key, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("cursor: %w", err)
		}
		s.add(side.comparison, s.arg(int32(version)))
	}
	order := ` desc`
	if window.Backward {
		order = ``
	}
	s.add(` order by e.version`, order, ` limit `, s.arg(window.Limit+1), `) e order by k.n, e.version`, order)
	return s, nil
}

// historyConnection makes the page that the client sees.
func (s *Service) historyConnection(viewer todos.Viewer, todoID string, window page.Window, events []*todos.TodoEvent) *todos.TodoEventConnection {
	events, info := page.Slice(window, events)
	connection := &todos.TodoEventConnection{Edges: make([]todos.TodoEventEdge, len(events)), PageInfo: info, TodoID: todoID}
	for i, event := range events {
		position := page.Position{Key: strconv.Itoa(int(event.Version))}
		connection.Edges[i] = todos.TodoEventEdge{Cursor: s.deps.Cursors.Cursor(historyScope(viewer, todoID), position), Node: event}
	}
	if len(events) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(events)-1].Cursor
	}
	return connection
}

// CountHistory implements todos.Service.
func (s *Service) CountHistory(ctx context.Context, viewer todos.Viewer, todoIDs []string) ([]int32, error) {
	counts := make([]int32, len(todoIDs))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.Todo, todoIDs)
	if len(lookup.uuids) == 0 {
		return counts, nil
	}
	return counts, s.countInto(ctx, counts, lookup, `select k.n, e.count from unnest($2::uuid[]) with ordinality as k (todo_id, n)
		join todos t on t.id = k.todo_id and t.deleted_at is null`+visible+`
		cross join lateral (select count(*) from domain_events where todo_id = k.todo_id) e`, me, lookup.uuids)
}
