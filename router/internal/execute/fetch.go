package execute

import (
	"context"
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/router/internal/response"
	"github.com/weftql/weft/router/internal/subgraph"
)

// begin makes one fetch, if it is needed: it sends the request, whose answer
// will arrive, or ends the fetch.
func (r *run) begin(ctx context.Context, index int) {
	f, s := r.program.fetches[index], &r.states[index]
	for _, other := range f.plan.DependsOn {
		s.tainted = s.tainted || r.states[other].tainted
	}
	if f.condition >= 0 && !r.emitter.Conditions[f.condition] {
		r.end(index)
		return
	}
	r.ensureZips(f.zips)
	r.body(f, s)
	switch {
	case f.plan.Kind == plan.EntityFetch && !anyOf(s.sent) || f.reentry != nil && len(r.states[f.reentry.site.fetch].instances(f.reentry.site.shape)) == 0:
		r.complete(index, nil)
	case r.ended(ctx) != nil:
		r.complete(index, r.ended(ctx))
	case f.plan.Kind == plan.IntrospectionFetch:
		r.complete(index, r.introspect(ctx, f, s))
	default:
		r.send(f, s, index)
	}
}

// complete joins what a fetch brought, or notes why it brought nothing.
func (r *run) complete(index int, err error) {
	f, s := r.program.fetches[index], &r.states[index]
	if err != nil {
		s.failure = &response.Failure{Error: r.fetchFailure(f, err)}
	}
	s.tainted = s.tainted || s.failure != nil || s.doc.Errors() != nil
	r.attach(f, s)
	r.end(index)
}

func anyOf(counts []int) bool {
	for _, n := range counts {
		if n > 0 {
			return true
		}
	}
	return false
}

// body writes the request, and notes the number of representations of each
// lookup.
func (r *run) body(f *fetch, s *fetchState) {
	if f.plan.Kind == plan.IntrospectionFetch {
		return
	}
	s.sent = s.sent[:0]
	if f.contextual != nil {
		r.contextualBody(f, s)
		return
	}
	body := f.text.begin(s.request.Body[:0], r.input.Variables)
	for _, l := range f.lookups {
		if body[len(body)-1] != '{' {
			body = append(body, ',')
		}
		body = append(append(body, l.variable...), '[')
		var n int
		body, n = r.represent(s, l, body)
		body = append(body, ']')
		s.sent = append(s.sent, n)
	}
	s.request.Body = f.text.end(body)
}

// send sends the request.
func (r *run) send(f *fetch, s *fetchState, index int) {
	s.request.Subgraph = f.plan.Subgraph
	s.request.Mutation = f.plan.Operation == ast.Mutation
	s.request.RequestID, s.request.Number = r.input.RequestID, f.plan.ID
	s.request.Claims = r.input.Claims
	if s.request.Mutation && r.input.MutationClaims != "" {
		s.request.Claims = r.input.MutationClaims
	}
	s.request.Headers = r.input.Headers.For(f.plan.Subgraph)
	s.request.Parser = f.parser
	if f.contextual != nil {
		s.request.Parser = f.contextual.layouts.parser(len(s.contexts.sent))
	}
	s.waiter.Arrived, s.waiter.Number = r.arrived, index
	r.input.Flights.Join(&s.request, &s.waiter)
	s.waiting = true
	r.waiting++
}

// arrive takes the answer of a fetch. Without one, the answer is still to come.
func (r *run) arrive(index int) {
	s := &r.states[index]
	answer := r.input.Flights.Answer(&s.waiter)
	if answer == nil {
		return
	}
	s.waiting, s.answer = false, answer
	r.waiting--
	if answer.Panic != nil {
		r.panicked = answer.Panic
	}
	p, _ := answer.Parsed.(*parsed)
	err := answer.Err
	switch {
	case p == nil:
	case err == nil:
		s.doc, err = &p.doc, p.err
	case isStatus(err) && p.err == nil && p.doc.Errors() != nil:
		s.doc, err = &p.doc, nil // a status that is none of success, but the subgraph says why
	}
	r.complete(index, err)
}

func isStatus(err error) bool {
	var failed *subgraph.Error
	return errors.As(err, &failed) && failed.Kind == subgraph.Status
}

func (r *run) introspect(ctx context.Context, f *fetch, s *fetchState) error {
	if r.input.Introspect == nil {
		return errors.New("there is no introspection")
	}
	body, err := r.input.Introspect(ctx, f.plan, r.input.Variables)
	if err != nil {
		return err
	}
	return s.own.Parse(f.layout, append(s.own.Reset(), body...))
}

// attach tells the overlays of a fetch's lookups where their entities stand.
func (r *run) attach(f *fetch, s *fetchState) {
	if f.reentry != nil {
		r.attachRoot(f.reentry, s)
	}
	if f.contextual != nil {
		r.attachContextual(f, s)
		return
	}
	for i, l := range f.lookups {
		cause := s.cause()
		var entities response.Slot
		if s.failure == nil && s.sent[i] > 0 {
			var failure *response.Failure
			if entities, failure = r.entities(f, s, l, s.sent[i]); failure != nil {
				cause.Failure = failure
				s.partial = append(s.partial, failure)
			}
		}
		for _, t := range l.targets {
			o := &r.emitter.Overlays[t.overlay]
			o.Document, o.ByEntity, o.Entities, o.Cause = s.doc, true, entities, cause
		}
		r.markInvalid(f, s, l, entities)
	}
}

// attachRoot tells the overlay of a reentry that all objects are the response's
// data.
func (r *run) attachRoot(t *reentry, s *fetchState) {
	o := &r.emitter.Overlays[t.overlay]
	base := int32(-1)
	if s.hasData() {
		base = int32(s.doc.Data().Offset())
	}
	o.Document, o.Cause, o.Index = s.doc, s.cause(), o.Index[:0]
	for range r.states[t.site.fetch].instances(t.site.shape) {
		o.Index = append(o.Index, base)
	}
}

// entities returns the list that a lookup brought. A list of another length than
// that of the representations is refused: which entity belongs to which
// representation would be a guess.
func (r *run) entities(f *fetch, s *fetchState, l *lookup, sent int) (response.Slot, *response.Failure) {
	var entities response.Slot
	if s.hasData() {
		entities = s.doc.Field(s.doc.Data().Offset(), l.slot)
	}
	if entities.Tag() == response.Array && entities.Len() == sent {
		return entities, nil
	}
	if s.doc.Errors() != nil && entities.Tag() != response.Array {
		return 0, nil // the errors say why
	}
	reason := fmt.Sprintf("'%s' is not the list of %d entities that was asked for", l.plan.Key, sent)
	if entities.Tag() == response.Array {
		reason = fmt.Sprintf("'%s' has %d entities, %d were asked for", l.plan.Key, entities.Len(), sent)
	}
	return 0, &response.Failure{Error: r.failure(CodeMalformed, f, reason, 0)}
}

// markInvalid marks entities that are no objects of a type that was asked for.
func (r *run) markInvalid(f *fetch, s *fetchState, l *lookup, entities response.Slot) {
	var failure *response.Failure
	for i := range entities.Len() {
		if s.doc.Item(entities, i).Tag() != response.Invalid {
			continue
		}
		if failure == nil {
			failure = r.invalidEntities(f, s, l)
		}
		r.mark(l, int32(i), failure, nil)
	}
}

func (r *run) invalidEntities(f *fetch, s *fetchState, l *lookup) *response.Failure {
	failure := &response.Failure{Error: r.failure(CodeMalformed, f,
		fmt.Sprintf("'%s' has entities that are not of a type that was asked for", l.plan.Key), 0)}
	s.partial = append(s.partial, failure)
	return failure
}

// mark notes an error in an entity at each place that shows the entity.
func (r *run) mark(l *lookup, entity int32, failure *response.Failure, paths [][]response.PathElement) {
	for _, t := range l.targets {
		o := &r.emitter.Overlays[t.overlay]
		for k, projection := range t.projections {
			if projection == nil {
				continue
			}
			m := response.Mark{Projection: projection, Failure: failure}
			if paths != nil {
				m.Path = paths[t.indexes[k]]
			}
			o.Mark(entity, m)
		}
	}
}
