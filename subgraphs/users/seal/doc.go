// Package seal is what attests up to where the audit log was sound, and when: so that
// an end that was cut off, or a log that was written anew, is noticed by whoever has
// the keys, which are not in the database.
//
//	worker:              head of the chain ─Keys.Next─▶ Seal{N, At, Seq, Hash, Previous, signature} ─▶ audit_seals
//	users audit verify:  audit_seals ─Keys.Check─▶ nil, or what is wrong with the first that does not hold
//
// Each seal holds the hash of the one before it: with the newest one, all of them are
// signed. Without keys seals are not signed, and attest only what somebody cannot
// change who cannot write to the table.
package seal
