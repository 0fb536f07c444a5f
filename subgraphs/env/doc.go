// Package env reads a program's configuration from its environment, as
// twelve-factor programs do.
//
//	environment ─New─▶ Reader ─Text, Secret, Int, …─▶ values; Close ─▶ every mistake in one error
//
// A secret can be given in a file: NAME_FILE holds the path, and white space
// around the content is ignored. Variables that carry the program's prefix but
// that it does not know are refused, with the known one that is spelt most like
// them, because they are most likely misspelt. So are variables without the prefix
// that are nearly one that it knows, REDIS_ULR for REDIS_URL; all others are somebody
// else's, also those that Kubernetes makes of services (REDIS_PORT). Values tells what was read, without
// the secrets.
package env
