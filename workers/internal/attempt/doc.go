// Package attempt is what happens around every attempt at a job.
//
//	job ─Watch.Work─▶ the request's id into the context ─▶ worker ─▶ outcome ─▶ metrics, log
//	                                                          └ fails, panics, is unknown ─HandleError─▶ again, or discarded
//
// Outcomes are completed, failed (tried again), discarded (failed for good: a dead
// letter), cancelled (given up on purpose, such as a mail that nobody wants any
// more), snoozed, panicked and interrupted (the process stops; it is tried again).
//
// A job whose arguments cannot be read, a poisoned one, is discarded at once: another
// attempt reads the same. One of a kind that nobody knows is tried for some hours,
// because while a new version is rolled out old workers see its jobs, too; River's
// own limit would keep it for days.
package attempt
