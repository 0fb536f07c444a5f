// Package password turns passwords into hashes and checks them.
//
//	password ─Hash─▶ $argon2id$v=19$m=19456,t=2,p=1$salt$hash ─Verify─▶ same or not
//
// Argon2id with 19 MiB, two passes and one lane (the first choice of OWASP's
// password storage cheat sheet) takes some 25 ms of one core. Hashes are made one
// per core at a time, and only so many callers may wait: memory and latency stay
// bounded whatever the load.
//
// Hashes of bcrypt ($2a$, $2b$, $2y$), from systems that accounts were taken over
// from, are checked too, and are to be replaced when the password is known
// (Outdated).
package password
