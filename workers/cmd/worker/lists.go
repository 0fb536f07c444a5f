package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
)

// lists is what jobs need of the todos database.
type lists struct{ pool *pgxpool.Pool }

// Erase removes a person from it.
func (l lists) Erase(ctx context.Context, userID string) error {
	return todospostgres.Erase(ctx, l.pool, userID, time.Now())
}
