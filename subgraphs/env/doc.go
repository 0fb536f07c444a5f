// Package env reads a program's configuration from its environment, as
// twelve-factor programs do.
//
//	environment ─New─▶ Reader ─Text, Secret, Int, …─▶ values; Close ─▶ every mistake in one error
//
// A secret can be given in a file: NAME_FILE holds the path, and white space
// around the content is ignored. Variables that carry the program's prefix but
// that it does not know are refused, with the known one that is spelt most like
// them, because they are most likely misspelt. Values tells what was read, without
// the secrets.
package env
