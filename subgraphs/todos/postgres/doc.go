// Package postgres is todos.Service on PostgreSQL. Whatever a statement reads, it
// joins list_members for the viewer: there is no other way to a row.
//
//	todos.Service ─keys, viewer─▶ one statement for all keys ─▶ rows, sorted back to the keys
//
// Statements for several keys carry the keys' order along (unnest … with
// ordinality) and read at most a page for each (lateral … limit).
package postgres
