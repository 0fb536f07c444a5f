package composition

import (
	"context"
	"errors"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// checkSatisfiability goes through everything that a query can ask for.
//
// Rule: wherever a query can arrive, some subgraph that has the object there, or
// to which it can be moved by keys, resolves each field of the object's type;
// what keys and @requires demand can be obtained on the way.
// Codes: SATISFIABILITY_ERROR, MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED.
//
// The walk is over states, not over queries: an object type together with the
// places (querygraph.Residency) at which its objects can be. More places can only
// help, so a state is left out if one with fewer of them was looked at. What is
// reported of each field is the shortest query that fails.
func (c *composer) checkSatisfiability(ctx context.Context, _ []federation.Subgraph) error {
	var printing sync.WaitGroup
	defer printing.Wait()
	printing.Go(func() { c.sdl = c.super.print(c.subgraphs) })
	graph, err := c.queryGraph(c.super)
	if err != nil {
		c.failUnreadable(err)
		return nil
	}
	w := newWalk(ctx, c, graph)
	before := len(c.errs)
	if err := w.eachCase(w.operations); err != nil {
		return err
	}
	if w.exhausted {
		c.errs = c.errs[:before]
		c.fail(CodeMaxStatesExceeded, nil, "whether all queries can be answered is not known: there are too many ways in which they can be; "+
			"it was given up after a work of %d states", w.limit)
	}
	return nil
}

// queryGraph reads the merged schema as a router does.
func (c *composer) queryGraph(s *mergedSchema) (*querygraph.Graph, error) {
	super, err := supergraph.Read(s.document(c.subgraphs))
	if err == nil {
		var graph *querygraph.Graph
		if graph, err = querygraph.New(super); err == nil {
			return graph, nil
		}
	}
	// In the text, errors have a place.
	if super, err = supergraph.Parse("supergraph", s.print(c.subgraphs)); err != nil {
		return nil, err
	}
	return querygraph.New(super)
}

// failUnreadable reports that the merged schema is none that a router reads.
func (c *composer) failUnreadable(err error) {
	code := CodeInvalidGraphQL
	if one := (*federation.Error)(nil); errors.As(err, &one) {
		code = Code(one.Code)
	}
	c.fail(code, nil, "the merged schema cannot be read: %v", err)
}

// operations walks through the three kinds of operations, in one case of labels.
func (w *walk) operations(labels labelling) error {
	w.begin(labels)
	api := w.graph.Supergraph.API
	for _, root := range []*ast.Definition{api.Query, api.Subscription} {
		if root == nil {
			continue
		}
		if err := w.explore(w.start(root)); err != nil {
			return err
		}
	}
	if api.Mutation != nil {
		if err := w.mutations(w.start(api.Mutation)); err != nil {
			return err
		}
	}
	for _, f := range w.failures {
		w.report(f)
	}
	return nil
}

// explore looks at a state and at all that can be reached from it.
func (w *walk) explore(first *state) error {
	w.queue = append(w.queue[:0], first)
	return w.drain()
}

// drain looks at the queued states and at all that can be reached from them,
// those with the shortest queries first.
func (w *walk) drain() error {
	for len(w.queue) > 0 {
		s := w.queue[0]
		w.queue = w.queue[1:]
		if w.exhausted {
			return nil
		}
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if w.covered(s) {
			continue
		}
		for _, f := range w.fields(s.typ) {
			if !f.moves {
				w.advance(s, f)
				continue
			}
			for _, variant := range w.variants(s, f) {
				w.advance(variant, f)
			}
		}
		if w.trial && len(w.failures) > 0 {
			return nil
		}
	}
	return nil
}

// advance follows a field: to a failure, a leaf, or further states.
func (w *walk) advance(s *state, f apiField) {
	children, resolved := w.follow(s, f)
	switch {
	case !resolved:
		w.failAt(failure{state: s, field: f, on: querygraph.NoType})
	case len(children) > 0:
		w.enter(s, f, children)
	}
}

// enter queues the states behind a field that returns something composite: one
// for each object type that it can return.
//
// Rule: subgraphs that share a field of abstract type give the same objects, so
// a type that one of them does not know there cannot occur. But where the field's
// type in a subgraph is one object type only, others are missing there.
func (w *walk) enter(s *state, f apiField, children []querygraph.ResidencyID) {
	w.checkRuntimeTypes(f, children)
	opaque := w.opaque(children)
	told := false
	for _, t := range w.candidates(f, children) {
		if w.graph.Supergraph.API.Types[w.graph.Types[t].Name] == nil {
			continue
		}
		switch entries, impossible := w.on(t, children); {
		case impossible:
		case len(entries) == 0 && opaque && told: // the same goes for each type
		case len(entries) == 0:
			told = true
			w.failAt(failure{state: s, field: f, on: t, children: children})
		default:
			w.queue = append(w.queue, w.newState(t, entries, s, f))
		}
	}
}

// candidates are the object types that the field can return, of which those that
// a place of abstract type does not know can be left out at once: an interface of
// all subgraphs has many implementations, but few in each.
func (w *walk) candidates(f apiField, children []querygraph.ResidencyID) []querygraph.TypeID {
	few := w.graph.Types[f.result].Possible
	for _, id := range children {
		if p := w.reach.At(id); w.graph.Abstract(p.Type) && !w.graph.Opaque(p) && len(w.graph.Possible(p)) < len(few) {
			few = w.graph.Possible(p)
		}
	}
	return few
}

// mutations walks through the fields of the mutation type.
//
// Rule: a mutation must happen once; so where several subgraphs share a field of
// the mutation type, one of them alone has to reach all that can be selected in
// its result.
// Codes: SATISFIABILITY_ERROR.
func (w *walk) mutations(root *state) error {
	for _, f := range w.fields(root.typ) {
		for _, variant := range w.variants(root, f) {
			if err := w.mutation(variant, f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walk) mutation(root *state, f apiField) error {
	children, _ := w.follow(root, f)
	if len(children) >= 2 {
		return w.sharedMutation(root, f, children)
	}
	w.queue = w.queue[:0]
	w.advance(root, f)
	return w.drain()
}

// sharedMutation tries the subgraphs of a mutation one after another.
func (w *walk) sharedMutation(root *state, f apiField, children []querygraph.ResidencyID) error {
	w.checkRuntimeTypes(f, children)
	var failures []failure
	for _, child := range children {
		before := len(w.journal)
		w.trial, w.queue = true, w.queue[:0]
		kept := w.failures
		w.failures = nil
		w.enter(root, f, []querygraph.ResidencyID{child})
		err := w.drain()
		tried := w.failures
		w.trial, w.failures = false, kept
		if err != nil || len(tried) == 0 {
			return err
		}
		w.forget(before)
		failures = append(failures, tried...)
	}
	w.failures = append(w.failures, failure{state: root, field: f, on: querygraph.NoType, alone: failures})
	return nil
}
