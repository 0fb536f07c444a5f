package execute

import (
	"cmp"
	"context"
	"sync"
	"sync/atomic"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
)

// maxKept is how many bytes a buffer may have to be kept for the next request.
const maxKept = 4 << 20

const defaultMaxResponseBytes = 128 << 20

// run is one execution of a program. It belongs to one client request until that
// request's response is released.
type run struct {
	program *Program
	input   Input
	states  []fetchState // by fetch
	emitter response.Emitter
	answer  response.Response
	out     []byte

	wait     sync.WaitGroup
	panicked atomic.Pointer[panicValue]

	zipMutex      sync.Mutex
	zipped        []bool              // by overlay
	extraFailures []*response.Failure // of zips
}

type panicValue struct{ value any }

// fetchState is what a run knows of a fetch. Until the fetch has ended it
// belongs to the goroutine that makes it.
type fetchState struct {
	pending  atomic.Int32 // fetches that it waits for
	doc      response.Document
	request  subgraph.Request
	response subgraph.Response
	table    table
	sent     []int // representations, by lookup
	// failure is why there is no response.
	failure *response.Failure
	// partial are failures that concern a part of the response.
	partial []*response.Failure
	// tainted says that the response, or one that it builds on, came with errors:
	// what is missing in it needs no further explanation.
	tainted bool
}

func newRun(p *Program) *run {
	return &run{
		program: p,
		states:  make([]fetchState, len(p.fetches)),
		emitter: response.Emitter{
			Overlays: make([]response.Overlay, len(p.overlays)), Conditions: make([]bool, len(p.conditions)),
		},
		zipped: make([]bool, len(p.overlays)),
	}
}

// Execute answers one request. Whatever goes wrong is in the response, which the
// caller releases when it has been written. It returns when all fetches have
// ended; when ctx ends, they end.
func (p *Program) Execute(ctx context.Context, input Input) *response.Response {
	r := p.pool.Get().(*run)
	r.input = input
	for i := range r.emitter.Conditions {
		r.emitter.Conditions[i] = holds(p.conditions[i], &input)
	}
	for i, f := range p.fetches {
		r.states[i].pending.Store(f.waits)
	}
	r.fetches(ctx)
	r.respond()
	return &r.answer
}

// holds tells whether a condition is met. A variable that is not there is false.
func holds(condition plan.Condition, input *Input) bool {
	for _, tests := range condition {
		met := true
		for _, test := range tests {
			met = met && (string(input.Variables[test.Variable]) == "true") == test.Want
		}
		if met {
			return true
		}
	}
	return false
}

// fetches makes all fetches, in this goroutine and others, and waits for them.
// If one of them panics, it panics when the others have ended.
func (r *run) fetches(ctx context.Context) {
	first := -1
	for i, f := range r.program.fetches {
		if f.waits > 0 {
			continue
		}
		if first < 0 {
			first = i
			continue
		}
		r.start(ctx, i)
	}
	if first >= 0 {
		r.follow(ctx, first)
	}
	r.wait.Wait()
	if p := r.panicked.Load(); p != nil {
		panic(p.value)
	}
}

func (r *run) start(ctx context.Context, index int) {
	r.wait.Add(1)
	go func() {
		defer r.wait.Done()
		r.follow(ctx, index)
	}()
}

// follow makes a fetch, and after it one of those that waited for it; the others
// are started.
func (r *run) follow(ctx context.Context, index int) {
	defer func() {
		if value := recover(); value != nil {
			r.panicked.CompareAndSwap(nil, &panicValue{value})
		}
	}()
	for index >= 0 {
		r.fetch(ctx, index)
		next := -1
		for _, dependent := range r.program.fetches[index].dependents {
			if r.states[dependent].pending.Add(-1) > 0 {
				continue
			}
			if next >= 0 {
				r.start(ctx, next)
			}
			next = dependent
		}
		index = next
	}
}

// respond writes the response when all fetches have ended.
func (r *run) respond() {
	for i := range r.program.overlays {
		r.zip(i)
	}
	e := &r.emitter
	e.MaxBytes = cmp.Or(r.input.MaxResponseBytes, defaultMaxResponseBytes)
	e.Reset(append(r.out[:0], `{"data":`...))
	for _, fetch := range r.program.roots {
		e.AddRoot(&r.states[fetch].doc, r.states[fetch].cause())
	}
	for i := range r.states {
		r.mapErrors(i)
	}
	e.Data(r.program.root)
	r.unlocated()
	body, errors := e.Finish()
	if len(errors) > 0 {
		body = append(body, `,"errors":`...)
		body = response.AppendErrors(body, errors)
	}
	if len(r.input.Extensions) > 0 {
		body = append(body, `,"extensions":`...)
		body = append(body, r.input.Extensions...)
	}
	r.out = append(body, '}')
	r.answer = response.Response{Body: r.out, Errors: errors, Owner: r}
}

// unlocated reports the failures that no place of the response has reported,
// because nothing of what they cost is shown.
func (r *run) unlocated() {
	for i := range r.states {
		if f := r.states[i].failure; f != nil {
			r.emitter.ReportFailure(f)
		}
		for _, f := range r.states[i].partial {
			r.emitter.ReportFailure(f)
		}
	}
	for _, f := range r.extraFailures {
		r.emitter.ReportFailure(f)
	}
}

// Reclaim makes the run's memory ready for the next request
// (response.Owner).
func (r *run) Reclaim() {
	poison := r.program.poison
	for i := range r.states {
		r.states[i].reset(poison)
	}
	for i := range r.emitter.Overlays {
		o := &r.emitter.Overlays[i]
		*o = response.Overlay{Index: kept(o.Index, poison)}
	}
	r.emitter.Reset(nil)
	r.out = kept(r.out, poison)
	clear(r.zipped)
	r.extraFailures = nil
	r.input, r.answer = Input{}, response.Response{}
	r.program.pool.Put(r)
}

// kept returns the memory of a slice, empty, unless it is too much to be kept.
func kept[T byte | int32](memory []T, poison bool) []T {
	if cap(memory) > maxKept {
		return nil
	}
	if poison {
		memory = memory[:cap(memory)]
		for i := range memory {
			memory[i] = 0x7B
		}
	}
	return memory[:0]
}

func (s *fetchState) reset(poison bool) {
	if poison {
		s.doc.Poison()
	}
	large := s.doc.Memory() > maxKept
	if buffer := s.doc.Reset(); buffer != nil {
		s.response.Body = buffer
	}
	if large {
		s.doc, s.response.Body = response.Document{}, nil
	}
	s.request = subgraph.Request{Body: kept(s.request.Body, poison)}
	s.response = subgraph.Response{Body: kept(s.response.Body, poison)}
	if cap(s.table.slots) > maxKept/4 {
		s.table = table{}
	}
	s.failure, s.partial, s.tainted = nil, nil, false
}

// instances are the objects at a site of the fetch.
func (s *fetchState) instances(shape *response.Shape) []uint32 { return s.doc.Instances(shape.Node) }

func (s *fetchState) hasData() bool { return s.doc.Data().Tag() == response.Object }

// cause explains what is missing in the fetch's response.
func (s *fetchState) cause() response.Cause {
	return response.Cause{Failure: s.failure, Explained: s.tainted}
}
