// Package postgres is todos.Service on PostgreSQL. Whatever a statement of it reads, it
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
//
// What goes for good, with everything that belongs to it, goes in many small
// transactions (remove.go): what was deleted long ago (Purge), and the lists that
// somebody leaves behind whose account is erased (Erase).
//
// What follows from a change is inserted as a job in its transaction (job.go), so that
// there are both or neither; the job of a reminder is cancelled and made again when its
// todo asks for another time or none (reminder.go). Jobs hold ids: what they tell is read
// when they run (notice.go), and todos.ErrObsolete says that it is true no more.
package postgres
