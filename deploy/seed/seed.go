package seed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	deploypostgres "github.com/weftql/weft/deploy/postgres"
	"github.com/weftql/weft/subgraphs/postgres"
	todospostgres "github.com/weftql/weft/subgraphs/todos/postgres"
	userspostgres "github.com/weftql/weft/subgraphs/users/postgres"
)

// MinSize and MaxSize bound the number of todos.
const (
	MinSize = 1_000
	MaxSize = 20_000_000
)

// mark begins the comment on every database that was made here.
const mark = "made by make seed"

// statementTimeout bounds building an index on the largest table.
const statementTimeout = time.Hour

// Config describes databases to make.
type Config struct {
	// Server is the connection URL of a PostgreSQL server and of a database on it
	// that is there already. Required.
	Server string
	// Users and Todos are the names of the databases. Default to weft_users and
	// weft_todos, which the local platform uses.
	Users, Todos string
	// Size is the number of todos, from MinSize to MaxSize. Required.
	Size int
	// Notify is told what happens. Required.
	Notify func(sentence string)
}

// Databases are the connection URLs of what was made.
type Databases struct{ Users, Todos string }

// service is how one of the services fills its database.
type service struct {
	database string
	migrate  func(ctx context.Context, url string, logger *slog.Logger) error
	fill     func(ctx context.Context, pool *pgxpool.Pool, size int) error
	schema   func() (digest string, err error)
}

// Make makes the databases, unless they are there with the same size. It refuses,
// before it changes anything, if there is a database of one of the names that it
// did not make.
func Make(ctx context.Context, cfg Config) (Databases, error) {
	if cfg.Users == "" {
		cfg.Users = "weft_users"
	}
	if cfg.Todos == "" {
		cfg.Todos = "weft_todos"
	}
	if cfg.Size < MinSize || cfg.Size > MaxSize {
		return Databases{}, fmt.Errorf("the size is %d, but must be from %d to %d", cfg.Size, MinSize, MaxSize)
	}
	services := []service{
		{cfg.Users, userspostgres.Migrate, userspostgres.Seed, userspostgres.SchemaDigest},
		{cfg.Todos, todospostgres.Migrate, todospostgres.Seed, todospostgres.SchemaDigest},
	}
	conn, err := pgx.Connect(ctx, cfg.Server)
	if err != nil {
		return Databases{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // nothing is lost with it
	comments := map[string]*string{}
	var errs []error
	for _, s := range services {
		comment, err := comment(ctx, conn, s.database)
		comments[s.database] = comment
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return Databases{}, err
	}
	urls := map[string]string{}
	for _, s := range services {
		if urls[s.database], err = cfg.makeOne(ctx, conn, s, comments[s.database]); err != nil {
			return Databases{}, fmt.Errorf("%s: %w", s.database, err)
		}
	}
	return Databases{Users: urls[cfg.Users], Todos: urls[cfg.Todos]}, nil
}

// comment returns the comment on a database that was made here, nil if there is no
// such database, and an error if somebody else made it.
func comment(ctx context.Context, conn *pgx.Conn, database string) (*string, error) {
	var text *string
	err := conn.QueryRow(ctx, `select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database where datname = $1`, database).Scan(&text)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case !strings.HasPrefix(*text, mark):
		return nil, fmt.Errorf("there is a database %s that make seed did not make; nothing was changed (make reset removes what make up keeps)", database)
	}
	return text, nil
}

// makeOne makes one database and returns its URL.
func (cfg Config) makeOne(ctx context.Context, conn *pgx.Conn, s service, comment *string) (string, error) {
	digest, err := s.schema()
	if err != nil {
		return "", err
	}
	complete := fmt.Sprintf("%s: %d todos, schema %s", mark, cfg.Size, digest)
	if comment != nil && *comment == complete {
		cfg.Notify(fmt.Sprintf("%s is there already (%s)", s.database, complete))
		return deploypostgres.CreateDatabase(ctx, cfg.Server, s.database)
	}
	began := time.Now()
	name := pgx.Identifier{s.database}.Sanitize()
	if comment != nil {
		if _, err := conn.Exec(ctx, "drop database "+name); err != nil {
			return "", err
		}
	}
	address, err := deploypostgres.CreateDatabase(ctx, cfg.Server, s.database)
	if err != nil {
		return "", err
	}
	if err := setComment(ctx, conn, name, mark+": loading"); err != nil {
		return "", err
	}
	if err := s.migrate(ctx, address, slog.New(slog.DiscardHandler)); err != nil {
		return "", err
	}
	pool, err := postgres.Open(ctx, postgres.Config{URL: address, Name: "weft-seed", StatementTimeout: statementTimeout})
	if err != nil {
		return "", err
	}
	defer pool.Close()
	if err := s.fill(ctx, pool, cfg.Size); err != nil {
		return "", err
	}
	cfg.Notify(fmt.Sprintf("%s: filled in %s", s.database, time.Since(began).Round(100*time.Millisecond)))
	return address, setComment(ctx, conn, name, complete)
}

// setComment comments on a database. The comment is made here, of letters, digits
// and punctuation without quotes.
func setComment(ctx context.Context, conn *pgx.Conn, name, comment string) error {
	_, err := conn.Exec(ctx, "comment on database "+name+" is '"+comment+"'")
	return err
}
