package subgraph

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// Sender sends one request to a subgraph. It is safe for concurrent use.
type Sender interface {
	// Send sends a request and puts what comes back into response, whose Body has
	// memory to use. It returns soon after call has ended. An error may come with
	// a body.
	Send(call *Call, request *Request, response *Response) error
}

// FlightConfig says how requests travel.
type FlightConfig struct {
	// Timeout is how long whoever joins a request waits for its answer. Defaults
	// to 30 seconds.
	Timeout time.Duration
	// Alone sends every request by itself. Defaults to false: equal queries that
	// are on their way at the same time travel as one.
	Alone bool
	// Subgraphs are for single subgraphs, in the order in which requests name them.
	// For those that are not there the fields above count.
	Subgraphs []SubgraphFlights
}

// SubgraphFlights says how requests to one subgraph travel: as FlightConfig does.
type SubgraphFlights struct {
	Timeout time.Duration
	Alone   bool
}

// of returns what counts for a subgraph.
func (c *FlightConfig) of(subgraph int) (timeout time.Duration, alone bool) {
	if subgraph < len(c.Subgraphs) {
		single := &c.Subgraphs[subgraph]
		return cmp.Or(single.Timeout, c.Timeout), single.Alone
	}
	return c.Timeout, c.Alone
}

// Flights carries requests to a Sender, and the answers back to all who wait for
// them.
//
//	Join ──▶ an equal query on its way? ──yes──▶ wait for its answer
//	                  │ no
//	                  ▼
//	         a flight: Send, Parse ──▶ Arrived of each who waits
//
// Two requests are equal if nothing that the subgraph may see of them differs:
// the subgraph, the body, the headers that come from the client, and the caller's
// claims, each compared in full. What differs on every request, such as its id, its
// signature, the time and the headers of traces, is no part of that comparison. Nothing is kept: an answer that arrived is for those
// who had asked by then. It is safe for concurrent use.
type Flights struct {
	sender Sender
	config FlightConfig
	seed   maphash.Seed
	shards [16]shard
	pool   sync.Pool // of *flight
}

// shard is the flights with some of the hashes. The lock guards the waiters of
// all of its flights, also of those that nobody can join.
type shard struct {
	mu      sync.Mutex
	flights map[uint64]*flight
	_       [40]byte // locks of different shards do not share a cache line
}

// NewFlights returns flights to a sender.
func NewFlights(sender Sender, config FlightConfig) *Flights {
	config.Timeout = cmp.Or(config.Timeout, 30*time.Second)
	f := &Flights{sender: sender, config: config, seed: maphash.MakeSeed()}
	for i := range f.shards {
		f.shards[i].flights = map[uint64]*flight{}
	}
	return f
}

// Join sends a request, or joins an equal one that is on its way. The answer
// arrives at waiter, unless that leaves before. The request belongs to the
// flights until then; its Body may be exchanged for other memory.
func (f *Flights) Join(request *Request, waiter *Waiter) {
	now := time.Now()
	timeout, alone := f.config.of(request.Subgraph)
	waiter.Deadline = now.Add(timeout)
	waiter.request = request
	if alone || request.Mutation {
		go f.flight(request, waiter).run()
		return
	}
	hash := maphash.Bytes(f.seed, request.Body) ^ maphash.String(f.seed, request.Claims)*31
	if request.Headers.Lines != "" {
		hash ^= maphash.String(f.seed, request.Headers.Lines) * 961
	}
	s := f.shard(hash)
	s.mu.Lock()
	known := s.flights[hash]
	if known != nil && known.equal(request) && now.Before(known.closes) {
		known.waiters = append(known.waiters, waiter)
		waiter.flight = known
		known.call.extend(waiter.Deadline)
		s.mu.Unlock()
		return
	}
	// The place may be taken, by a request with the same hash or one that nobody
	// joins any more: that one goes on, unlisted.
	one := f.flight(request, waiter)
	one.hash, one.closes = hash, waiter.Deadline
	s.flights[hash] = one
	s.mu.Unlock()
	go one.run()
}

// flight makes a request ready to be sent. Nobody joins it who does not find it.
func (f *Flights) flight(request *Request, waiter *Waiter) *flight {
	one, _ := f.pool.Get().(*flight)
	if one == nil {
		one = &flight{flights: f}
		one.flight = one
		one.run = one.fly
	}
	one.request, request.Body = *request, one.request.Body
	one.parser, one.hash, one.closes = request.Parser, 0, time.Time{}
	one.first = waiter
	one.waiters = append(one.waiters, waiter)
	one.call.begin(waiter.Deadline)
	waiter.flight = one
	return one
}

// Answer returns what arrived at a waiter, who releases it. It returns nil if
// that was meant for another one, as an answer is that sets a cookie: then the
// waiter's own request has been sent, and its answer will arrive.
func (f *Flights) Answer(waiter *Waiter) *Answer {
	one := waiter.flight
	if !one.response.Private || one.first == waiter {
		return &one.Answer
	}
	go f.flight(waiter.request, waiter).run()
	one.Release()
	return nil
}

// Leave says that a waiter waits no longer. It returns false if the answer is
// there already, so that it has arrived or is about to. A request that nobody
// waits for is ended.
func (f *Flights) Leave(waiter *Waiter) bool {
	one := waiter.flight
	s := f.shard(one.hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	if one.landed {
		return false
	}
	one.waiters = slices.DeleteFunc(one.waiters, func(w *Waiter) bool { return w == waiter })
	if len(one.waiters) == 0 {
		s.remove(one)
		one.call.end()
	}
	return true
}

func (f *Flights) shard(hash uint64) *shard { return &f.shards[hash%uint64(len(f.shards))] }

// remove lets nobody join a flight any more.
func (s *shard) remove(f *flight) {
	if s.flights[f.hash] == f {
		delete(s.flights, f.hash)
	}
}

// equal tells whether a request may have the answer of another.
func (f *flight) equal(request *Request) bool {
	return f.request.Subgraph == request.Subgraph &&
		f.request.Claims == request.Claims &&
		f.request.Headers.Lines == request.Headers.Lines &&
		f.parser.Key() == request.Parser.Key() &&
		string(f.request.Body) == string(request.Body)
}
