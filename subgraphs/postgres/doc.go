// Package postgres is what every service does with its PostgreSQL database
// alike: a bounded pool of connections, transactions, and migrations.
//
//	URL ─Open─▶ *pgxpool.Pool ─InTx─▶ func(pgx.Tx)
//	URL + migrations ─Migrate─▶ the service's tables, and River's in the schema "river"
//
// SQL is no part of it: that stands in the services' own packages. Package
// postgrestest gives each test a database of its own.
package postgres
