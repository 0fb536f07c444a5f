// Package postgres is users.Service on PostgreSQL. Every exported method opens
// what it needs and calls functions with SQL; whatever reads users returns them
// redacted for the viewer.
//
//	users.Service ─▶ pgxpool ─▶ table users
//	Register ─one transaction─▶ row in users + job in river.river_job
package postgres
