package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weftql/weft/subgraphs/internal/id"
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
