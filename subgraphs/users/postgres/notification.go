package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/page"
	"github.com/weftql/weft/subgraphs/postgres"
	"github.com/weftql/weft/subgraphs/users"
)

// AddNotification tells a user of something within the application, unless there is
// a notification with the key already, and returns whether it did. It returns
// users.ErrNoContact for a user who cannot log in. It is for the worker, which acts
// for the service itself.
func AddNotification(ctx context.Context, db querier, n users.NewNotification) (added bool, err error) {
	key, err := id.Parse(id.User, n.UserID)
	if err != nil {
		return false, users.ErrNoContact
	}
	about, err := referenced(n)
	if err != nil {
		return false, fmt.Errorf("users: notification %s: %w", n.Key, err)
	}
	var known bool
	err = db.QueryRow(ctx, `
		with recipient as (select id from users where id = $2 and `+open+`),
			added as (insert into notifications (id, user_id, key, kind, todo_id, list_id, actor_id, created_at)
				select $1, id, $3, $4, $5, $6, $7, $8 from recipient on conflict (key) do nothing returning 1)
		select exists (select from recipient), exists (select from added)`,
		id.New(), key, n.Key, n.Kind, about.todo, about.list, about.actor, n.At.UTC().Truncate(time.Microsecond)).Scan(&known, &added)
	if err != nil {
		return false, fmt.Errorf("users: notification %s: %w", n.Key, err)
	}
	if !known {
		return false, users.ErrNoContact
	}
	return added, nil
}

// references are what a notification is about, nil for nothing.
type references struct{ todo, list, actor *id.UUID }

// referenced reads the ids of n, or says which one is none.
func referenced(n users.NewNotification) (r references, err error) {
	if n.Key == "" || len(n.Key) > users.MaxNotificationKeyBytes {
		return r, fmt.Errorf("a key has from 1 to %d bytes", users.MaxNotificationKeyBytes)
	}
	optional := func(kind id.Kind, text string) (*id.UUID, error) {
		if text == "" {
			return nil, nil
		}
		key, err := id.Parse(kind, text)
		return &key, err
	}
	var errTodo, errList, errActor error
	r.todo, errTodo = optional(id.Todo, n.TodoID)
	r.list, errList = optional(id.TodoList, n.ListID)
	r.actor, errActor = optional(id.User, n.ActorID)
	return r, errors.Join(errTodo, errList, errActor)
}

// notificationsScope binds a cursor to the viewer and to which notifications are
// asked for.
func notificationsScope(viewer users.Viewer, unreadOnly bool) string {
	return fmt.Sprintf("%s\nnotifications unread=%t", viewer.ID, unreadOnly)
}

// notificationColumns are those that scanNotification reads.
const notificationColumns = `id, kind, todo_id, list_id, actor_id, created_at, read_at`

// scanNotification reads the columns of a notification.
func scanNotification(row pgx.CollectableRow) (*users.Notification, error) {
	var n users.Notification
	var key id.UUID
	var todo, list, actor *id.UUID
	err := row.Scan(&key, &n.Kind, &todo, &list, &actor, &n.CreatedAt, &n.ReadAt)
	n.ID = id.Format(id.Notification, key)
	n.TodoID, n.ListID, n.ActorID = reference(id.Todo, todo), reference(id.TodoList, list), reference(id.User, actor)
	return &n, err
}

// reference returns the id of what a notification is about, nil for nothing.
func reference(kind id.Kind, key *id.UUID) *string {
	if key == nil {
		return nil
	}
	text := id.Format(kind, *key)
	return &text
}

// Notifications implements users.Service.
func (s *Service) Notifications(ctx context.Context, viewer users.Viewer, userIDs []string, args users.NotificationArgs) ([]*users.NotificationConnection, error) {
	connections := make([]*users.NotificationConnection, len(userIDs))
	var own *users.NotificationConnection
	for i, userID := range userIDs {
		if !viewer.Is(userID) {
			continue
		}
		if own == nil {
			var err error
			if own, err = s.notifications(ctx, viewer, args); err != nil {
				return nil, err
			}
		}
		connections[i] = own
	}
	return connections, nil
}

// notifications returns a page of the viewer's own.
func (s *Service) notifications(ctx context.Context, viewer users.Viewer, args users.NotificationArgs) (*users.NotificationConnection, error) {
	scope := notificationsScope(viewer, args.UnreadOnly)
	window, err := s.deps.Cursors.Window(scope, args.Page)
	if err != nil {
		return nil, err
	}
	connection := &users.NotificationConnection{UserID: viewer.ID, UnreadOnly: args.UnreadOnly}
	key, err := id.Parse(id.User, viewer.ID)
	if err != nil {
		return connection, nil
	}
	newest, newestID := postgres.Below(window.After)
	oldest, oldestID := postgres.Above(window.Before)
	statement := `select ` + notificationColumns + ` from notifications
		where user_id = $1 and (created_at, id) < ($2, $3) and (created_at, id) > ($4, $5)` + unread(args.UnreadOnly) + ` order by `
	if window.Backward {
		statement += `created_at, id limit $6`
	} else {
		statement += `created_at desc, id desc limit $6`
	}
	rows, err := s.deps.Pool.Query(ctx, statement, key, newest, newestID, oldest, oldestID, window.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanNotification)
	if err != nil {
		return nil, fmt.Errorf("notifications: %w", err)
	}
	all, connection.PageInfo = page.Slice(window, all)
	connection.Edges = make([]users.NotificationEdge, len(all))
	for i, one := range all {
		key, err := id.Parse(id.Notification, one.ID)
		if err != nil {
			return nil, err
		}
		connection.Edges[i] = users.NotificationEdge{Cursor: s.deps.Cursors.Cursor(scope, page.Position{At: one.CreatedAt, ID: key}), Node: one}
	}
	if len(all) > 0 {
		connection.PageInfo.StartCursor = &connection.Edges[0].Cursor
		connection.PageInfo.EndCursor = &connection.Edges[len(all)-1].Cursor
	}
	return connection, nil
}

// unread is the condition that leaves out what the user has marked, if that is asked
// for.
func unread(only bool) string {
	if only {
		return ` and read_at is null`
	}
	return ``
}

// CountNotifications implements users.Service.
func (s *Service) CountNotifications(ctx context.Context, viewer users.Viewer, userIDs []string, unreadOnly bool) ([]int32, error) {
	counts := make([]int32, len(userIDs))
	var own []int // places of the viewer
	for i, userID := range userIDs {
		if viewer.Is(userID) {
			own = append(own, i)
		}
	}
	key, err := id.Parse(id.User, viewer.ID)
	if err != nil || own == nil {
		return counts, nil
	}
	var n int32
	if err := s.deps.Pool.QueryRow(ctx, `select count(*) from notifications where user_id = $1`+unread(unreadOnly), key).Scan(&n); err != nil {
		return nil, fmt.Errorf("count notifications: %w", err)
	}
	for _, i := range own {
		counts[i] = n
	}
	return counts, nil
}

// reader is a pool or a transaction.
type reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// NotificationsByID implements users.Service.
func (s *Service) NotificationsByID(ctx context.Context, viewer users.Viewer, ids []string) ([]*users.Notification, error) {
	owner, err := id.Parse(id.User, viewer.ID)
	if err != nil {
		return make([]*users.Notification, len(ids)), nil
	}
	found, err := notificationsByID(ctx, s.deps.Pool, owner, ids)
	if err != nil {
		return nil, fmt.Errorf("notifications by id: %w", err)
	}
	return found, nil
}

// notificationsByID returns the owner's notifications with the ids, nil where there
// is none.
func notificationsByID(ctx context.Context, db reader, owner id.UUID, ids []string) ([]*users.Notification, error) {
	found := make([]*users.Notification, len(ids))
	keys := id.ParseAll(id.Notification, ids)
	if len(keys) == 0 {
		return found, nil
	}
	// Found by their ids and by nothing else, however few the owner seems to have.
	rows, err := db.Query(ctx, `with named as materialized (select * from notifications where id = any($1))
		select `+notificationColumns+` from named where user_id = $2`, keys, owner)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, scanNotification)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*users.Notification, len(all))
	for _, one := range all {
		byID[one.ID] = one
	}
	for i, text := range ids {
		found[i] = byID[text]
	}
	return found, nil
}
