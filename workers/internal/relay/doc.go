// Package relay tells the changes of todos to whoever subscribes to them: for
// subscriptions, and for caches that have to forget something.
//
//	domain_events ─Relay.Run─▶ stream weft:events:todos in Redis ─XREAD─▶ subscribers
//	                 └ event_cursors: how far it has come
//
// Of all workers one relays at a time. It looks ten times a second, in the order of
// the transactions, and notes how far it has come when Redis has taken the events. So
// every event is told at least once, and all in their order; a Redis that is away
// delays them. Because an entry's ID is the event's cursor, and Redis takes no ID
// twice, each event is in the stream once even if it was told twice.
//
// # The stream
//
// An entry's ID is TRANSACTION-EVENT: a subscriber goes on behind the last one that
// it has seen, after a lost connection, too. The stream keeps the newest 10,000 or so;
// a subscriber whose ID is older than the oldest of them has missed some, and asks for
// everything anew. The same holds when the stream is gone. Fields are texts:
//
//	v        1, the version of this format
//	type     the event's type, such as TODO_ASSIGNED
//	list     id of the list, tdl_…
//	todo     id of the todo, tdo_…; not there for what happened to the list itself
//	version  the todo's or list's after the change
//	actor    id of the user who did it, usr_…
//	at       when, RFC 3339 in UTC
//	users    ids of the users whom the change adds or removes, separated by commas;
//	         not there without any
//	request  id of the request in which it happened; not there if it is not known
//
// There are ids in it and no texts that people wrote: titles and names are read where
// it is known who may read them.
//
// IDs grow with the transactions of one PostgreSQL cluster. After the database was
// restored into another one the stream has to be deleted, because Redis would take no
// smaller ID.
package relay
