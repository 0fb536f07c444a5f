package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// bulkAtOnce is how many statements Bulk runs at the same time.
const bulkAtOnce = 2

// Bulk fills tables with very many rows: it removes their indexes and foreign keys,
// except for primary keys, has load fill them, and puts everything back, which also
// checks that the rows are sound. At the end the tables are vacuumed and analyzed.
// The pool's StatementTimeout has to allow for all that. If Bulk fails, the
// database is of no use.
func Bulk(ctx context.Context, pool *pgxpool.Pool, tables []string, load func(context.Context) error) error {
	foreignKeys, err := rebuilds(ctx, pool, tables, `select format('alter table %s drop constraint %I', conrelid::regclass, conname),
		format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
		from pg_constraint where contype = 'f' and conrelid = any($1::text[]::regclass[]) order by conrelid, conname`)
	if err != nil {
		return fmt.Errorf("postgres: bulk: foreign keys: %w", err)
	}
	indexes, err := rebuilds(ctx, pool, tables, `select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
		from pg_index where indrelid = any($1::text[]::regclass[]) and not exists (select from pg_constraint where conindid = indexrelid)
		order by pg_table_size(indrelid), indexrelid`)
	if err != nil {
		return fmt.Errorf("postgres: bulk: indexes: %w", err)
	}
	for _, each := range append(foreignKeys, indexes...) {
		if _, err := pool.Exec(ctx, each.remove); err != nil {
			return fmt.Errorf("postgres: bulk: %s: %w", each.remove, err)
		}
	}
	if err := load(ctx); err != nil {
		return fmt.Errorf("postgres: bulk: %w", err)
	}
	statements := make([]string, 0, len(tables))
	for _, table := range tables {
		statements = append(statements, "vacuum (freeze, analyze) "+pgx.Identifier{table}.Sanitize())
	}
	return errors.Join(
		together(ctx, pool, bulkAtOnce, makes(indexes)),
		together(ctx, pool, 1, makes(foreignKeys)), // they lock each other out
		together(ctx, pool, bulkAtOnce, statements),
	)
}

// CopyRows writes rows into a table by COPY.
func CopyRows(ctx context.Context, pool *pgxpool.Pool, table string, columns []string, rows iter.Seq[[]any]) error {
	next, stop := iter.Pull(rows)
	defer stop()
	_, err := pool.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		row, _ := next()
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("postgres: copy into %s: %w", table, err)
	}
	return nil
}

// rebuild is how to remove something and how to make it again.
type rebuild struct{ remove, make string }

// rebuilds reads what the query says of the tables.
func rebuilds(ctx context.Context, pool *pgxpool.Pool, tables []string, query string) ([]rebuild, error) {
	rows, err := pool.Query(ctx, query, tables)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r rebuild, err error) {
		return r, row.Scan(&r.remove, &r.make)
	})
}

func makes(all []rebuild) []string {
	statements := make([]string, len(all))
	for i, each := range all {
		statements[i] = each.make
	}
	return statements
}

// together runs statements, so many at the same time.
func together(ctx context.Context, pool *pgxpool.Pool, atOnce int, statements []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, statement := range statements {
		group.Go(func() error {
			return pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
				// As much memory as sorting a million rows takes.
				if _, err := conn.Exec(ctx, "set maintenance_work_mem = '256MB'"); err != nil {
					return fmt.Errorf("postgres: bulk: %w", err)
				}
				if _, err := conn.Exec(ctx, statement); err != nil {
					return fmt.Errorf("postgres: bulk: %s: %w", statement, err)
				}
				return nil
			})
		})
	}
	return group.Wait()
}
