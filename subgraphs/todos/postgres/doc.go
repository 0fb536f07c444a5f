// Package postgres is todos.Service on PostgreSQL. Whatever a statement reads, it
// joins list_members for the viewer (access.go): there is no other way to a row.
//
//	todos.Service ─keys, viewer─▶ one statement for all keys ─▶ rows, sorted back to the keys
//
// Statements for several keys carry the keys' order along (unnest … with
// ordinality) and read at most a page for each (lateral … limit).
//
// What changes something is one transaction (change.go): it locks what the viewer
// may change, has the domain say what becomes of it, and writes that together with
// the event that tells of it:
//
//	change ─lock, role, version─▶ heldTodo ─domain─▶ Todo, Changes ─one statement─▶ row + domain_events
//
// Whoever follows the events reads them with Events, which misses none.
package postgres
