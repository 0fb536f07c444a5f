package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/todos"
)

// listColumns are those that scanList reads: of the list l, and the role of the
// viewer's membership m.
const listColumns = `l.id, l.name, m.role, l.owner_id, l.created_at, l.updated_at, l.version`

// scanList reads the columns of a row; before is what stands in front of them.
func scanList(row pgx.CollectableRow, before ...any) (*todos.TodoList, error) {
	var l todos.TodoList
	var key, owner id.UUID
	err := row.Scan(append(before, &key, &l.Name, &l.MyRole, &owner, &l.CreatedAt, &l.UpdatedAt, &l.Version)...)
	l.ID, l.OwnerID = id.Format(id.TodoList, key), id.Format(id.User, owner)
	return &l, err
}

// CreateTodoList implements todos.Service.
func (s *Service) CreateTodoList(ctx context.Context, viewer todos.Viewer, in todos.CreateTodoListInput) (list *todos.TodoList, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	if viewerKey(viewer) == (id.UUID{}) { // no user's, as a program's may be: it can own nothing
		return nil, refusal.Unauthenticated()
	}
	err = s.change(ctx, "create list", viewer, func(c change) error {
		list, err = c.insertList(ctx, id.New(), in.Name)
		return err
	})
	return list, err
}

// insertList writes a list and its first member.
func (c change) insertList(ctx context.Context, key id.UUID, name string) (*todos.TodoList, error) {
	data, err := json.Marshal(todos.Changes{"name": todos.FieldChange{To: name}})
	if err != nil {
		return nil, err
	}
	rows, err := c.tx.Query(ctx, `with l as (
			insert into todo_lists (id, name, owner_id, created_at, updated_at) values ($1, $2, $3, $4, $4) returning *
		), m as (
			insert into list_members (list_id, user_id, role, since) select id, owner_id, 'OWNER', created_at from l returning *
		), e as (
			insert into domain_events (list_id, type, version, actor_id, at, data, request_id)
			select id, $5, version, $3, $4, $6, $7 from l
		)
		select `+listColumns+` from l, m`, key, name, c.me, c.at, todos.ListCreated, data, c.requestID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*todos.TodoList, error) { return scanList(row) })
}

// RenameTodoList implements todos.Service.
func (s *Service) RenameTodoList(ctx context.Context, viewer todos.Viewer, in todos.RenameTodoListInput) (list *todos.TodoList, err error) {
	if err := viewer.RequireLogin(); err != nil {
		return nil, err
	}
	if in, err = in.Normalize(); err != nil {
		return nil, err
	}
	err = s.change(ctx, "rename list", viewer, func(c change) error {
		held, err := c.listFor(ctx, todos.ManageList, in.ID, "id", lockList)
		if err != nil {
			return err
		}
		if err := todos.CheckVersion(held.Version, in.ExpectedVersion); err != nil || held.Name == in.Name {
			list = held.TodoList
			return err
		}
		changes := todos.Changes{"name": todos.FieldChange{From: held.Name, To: in.Name}}
		held.Name = in.Name
		list, err = c.saveList(ctx, held, nil, todos.ListRenamed, changes)
		return err
	})
	return list, err
}

// DeleteTodoList implements todos.Service.
func (s *Service) DeleteTodoList(ctx context.Context, viewer todos.Viewer, in todos.DeleteTodoListInput) error {
	return s.change(ctx, "delete list", viewer, func(c change) error {
		held, err := c.listFor(ctx, todos.ManageList, in.ID, "id", lockList)
		if err != nil {
			return err
		}
		if err := todos.CheckVersion(held.Version, in.ExpectedVersion); err != nil {
			return err
		}
		if err := c.cancelReminders(ctx, held.key); err != nil {
			return err
		}
		_, err = c.saveList(ctx, held, &c.at, todos.ListDeleted, todos.Changes{})
		return err
	})
}

// ListsByID implements todos.Service.
func (s *Service) ListsByID(ctx context.Context, viewer todos.Viewer, ids []string) ([]*todos.TodoList, error) {
	found := make([]*todos.TodoList, len(ids))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.TodoList, ids)
	if len(lookup.uuids) == 0 {
		return found, nil
	}
	rows, err := s.deps.Pool.Query(ctx, `select `+listColumns+` from todo_lists l
		join list_members m on m.list_id = l.id and m.user_id = $1
		where l.id = any($2) and l.deleted_at is null`, me, lookup.uuids)
	if err != nil {
		return nil, fmt.Errorf("lists by id: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*todos.TodoList, error) { return scanList(row) })
	if err != nil {
		return nil, fmt.Errorf("lists by id: %w", err)
	}
	byID := make(map[string]*todos.TodoList, len(all))
	for _, list := range all {
		byID[list.ID] = list
	}
	for i, text := range ids {
		found[i] = byID[text]
	}
	return found, nil
}

// listsScope binds a cursor to the viewer and the person whose lists these are.
func listsScope(viewer todos.Viewer, userID string) string { return viewer.ID + "\nlists of " + userID }

// memberRow is a list with the membership that the connection is ordered by.
type memberRow struct {
	list  *todos.TodoList
	role  todos.ListRole
	since time.Time
}

// Lists implements todos.Service.
func (s *Service) Lists(ctx context.Context, viewer todos.Viewer, userIDs []string, args page.Args) ([]*todos.TodoListConnection, error) {
	var window page.Window
	var err error
	for _, userID := range userIDs { // a cursor fits one of them at most
		if window, err = s.deps.Cursors.Window(listsScope(viewer, userID), args); err != nil {
			return nil, err
		}
	}
	me := viewerKey(viewer)
	lookup := readKeys(me, id.User, userIDs)
	found := make([][]memberRow, len(userIDs))
	if len(lookup.uuids) > 0 {
		if err := s.readLists(ctx, me, lookup, window, found); err != nil {
			return nil, fmt.Errorf("lists: %w", err)
		}
	}
	connections := make([]*todos.TodoListConnection, len(userIDs))
	for i, userID := range userIDs {
		if connections[i], err = s.listConnection(viewer, userID, window, found[i]); err != nil {
			return nil, fmt.Errorf("lists: %w", err)
		}
	}
	return connections, nil
}

// readLists adds to found the lists of each person within the window.
func (s *Service) readLists(ctx context.Context, me id.UUID, lookup keys, window page.Window, found [][]memberRow) error {
	newest, newestID := postgres.Below(window.After)
	oldest, oldestID := postgres.Above(window.Before)
	rows, err := s.deps.Pool.Query(ctx, listsPage(window.Backward), me, lookup.uuids, window.Limit+1, newest, newestID, oldest, oldestID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var row memberRow
		if row.list, err = scanList(rows, &n, &row.role, &row.since); err != nil {
			return err
		}
		found[lookup.place(n)] = append(found[lookup.place(n)], row)
	}
	return rows.Err()
}

// listsPage is the statement for a page of the lists of each person. Which ones
// the viewer may see is looked up for each of the person's; see mayBeSeen.
func listsPage(backward bool) string {
	before := `select k.n, p.role, p.since, ` + listColumns + `
		from unnest($2::uuid[]) with ordinality as k (user_id, n)
		cross join lateral (
			select * from list_members p
			where p.user_id = k.user_id and (p.since, p.list_id) < ($4, $5) and (p.since, p.list_id) > ($6, $7)
				and (select true from (values (1)) as one` + memberOf("p.list_id") + `)
			order by `
	after := ` limit $3) p` + memberOf("p.list_id")
	if backward {
		return before + `p.since, p.list_id` + after + `order by k.n, p.since, p.list_id`
	}
	return before + `p.since desc, p.list_id desc` + after + `order by k.n, p.since desc, p.list_id desc`
}

// listConnection makes the page that the client sees.
func (s *Service) listConnection(viewer todos.Viewer, userID string, window page.Window, rows []memberRow) (*todos.TodoListConnection, error) {
	rows, info := page.Slice(window, rows)
	connection := &todos.TodoListConnection{Edges: make([]todos.TodoListEdge, len(rows)), PageInfo: info, UserID: userID}
	for i, row := range rows {
		key, err := id.Parse(id.TodoList, row.list.ID)
		if err != nil {
			return nil, err
		}
		cursor := s.deps.Cursors.Cursor(listsScope(viewer, userID), page.Position{At: row.since, ID: key})
		connection.Edges[i] = todos.TodoListEdge{Cursor: cursor, Node: row.list, Role: row.role}
	}
	if len(rows) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(rows)-1].Cursor
	}
	return connection, nil
}

// CountLists implements todos.Service.
func (s *Service) CountLists(ctx context.Context, viewer todos.Viewer, userIDs []string) ([]int32, error) {
	counts := make([]int32, len(userIDs))
	me := viewerKey(viewer)
	lookup := readKeys(me, id.User, userIDs)
	if len(lookup.uuids) == 0 {
		return counts, nil
	}
	return counts, s.countInto(ctx, counts, lookup, `select k.n, count(*)
		from unnest($2::uuid[]) with ordinality as k (user_id, n)
		join list_members p on p.user_id = k.user_id`+memberOf("p.list_id")+`
		group by k.n`, me, lookup.uuids)
}

// countInto runs a statement that counts by the ordinal number of the key. Keys
// without a row count 0.
func (s *Service) countInto(ctx context.Context, counts []int32, lookup keys, statement string, args ...any) error {
	rows, err := s.deps.Pool.Query(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	var n, count int64
	_, err = pgx.ForEachRow(rows, []any{&n, &count}, func() error {
		counts[lookup.place(n)] = int32(count)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return nil
}
