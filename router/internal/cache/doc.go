// Package cache keeps what is expensive to make, within bounds, and makes it once
// for all who ask for it at the same time.
//
// A Cache is bounded in entries and in bytes. Keys are compared whole: two keys
// that hash alike are two keys. What is missing is made once, however many ask
// for it at the same time:
//
//	Find(key) ──there──▶ value                              0 allocations
//	   │ missing
//	   ▼
//	Do(ctx, key, make) ─┬─ the first: make(own context) ──▶ kept ─┐
//	                    ├─ the next ones: wait ◀──────────────────┤ each until its own ctx ends;
//	                    └─ …                                      ┘ make is cancelled when nobody waits
//
// Flights are that waiting alone: nothing is kept.
//
// What is dropped when there is no room is chosen as SIEVE does it (Zhang et al.,
// NSDI 2024): entries stand in the order in which they came, a hand goes from the
// oldest to the newest and drops the first that was not used since it last came
// by. A use is therefore no more than a mark, which readers make side by side.
//
// Sightings tell what comes a second time, so that what comes only once need not
// be kept at all.
package cache
