package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/subgraphs/internal/refusal"
)

// codeInternal is the code of every masked error.
const (
	codeInternal    = "INTERNAL_SERVER_ERROR"
	internalMessage = "internal error"
)

// errorPresenter decides what a client reads of an error.
type errorPresenter struct {
	logger *slog.Logger
}

// panicError is a panic on its way to the presenter, already logged.
type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// recovered logs a resolver's panic with its stack.
func (p errorPresenter) recovered(ctx context.Context, value any) error {
	trouble := panicError{value}
	record(ctx, p.logger, slog.LevelError, "panic in a resolver", trouble.Error(),
		slog.Any("panic", value), slog.String("stack", string(debug.Stack())))
	return trouble
}

// present keeps what is meant for the client: refusals, and what parsing,
// validation and the reading of arguments say, which gqlgen hands on with a code
// or as an error of its own type. Anything else is masked, and logged once for each
// request.
func (p errorPresenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := graphql.DefaultErrorPresenter(ctx, err)
	shown.Path = placed(ctx, withoutArgument(shown.Path, graphql.GetFieldContext(ctx)))
	var refused *refusal.Error
	if errors.As(err, &refused) {
		shown.Message = refused.Message
		shown.Extensions = map[string]any{"code": string(refused.Code)}
		return shown
	}
	if message, bad := badRepresentation(shown); bad {
		shown.Message = message
		shown.Extensions = map[string]any{"code": string(refusal.CodeBadInput)}
		return shown
	}
	var own *gqlerror.Error
	if errors.As(err, &own) && own.Unwrap() == nil {
		if _, ok := shown.Extensions["code"]; !ok {
			shown.Extensions = map[string]any{"code": string(refusal.CodeBadInput)}
		}
		return shown
	}
	path := slog.String("path", shown.Path.String())
	var panicked panicError
	switch {
	case errors.As(err, &panicked):
	case errors.Is(err, context.Canceled):
		record(ctx, p.logger, slog.LevelInfo, "request cancelled", context.Canceled.Error(), path)
	default:
		record(ctx, p.logger, slog.LevelError, "request failed", err.Error(), path, slog.Any("error", err))
	}
	return &gqlerror.Error{
		Message: internalMessage, Path: shown.Path, Locations: shown.Locations,
		Extensions: map[string]any{"code": codeInternal, "requestId": Caller(ctx).RequestID},
	}
}

// withoutArgument cuts a path off where gqlgen goes on with the names of the
// field's arguments: a path leads to a field of the answer.
func withoutArgument(path ast.Path, field *graphql.FieldContext) ast.Path {
	if field == nil {
		return path
	}
	end := len(field.Path())
	if end < len(path) {
		if _, name := path[end].(ast.PathName); name {
			return path[:end]
		}
	}
	return path
}
