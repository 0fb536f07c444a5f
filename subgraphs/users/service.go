package users

import (
	"context"

	"github.com/weftql/weft/subgraphs/internal/page"
)

// Service is what can be done with accounts. Implementations are safe for
// concurrent use. Expected failures of mutations are UserErrors, refused callers
// and arguments are refusals; every other error is the service's own trouble.
type Service interface {
	// Register creates an account and the job that sends its welcome mail, both
	// or neither, and logs it in. UserErrors: CodeBadInput, CodeConflict.
	Register(ctx context.Context, in RegisterInput) (*Login, error)

	// Login checks a password. UserErrors: CodeInvalidCredentials, after the same
	// work whether or not the address is known.
	Login(ctx context.Context, in LoginInput) (*Login, error)

	// UsersByID returns the users with the given ids, in their order and nil where
	// there is none; an id may be malformed or there twice. Anonymous viewers see
	// nobody. It needs one statement however many ids there are.
	UsersByID(ctx context.Context, viewer Viewer, ids []string) ([]*User, error)

	// Users returns a page of all users, newest first; for administrators.
	Users(ctx context.Context, viewer Viewer, args page.Args) (*UserConnection, error)

	// CountUsers returns how many users Users would return in all.
	CountUsers(ctx context.Context, viewer Viewer) (int32, error)
}
