// Package redis is the router's side of a Redis, with limits that keep an outage of
// it from becoming one of the router: nothing is tried twice, and nobody waits longer
// for a connection, or for an answer, than a tenth of a second.
//
//	URL ──Open──▶ Client ──SortedSet──▶ Newest: members of a sorted set
//
// The client reconnects by itself when it is asked again. This is the only package
// that imports go-redis.
package redis
