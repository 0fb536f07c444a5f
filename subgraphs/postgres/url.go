package postgres

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5/pgxpool"
)

// errURL says what a connection string looks like; it may not show the one that
// it is about.
var errURL = errors.New("postgres: the connection URL is not of the form postgres://user:password@host:port/database")

// parseURL reads a connection string. Its errors do not tell passwords: the
// driver's repeat a text that it cannot read, so that they are only used where the
// text is an URL and its secrets can be taken out.
func parseURL(text string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(text)
	if err == nil {
		return config, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errURL
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	query.Del("password")
	query.Del("sslpassword")
	u.RawQuery = query.Encode()
	if _, err = pgxpool.ParseConfig(u.String()); err == nil {
		return nil, errURL
	}
	return nil, fmt.Errorf("postgres: %w", err)
}
