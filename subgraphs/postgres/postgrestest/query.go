package postgrestest

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Query is a statement as a service sent it.
type Query struct {
	SQL  string
	Args []any
	// Where it was sent from, if a Recorder has noted that.
	File string
	Line int
}

// Read sends the statement and reads its rows, and does nothing with them: what a
// service cannot be faster than. It returns their number.
func (q Query) Read(ctx context.Context, pool *pgxpool.Pool) (n int, err error) {
	rows, err := pool.Query(ctx, q.SQL, q.Args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var columns []any
	for rows.Next() {
		if columns == nil {
			if columns, err = places(rows); err != nil {
				return 0, err
			}
		}
		if err := rows.Scan(columns...); err != nil {
			return 0, err
		}
		n++
	}
	return n, rows.Err()
}

// places returns a place for each column.
func places(rows pgx.Rows) (all []any, err error) {
	for _, column := range rows.FieldDescriptions() {
		switch column.DataTypeOID {
		case pgtype.UUIDOID:
			all = append(all, new([16]byte))
		case pgtype.TextOID:
			all = append(all, new(*string))
		case pgtype.BoolOID:
			all = append(all, new(bool))
		case pgtype.Int4OID:
			all = append(all, new(int32))
		case pgtype.TimestamptzOID:
			all = append(all, new(*time.Time))
		case pgtype.TextArrayOID:
			all = append(all, new([]string))
		default:
			return nil, fmt.Errorf("postgrestest: no place for column %s of type %d", column.Name, column.DataTypeOID)
		}
	}
	return all, nil
}
