package execute

import (
	"cmp"
	"context"
	"encoding/binary"
	"time"

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
	out     *output // from respond to Reclaim

	arrived  chan int // indexes of fetches whose answers are there
	waiting  int      // fetches whose answers are to come
	ready    []int    // fetches that can be made
	timer    *time.Timer
	wake     time.Time // when the timer fires, zero if it does not
	late     bool      // the request has taken too long
	panicked any

	zipped        []bool              // by overlay
	extraFailures []*response.Failure // of zips
}

// output is memory for the text of a response. It belongs to a run only while there
// is text: while fetches are awaited, others write theirs to it, and find it in the
// processor's cache.
type output struct{ text []byte }

// fetchState is what a run knows of a fetch.
type fetchState struct {
	pending int32 // fetches that it waits for
	// doc is the response, empty if there is none.
	doc     *response.Document
	own     response.Document // of what comes from no subgraph
	request subgraph.Request
	waiter  subgraph.Waiter
	waiting bool
	answer  *subgraph.Answer // to be released
	table   table
	heirs   []int32 // by entity of the overlay that a target inherits from, the representation's number
	sent    []int   // representations, by lookup
	// contexts is memory for what objects above give; nil for most.
	contexts *contextState
	// failure is why there is no response.
	failure *response.Failure
	// partial are failures that concern a part of the response.
	partial []*response.Failure
	// tainted says that the response, or one that it builds on, came with errors:
	// what is missing in it needs no further explanation.
	tainted bool
}

func newRun(p *Program) *run {
	r := &run{
		program: p,
		states:  make([]fetchState, len(p.fetches)),
		emitter: response.Emitter{
			Overlays: make([]response.Overlay, len(p.overlays)), Conditions: make([]bool, len(p.conditions)),
		},
		zipped:  make([]bool, len(p.overlays)),
		arrived: make(chan int, len(p.fetches)),
		timer:   time.NewTimer(0),
	}
	r.timer.Stop()
	for i := range r.states {
		r.states[i].doc = &r.states[i].own
	}
	return r
}

// Execute answers one request. Whatever goes wrong is in the response, which the
// caller releases when it has been written. It returns when all fetches have
// ended; when ctx ends or the input's deadline comes, they end.
func (p *Program) Execute(ctx context.Context, input Input) *response.Response {
	r := p.pool.Get().(*run)
	r.input = input
	for i := range r.emitter.Conditions {
		r.emitter.Conditions[i] = holds(p.conditions[i], &input)
	}
	for i, f := range p.fetches {
		r.states[i].pending = f.waits
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

// respond writes the response when all fetches have ended.
func (r *run) respond() {
	for i := range r.program.overlays {
		r.zip(i)
	}
	e := &r.emitter
	e.MaxBytes = cmp.Or(r.input.MaxResponseBytes, defaultMaxResponseBytes)
	if r.out == nil {
		r.out = r.program.outputs.Get().(*output)
	}
	e.Reset(append(r.out.text[:0], `{"data":`...))
	for _, fetch := range r.program.roots {
		e.AddRoot(r.states[fetch].doc, r.states[fetch].cause())
	}
	for i := range r.states {
		if answer := r.states[i].answer; answer != nil && (answer.Err == nil || isStatus(answer.Err)) {
			r.input.Headers.Received(r.program.fetches[i].plan.Subgraph, answer.Header)
		}
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
	r.out.text = append(body, '}')
	r.answer = response.Response{Body: r.out.text, Errors: errors, Own: r.isOwn(), Late: r.late, Owner: r}
}

// isOwn tells whether a subgraph's answer was for one caller only.
func (r *run) isOwn() bool {
	for i := range r.states {
		if answer := r.states[i].answer; answer != nil && answer.Private() {
			return true
		}
	}
	return false
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
	r.program.learn(r.took())
	r.ready, r.late, r.panicked = r.ready[:0], false, nil
	for i := range r.states {
		r.states[i].reset(poison)
	}
	for i := range r.emitter.Overlays {
		o := &r.emitter.Overlays[i]
		*o = response.Overlay{Index: kept(o.Index, poison)}
	}
	r.emitter.Reset(nil)
	if r.out != nil {
		r.out.text = kept(r.out.text, poison)
		r.program.outputs.Put(r.out)
		r.out = nil
	}
	clear(r.zipped)
	r.extraFailures = nil
	r.input, r.answer = Input{}, response.Response{}
	r.program.pool.Put(r)
}

// kept returns the memory of a slice, empty, unless it is too much to be kept.
func kept[T byte | int32](memory []T, poison bool) []T {
	var one T
	if cap(memory)*binary.Size(one) > maxKept {
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
	if s.answer != nil {
		s.answer.Release()
		s.answer = nil
	}
	if poison {
		s.own.Poison()
	}
	if s.own.Memory() > maxKept {
		s.own = response.Document{}
	}
	s.own.Reset()
	s.doc = &s.own
	s.request = subgraph.Request{Body: kept(s.request.Body, poison)}
	s.waiter = subgraph.Waiter{}
	if s.table.memory() > maxKept {
		s.table = table{}
	}
	s.heirs = kept(s.heirs, poison)
	if s.contexts.memory() > maxKept {
		s.contexts = nil
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
