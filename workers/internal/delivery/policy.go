package delivery

import (
	"cmp"
	"time"

	"github.com/riverqueue/river"
)

// Policy is how a mail's job is tried; a Worker embeds it. When it is tried again is
// the client's policy.
type Policy[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	lease time.Duration
}

// PolicyOf is the Policy of jobs that send their mails with d.
func PolicyOf[T river.JobArgs](d *Delivery) Policy[T] { return Policy[T]{lease: d.config.Lease} }

// Timeout bounds one attempt: what is read for the mail, and the half of its lease in
// which it is sent.
func (p Policy[T]) Timeout(*river.Job[T]) time.Duration {
	return cmp.Or(p.lease, Config{}.withDefaults().Lease)
}
