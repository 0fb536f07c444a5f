// Package redistest gives a test a Redis server of its own that can be killed,
// paused and started again: a real one, because a stand-in neither dies nor
// hangs as a server does.
//
//	Start(t) ─▶ redis-server on a Unix socket, without a port, ended with the test
//
// Where no redis-server or valkey-server is installed the test is skipped, and
// says so.
package redistest
