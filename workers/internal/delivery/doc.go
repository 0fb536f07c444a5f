// Package delivery is what every job that sends a mail does alike: that it is not
// sent twice, how often it is tried and how long, and when it is given up.
//
//	                     ┌─ sent before ─▶ done      ┌─▶ taken ──▶ SENT, done
//	Mail ─Deliver─▶ Claim ─ another's ───▶ snooze    ├─▶ 4xx ────▶ WAITING, tried again
//	                     └─ ours ─▶ breaker ─▶ Sender┼─▶ 5xx ────▶ REFUSED, cancelled
//	                                   │             └─▶ silence after the whole content:
//	                                   └ open: snooze    WAITING or, for AtMostOnce, UNKNOWN
//
// The record of a mail is its row in email_deliveries, whatever database the job is
// in. A worker that dies while it sends leaves a lease that ends: then the mail is
// sent again, with the same Message-ID, or is UNKNOWN if it may not come twice. The
// time between the server's taking a mail and the note of it is the only one in which
// a mail that comes twice can come to be.
//
// Leases are by the clock of the database, and what is bounded here is bounded by a
// clock that nobody sets: that a machine's clock jumps changes nothing.
package delivery
