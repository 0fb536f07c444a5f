// Package trace names the request that something is done for, wherever it is done:
// in the service that answers it, and in the workers that run its jobs later.
//
//	request ─WithRequest─▶ context ─Request─▶ metadata of the job ─▶ worker ─WithRequest─▶ context ─▶ logs
package trace

import "context"

// RequestKey is the key of the request's id in a context: for contexts that know it
// anyway. Everybody else calls WithRequest.
type RequestKey struct{}

// WithRequest returns a context in which Request finds id.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, RequestKey{}, id)
}

// Request returns the id of the request that ctx belongs to, "" if there is none.
func Request(ctx context.Context) string {
	id, _ := ctx.Value(RequestKey{}).(string)
	return id
}
