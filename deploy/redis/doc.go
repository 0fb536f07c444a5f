// Package redis starts a private Redis: for the local platform and for tests.
//
//	Config ──Start──▶ Redis ──URL──▶ services
//
// In come a port and a directory; out comes a server on the loopback interface
// with a password. It is redis-server (or its fork valkey-server) if the
// machine has it, else miniredis, which lives in this process, keeps nothing
// when it stops and knows neither memory limits nor client tracking; its keys
// expire by a clock that this package winds up once a second.
//
// A redis-server is a child in the sense of package process: programs that use
// this package call process.Guard first in main or TestMain.
package redis
