package graph

import (
	"context"
	"errors"

	"github.com/weftql/weft/subgraphs/server"
	"github.com/weftql/weft/subgraphs/users"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	// Service does the work.
	Service users.Service
}

// viewer is the caller of the request.
func viewer(ctx context.Context) users.Viewer {
	caller := server.Caller(ctx)
	return users.Viewer{
		ID: caller.Subject, Admin: caller.HasScope(users.AdminScope), Session: caller.Session,
		RequestID: caller.RequestID,
	}
}

// payload turns the result of Register and Login into an AuthPayload: expected
// failures are part of it, others stay errors. Who has just come in is no caller
// yet, but reads what was written.
func payload(ctx context.Context, login *users.Login, err error) (*AuthPayload, error) {
	var refused users.UserErrors
	if errors.As(err, &refused) {
		return &AuthPayload{Errors: pointers(refused)}, nil
	}
	if err != nil {
		return nil, err
	}
	server.Wrote(ctx, login.User.ID)
	return &AuthPayload{User: login.User, Tokens: login.Tokens, Errors: []*users.UserError{}}, nil
}

func pointers(all users.UserErrors) []*users.UserError {
	list := make([]*users.UserError, len(all))
	for i := range all {
		list[i] = &all[i]
	}
	return list
}

// one returns the first of a list of one.
func one[T any](all []*T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return all[0], nil
}
