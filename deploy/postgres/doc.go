// Package postgres starts a private PostgreSQL server: for the local platform
// and for tests. It installs nothing and never touches a server that it did
// not create.
//
//	Search ──Find──▶ Installation ──Start──▶ Cluster ──CreateDatabase, URL──▶ services
//
// In come the programs found on the machine, or an archive of them that comes
// as a package and is kept; out comes a running server on the loopback
// interface with a password of its own. A Cluster's directory holds, for each
// major version of PostgreSQL, the data and the password:
//
//	DIR/postgres-15/         the data directory
//	DIR/postgres-15.password the superuser's password, 0600
//	DIR/embedded-18.3.0/     unpacked programs, if none were found
//
// PostgreSQL refuses to run as root. As root the programs run as the account
// that process.Unprivileged names, and DIR belongs to that account.
//
// The server is a child in the sense of package process: programs that use
// this package call process.Guard first in main or TestMain, and the server
// ends with them even if they are killed.
package postgres
