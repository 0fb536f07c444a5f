package workers

import (
	"cmp"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// longestRetry bounds the wait between two attempts: who is down for a night does
// not cost a job more than three hours after that.
const longestRetry = 3 * time.Hour

// Retries is when failed jobs are tried again whose workers do not say it
// themselves: Base after the first failure, four times as long after each further
// one, and at most three hours.
type Retries struct {
	// Base is the first wait. Defaults to 10 seconds.
	Base time.Duration
}

var _ river.ClientRetryPolicy = Retries{}

// NextRetry implements river.ClientRetryPolicy.
func (r Retries) NextRetry(job *rivertype.JobRow) time.Time {
	wait := cmp.Or(r.Base, 10*time.Second)
	for range job.Attempt - 1 {
		wait = min(4*wait, longestRetry)
	}
	return time.Now().Add(wait)
}
