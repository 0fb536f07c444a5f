package graph

import (
	"context"
	"errors"

	"github.com/weftql/weft/subgraphs/internal/refusal"
	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/todos"
)

// Resolver is the root of all resolvers. The context of a request comes from
// WithLoaders.
type Resolver struct {
	// Service does the work.
	Service todos.Service
}

// viewer is the caller of the request.
func viewer(ctx context.Context) todos.Viewer {
	caller := server.Caller(ctx)
	return todos.Viewer{ID: caller.Subject, RequestID: caller.RequestID}
}

// userErrors returns the expected failures in err for a payload, or err itself
// if it is none.
func userErrors(err error) ([]*todos.UserError, error) {
	var refused todos.UserErrors
	switch {
	case errors.As(err, &refused):
		return pointers(refused), nil
	case errors.Is(err, refusal.ErrInTheWay):
		return pointers(todos.Busy()), nil
	}
	return []*todos.UserError{}, err
}

// timeZone reads what @requires brings along for User.dueToday.
func timeZone(required map[string]any) (string, error) {
	zone, ok := required["timeZone"].(string)
	if !ok {
		return "", refusal.BadInput("the representation has no timeZone")
	}
	return zone, nil
}

// pointers returns pointers to the elements of all.
func pointers[T any](all []T) []*T {
	list := make([]*T, len(all))
	for i := range all {
		list[i] = &all[i]
	}
	return list
}
