// Package chaos shows that what was committed is notified, whatever happens to the
// programs meanwhile, and how soon. All of it is tests, of the shipped programs:
//
//	producers ─GraphQL─▶ users, todos ─▶ fragile ─▶ PostgreSQL ◀─ workers ─▶ post office
//	                                    loses commits  restarted    SIGKILL    misbehaves
//
// At the end the ledger compares what stands in the two databases with every mail
// that the post office took, by kind: none may be missing, and each that came twice
// has to be due to something that was done to its sender just then.
//
// "go test" runs a minute of it, "make chaos" ten.
package chaos
