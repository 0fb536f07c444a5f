// Package admin serves what operators look at: the worker's health, its metrics and
// its jobs.
//
//	GET /health, /metrics     anybody who reaches the listener
//	/river/users/, /todos/    River UI, behind a password
//	/letters/                 the letters with sample data, in development
//
// River UI shows jobs with their arguments and can retry, cancel and delete them. It
// has no authentication of its own; Guard is what stands before it.
package admin
