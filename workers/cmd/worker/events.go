package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/todos"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	"github.com/weftql/weft/workers/internal/relay"
)

// events are those of the todos database.
type events struct{ pool *pgxpool.Pool }

var _ relay.Source = events{}

// Relay tells the next events.
func (e events) Relay(ctx context.Context, limit int, tell func(context.Context, []todos.Event) error) (int, bool, error) {
	return todospostgres.Relay(ctx, e.pool, todospostgres.RedisCursor, limit, tell)
}

// Lag returns the age of the oldest event that was not told yet.
func (e events) Lag(ctx context.Context) (time.Duration, error) {
	return todospostgres.RelayLag(ctx, e.pool, todospostgres.RedisCursor)
}
