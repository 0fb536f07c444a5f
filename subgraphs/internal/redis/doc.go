// Package redis is what services ask of Redis: counts of attempts, and the list
// of ended sessions that routers read. It is the one importer of the driver.
//
//	throttle.Store ◀─ Client ─▶ one key for each count, gone when it is forgotten
//	ended sessions ─Announce─▶ one sorted set: member "<session> <expiry>", score when it was announced
//
// Redis is an ally and no foundation: every call ends within a fraction of a
// second, none is tried twice, and whoever calls knows what to do without an
// answer.
package redis
