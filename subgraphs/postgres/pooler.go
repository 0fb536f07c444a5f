package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Errors of connections that lead through PgBouncer or its like. In transaction mode,
// the usual one, each transaction may have another session: prepared statements,
// settings, locks of sessions and LISTEN do not work, some of them without an error.
var (
	errPooler = errors.New("postgres: the connection leads through a pool of connections, such as PgBouncer: " +
		"add default_query_exec_mode=cache_describe to the URL, because statements prepared in one session are not there in the next")
	errPoolerMigrates = errors.New("the connection leads through a pool of connections, such as PgBouncer: migrations need the database's own address")
	errExecMode       = errors.New("postgres: default_query_exec_mode has to be cache_describe or exec, for connections through a pool such as PgBouncer, or cache_statement")
)

// ThroughPooler tells whether a connection string is one for a pool of connections in
// transaction mode: with default_query_exec_mode=cache_describe, which every program
// can use, or exec, which is enough for River.
//
// Through one, the session's settings that Config makes (time limits, planner) are
// left out, because PgBouncer knows them not: they have to be those of the role.
func ThroughPooler(url string) (bool, error) {
	config, err := parseURL(url)
	if err != nil {
		return false, err
	}
	return poolerMode(config.ConnConfig.DefaultQueryExecMode)
}

// poolerMode tells whether the way in which statements are executed is one for a pool.
func poolerMode(mode pgx.QueryExecMode) (bool, error) {
	switch mode {
	case pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeExec:
		return true, nil
	case pgx.QueryExecModeCacheStatement:
		return false, nil
	}
	return false, errExecMode
}

// pooled tells whether somebody stands between the connection and the database: the
// process that the client was told to talk to is not the one that answers.
func pooled(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var pid uint32
	if err := conn.QueryRow(ctx, "select pg_backend_pid()", pgx.QueryExecModeExec).Scan(&pid); err != nil {
		return false, fmt.Errorf("postgres: %w", err)
	}
	return pid != conn.PgConn().PID(), nil
}
