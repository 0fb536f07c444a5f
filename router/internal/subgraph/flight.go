package subgraph

import "time"

// maxKeptBody is how many bytes a request's body may have to be kept for the next
// one.
const maxKeptBody = 4 << 20

// flight is a request on its way, and the answer that it brings. What others
// than its own goroutine see of it before it has landed is guarded by its
// shard's lock.
type flight struct {
	Answer
	flights *Flights
	request Request // its body is the flight's own
	parser  Parser
	call    Call
	hash    uint64
	// closes is when nobody joins any more; the zero time: nobody ever does.
	closes  time.Time
	landed  bool
	first   *Waiter // whose request was sent
	waiters []*Waiter

	response Response
	memory   any    // the parser's
	run      func() // fly; made once, so that starting it allocates nothing
}

// stackBytes is about how much of the stack it takes to parse a response of ordinary
// depth.
const stackBytes = 6 << 10

// growStack makes the stack of a new goroutine as large as it will have to be, while
// there is nearly nothing on it that has to be moved. In the depth of a response it
// costs a fifth of what executing takes (BenchmarkStages/Execute).
//
//go:noinline
func growStack(at int) byte {
	var room [stackBytes]byte
	return room[at%stackBytes] // which has the array stand on the stack
}

// fly sends the request and gives the answer to all who wait for it.
func (f *flight) fly() {
	growStack(len(f.request.Body))
	f.send()
	s := f.flights.shard(f.hash)
	s.mu.Lock()
	s.remove(f)
	f.landed = true
	s.mu.Unlock()
	f.readers.Store(int32(len(f.waiters)) + 1) // with this goroutine
	for _, w := range f.waiters {
		w.Arrived <- w.Number
	}
	f.Release()
}

// send sends the request and parses the response. A panic becomes part of the
// answer: whoever waits decides what to do about it.
func (f *flight) send() {
	defer func() {
		if value := recover(); value != nil {
			f.Panic = value
		}
	}()
	f.memory, f.response.Body = f.parser.Acquire()
	f.Err = f.flights.sender.Send(&f.call, &f.request, &f.response)
	f.Header = f.response.Header
	if f.Err == nil || len(f.response.Body) > 0 {
		f.parser.Parse(f.memory, &f.response)
		f.Parsed = f.memory
	}
}

// recycle keeps the flight's memory for another one. Nobody reads it any more.
func (f *flight) recycle() {
	if f.Panic == nil { // else nobody knows in what state the memory is
		f.parser.Release(f.memory)
	}
	f.Parsed, f.Err, f.Header, f.Panic, f.memory = nil, nil, nil, nil, nil
	f.response = Response{}
	f.request = Request{Body: f.request.Body[:0]}
	if cap(f.request.Body) > maxKeptBody {
		f.request.Body = nil
	}
	f.parser, f.first, f.landed = nil, nil, false
	clear(f.waiters)
	f.waiters = f.waiters[:0]
	f.flights.pool.Put(f)
}
