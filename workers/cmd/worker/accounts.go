package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/weftql/weft/subgraphs/users"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// accounts is what jobs need of the users database.
type accounts struct{ pool *pgxpool.Pool }

// Contact returns how to write to a user.
func (a accounts) Contact(ctx context.Context, userID string) (users.Contact, error) {
	return userspostgres.Contact(ctx, a.pool, userID)
}

// AddNotification tells a user of something within the application, once.
func (a accounts) AddNotification(ctx context.Context, n users.NewNotification) (added bool, err error) {
	return userspostgres.AddNotification(ctx, a.pool, n)
}

// VerificationToken makes a token that proves an address.
func (a accounts) VerificationToken(ctx context.Context, userID string) (users.Contact, string, error) {
	return userspostgres.VerificationToken(ctx, a.pool, userID, time.Now())
}

// ResetToken makes a token to choose a new password with.
func (a accounts) ResetToken(ctx context.Context, userID string) (users.Contact, string, error) {
	return userspostgres.ResetToken(ctx, a.pool, userID, time.Now())
}

// Entry returns an entry of the audit log.
func (a accounts) Entry(ctx context.Context, entryID string) (*users.AuditEntry, error) {
	return userspostgres.Entry(ctx, a.pool, entryID)
}

// UnreadNotifications returns the newest notifications that a user has not read.
func (a accounts) UnreadNotifications(ctx context.Context, userID string, most int) (newest []users.NewNotification, total int, err error) {
	return userspostgres.UnreadNotifications(ctx, a.pool, userID, most)
}

// InsertDigests inserts the jobs of digests that are due, of some users.
func (a accounts) InsertDigests(ctx context.Context, jobs *river.Client[pgx.Tx]) (inserted int, more bool, err error) {
	return userspostgres.InsertDigests(ctx, a.pool, jobs, time.Time{})
}
