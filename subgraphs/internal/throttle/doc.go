// Package throttle bounds how often something may be tried, such as a password:
// a number of attempts at once, and one more after each interval.
//
//	key, Rate ─Take─▶ primary (Redis) ─ok─▶ how long to wait; 0 means go on
//	                      └─away─▶ fallback (PostgreSQL) ─▶ the same
//
// The count of a key is one moment: the one at which every attempt is forgotten.
// Each attempt puts it off by the interval, and an attempt is refused that would
// put it off by more than the burst (the generic cell rate algorithm, with a
// known moment of the next attempt that is accepted). While the primary store is
// away counts begin anew in the fallback: an attacker gains one burst from it, and
// nobody else is refused for it.
package throttle
