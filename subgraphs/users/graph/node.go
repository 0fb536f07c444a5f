package graph

import (
	"context"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// maxNodes bounds the ids of one nodes field.
const maxNodes = 100

// nodes returns what the ids name, nil where they name nothing. Users are looked
// up together, and so are notifications; todos and lists are references that their own subgraph resolves,
// and that come to nothing there if the caller may not see them.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]Node, error) {
	if err := viewer(ctx).RequireLogin(); err != nil {
		return nil, err
	}
	if len(ids) > maxNodes {
		return nil, refusal.BadInput("argument ids has %d ids, but must not have more than %d", len(ids), maxNodes)
	}
	all := make([]Node, len(ids))
	var users, notifications lookup
	for i, text := range ids {
		kind := id.KindOf(text)
		if _, err := id.Parse(kind, text); err != nil {
			continue
		}
		switch kind {
		case id.User:
			users.add(text, i)
		case id.Notification:
			notifications.add(text, i)
		case id.Todo:
			all[i] = Todo{ID: text}
		case id.TodoList:
			all[i] = TodoList{ID: text}
		}
	}
	if err := find(ctx, users, all, r.usersByID); err != nil {
		return nil, err
	}
	return all, find(ctx, notifications, all, r.notificationsByID)
}

// lookup is what is looked up together: ids and their places among all.
type lookup struct {
	ids    []string
	places []int
}

func (l *lookup) add(id string, place int) {
	l.ids, l.places = append(l.ids, id), append(l.places, place)
}

// find puts what read finds into its places.
func find[T any, N interface {
	*T
	Node
}](ctx context.Context, l lookup, all []Node, read func(context.Context, []string) ([]N, error)) error {
	if l.ids == nil {
		return nil
	}
	found, err := read(ctx, l.ids)
	if err != nil {
		return err
	}
	for i, one := range found {
		if one != nil { // a nil *User would not be a nil Node
			all[l.places[i]] = one
		}
	}
	return nil
}
