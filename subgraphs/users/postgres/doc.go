// Package postgres is users.Service on PostgreSQL. Every exported method opens
// what it needs and calls functions with SQL; whatever reads users returns them
// redacted for the viewer.
//
//	users.Service ─▶ postgres.Pool ─▶ table users
//	a change ─one transaction─▶ row in users, tokens, sessions ─▶ jobs in river.river_job ─▶ entry in audit_log
//
//	sessions that ended ─Announce─▶ sorted set in Redis ─▶ routers
//	attempts to log in ─▶ counts in Redis, or in login_attempts while it is away
//
// What the worker does in this database is here, too:
//
//	Deletions   accounts that are being erased, step by step (account_deletions)
//	Purge       what is over for long
//	SealAudit   that the audit log is sound up to here (audit_seals)
//	Partitions  of the audit log: those to come are made, old ones removed
//
// Locks are taken in that order, and the advisory lock of administrators before all
// of them: the end of the audit log's chain is what everybody waits for, so that it
// is held for the shortest time.
package postgres
