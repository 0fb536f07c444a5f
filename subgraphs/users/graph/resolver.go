package graph

import (
	"context"
	"errors"

	"github.com/weftql/weft/subgraphs/internal/refusal"
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
		Address: caller.Address, UserAgent: caller.UserAgent, RequestID: caller.RequestID,
	}
}

// payload turns the result of Register and Login into an AuthPayload: expected
// failures are part of it, others stay errors. Who has just come in is no caller
// yet, but reads what was written.
func payload(ctx context.Context, delivery users.TokenDelivery, login *users.Login, err error) (*AuthPayload, error) {
	refused, err := changed(ctx, err)
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return &AuthPayload{RetryAfter: retryAfter(refused), Errors: refused}, nil
	}
	server.Wrote(ctx, login.User.ID)
	return &AuthPayload{User: login.User, Tokens: deliver(ctx, delivery, login.Tokens), Errors: refused}, nil
}

// retryAfter is the longest wait, in seconds, that one of the failures asks for.
func retryAfter(refused []*users.UserError) *int32 {
	var longest int32
	for _, one := range refused {
		longest = max(longest, int32(one.RetryAfter.Seconds()))
	}
	if longest == 0 {
		return nil
	}
	return &longest
}

// userPayload turns a change of a user into a UserPayload, as payload does. The
// user may be another than the caller.
func userPayload(ctx context.Context, user *users.User, err error) (*UserPayload, error) {
	refused, err := changed(ctx, err)
	if err != nil {
		return nil, err
	}
	if user != nil {
		server.Wrote(ctx, user.ID)
	}
	return &UserPayload{User: user, Errors: refused}, nil
}

// okPayload turns what a change returned into an OkPayload.
func okPayload(ctx context.Context, err error) (*OkPayload, error) {
	refused, err := changed(ctx, err)
	if err != nil {
		return nil, err
	}
	return &OkPayload{Ok: len(refused) == 0, Errors: refused}, nil
}

// changed returns the expected failures in err, or else err itself. What was read
// before the change is forgotten.
func changed(ctx context.Context, err error) ([]*users.UserError, error) {
	forget(ctx)
	var refused users.UserErrors
	switch {
	case errors.As(err, &refused):
		return pointers(refused), nil
	case errors.Is(err, refusal.ErrInTheWay):
		return pointers(users.Busy()), nil
	}
	return []*users.UserError{}, err
}

// profileChange is the input with null for avatarUrl told from no avatarUrl.
func profileChange(input UpdateProfileInput) users.ProfileChange {
	change := users.ProfileChange{
		DisplayName: input.DisplayName.Value(), TimeZone: input.TimeZone.Value(), Locale: input.Locale.Value(),
		AvatarURL: input.AvatarURL.Value(), ExpectedVersion: input.ExpectedVersion.Value(),
	}
	if input.AvatarURL.IsSet() && change.AvatarURL == nil {
		change.AvatarURL = new(string)
	}
	return change
}

// settingsChange is the input with null for the quiet hours told from none given.
func settingsChange(input NotificationSettingsInput) users.NotificationSettingsChange {
	change := users.NotificationSettingsChange{
		EmailAssignments: input.EmailAssignments.Value(), EmailReminders: input.EmailReminders.Value(), EmailShares: input.EmailShares.Value(),
		EmailDigest: input.EmailDigest.Value(), DigestHour: input.DigestHour.Value(),
	}
	if input.QuietFrom.IsSet() || input.QuietTo.IsSet() {
		change.Quiet = &users.QuietHours{From: input.QuietFrom.Value(), To: input.QuietTo.Value()}
	}
	return change
}

// newOrder returns the order that is asked for; the newest first if none is.
func newOrder(order *users.UserOrder) users.UserOrder {
	if order == nil {
		return users.UserOrder{Field: users.OrderByCreatedAt, Direction: users.Descending}
	}
	return *order
}

// orZero returns what p points to, or the zero value.
func orZero[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
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
