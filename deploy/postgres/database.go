package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What the server answers when the database is there already: 42P04 or, if
// somebody else is making it at the same moment, 23505.
const (
	duplicateDatabase = "42P04"
	uniqueViolation   = "23505"
)

// CreateDatabase makes a database unless it is there, and returns its URL.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) (string, error) {
	return CreateDatabase(ctx, c.URL("postgres"), name)
}

// CreateDatabase makes a database on the server that address names, unless it
// is there, and returns address with the database's name in it. The address is
// a URL (postgres://…); its own database must exist, since it is what is
// connected to.
func CreateDatabase(ctx context.Context, address, name string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil || (parsed.Scheme != "postgres" && parsed.Scheme != "postgresql") {
		return "", errors.New("not a URL of the form postgres://user:password@host:port/database") // no quote: it may hold a password
	}
	parsed.Path = "/" + name
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil {
		return "", fmt.Errorf("look for database %s: %w", name, err)
	}
	if exists {
		return parsed.String(), nil
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	var refusal *pgconn.PgError
	if err != nil && !(errors.As(err, &refusal) && (refusal.Code == duplicateDatabase || refusal.Code == uniqueViolation)) {
		return "", fmt.Errorf("create database %s: %w", name, err)
	}
	return parsed.String(), nil
}
