package subgraph

import "time"

// Waiter is who waits for a request: for one at a time. Its fields are its
// owner's to read between Join and the arrival, and nobody's to change.
type Waiter struct {
	// Arrived gets Number when the answer is there. It has room for that: nobody
	// waits for a waiter.
	Arrived chan<- int
	Number  int
	// Deadline is until when the request may take. Join sets it.
	Deadline time.Time

	request *Request
	flight  *flight
}
