package graph

import (
	"context"

	"github.com/weftql/weft/subgraphs/internal/id"
	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// maxNodes bounds the ids of one nodes field.
const maxNodes = 100

// nodes returns what the ids name, nil where they name nothing. Users are looked
// up together; todos and lists are references that their own subgraph resolves,
// and that come to nothing there if the caller may not see them.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]Node, error) {
	if err := viewer(ctx).RequireLogin(); err != nil {
		return nil, err
	}
	if len(ids) > maxNodes {
		return nil, refusal.BadInput("argument ids has %d ids, but must not have more than %d", len(ids), maxNodes)
	}
	all := make([]Node, len(ids))
	var users []string
	var places []int // of users in all
	for i, text := range ids {
		kind := id.KindOf(text)
		if _, err := id.Parse(kind, text); err != nil {
			continue
		}
		switch kind {
		case id.User:
			users, places = append(users, text), append(places, i)
		case id.Todo:
			all[i] = Todo{ID: text}
		case id.TodoList:
			all[i] = TodoList{ID: text}
		}
	}
	if users == nil {
		return all, nil
	}
	found, err := r.usersByID(ctx, users)
	if err != nil {
		return nil, err
	}
	for i, user := range found {
		if user != nil { // a nil *User would not be a nil Node
			all[places[i]] = user
		}
	}
	return all, nil
}
