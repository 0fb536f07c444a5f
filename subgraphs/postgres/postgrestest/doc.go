// Package postgrestest gives each test a database of its own on a real server:
// a copy of a migrated template, which takes about 50 ms, so that tests run in
// parallel and leave nothing behind.
//
//	New ─Main─▶ server (WEFT_TEST_DATABASE_URL, or a private one) ─▶ template ─Database─▶ URL for one test
//
// A private server is started from the programs of an installed PostgreSQL when
// the first database is asked for, and ended by Main, or by the kernel if the
// test program is killed. It listens on the loopback interface alone.
// WEFT_TEST_DATABASE_URL names a server to use instead; nothing on it is touched
// but the databases made here.
package postgrestest
