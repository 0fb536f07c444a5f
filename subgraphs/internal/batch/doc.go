// Package batch turns what the resolvers of many rows ask for one by one into one
// call for all of them.
//
//	rows of one call ─Siblings.Add─▶ their keys
//	resolver of one row ─Loader.Load(key)─▶ fetch(key and its siblings), once ─▶ each resolver its value
//
// A loader does not wait for keys to come in, as timers do: rows that were read
// together are siblings, their resolvers ask for the same things, and so the first
// one to ask asks for all. The number of calls follows from the operation alone,
// whatever the number of rows and however busy the machine, and no level of an
// operation costs a pause.
//
// Everything here belongs to one request: it remembers what it has read.
package batch
