package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// order keeps the users database in order.
type order struct {
	pool      *pgxpool.Pool
	deletions *userspostgres.Deletions
}

// Purge removes what nobody needs any more, and gives deletions that have lost their
// job another one.
func (o order) Purge(ctx context.Context) (users.Purged, error) {
	purged, err := userspostgres.Purge(ctx, o.pool, time.Now())
	if err != nil {
		return purged, err
	}
	revived, err := o.deletions.Revive(ctx)
	purged["deletions revived"] = int64(revived)
	return purged, err
}
