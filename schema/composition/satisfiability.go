package composition

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// defaultMaximumStates bounds the search if the options do not.
const defaultMaximumStates = 1_000_000

// checkSatisfiability looks whether the router can answer every query of the
// API.
//
// Rule: on every path from a root, the subgraphs from which an object may come
// can fetch each of its fields: from themselves, or from others that they reach
// by keys, with what @requires needs.
// Codes: SATISFIABILITY_ERROR, MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED.
func (c *composer) checkSatisfiability(ctx context.Context, _ []federation.Subgraph) error {
	c.checkRuntimeTypes()
	read, err := supergraph.Parse("supergraph", c.super.print(c.subgraphs))
	if err != nil {
		return err // the reader and this package disagree: a defect of either
	}
	graph, err := querygraph.New(read)
	if err != nil {
		return err
	}
	limit := cmp.Or(c.opts.MaximumStates, defaultMaximumStates)
	s := &satisfiability{
		composer: c, limit: limit, reacher: newReacher(graph, limit),
		visited: map[querygraph.TypeID][][]residencyKey{}, reported: map[querygraph.FieldID]bool{},
	}
	return s.run(ctx)
}

// satisfiability is a walk over the objects that queries can reach.
type satisfiability struct {
	*composer
	*reacher
	limit int
	queue []state
	// visited holds, for each type, the sets of residencies that were walked. A
	// set is fine if one of its subsets was: more places to come from only help.
	visited  map[querygraph.TypeID][][]residencyKey
	reported map[querygraph.FieldID]bool
}

// state is an object of a query and where it may come from.
type state struct {
	t    querygraph.TypeID
	from []residency
	path []string
}

func (s *satisfiability) run(ctx context.Context) error {
	for i, root := range rootNames() {
		t, ok := s.graph.Type(root)
		if !ok {
			continue
		}
		var from []residency
		for g, in := range s.graph.Types[t].In {
			if in.Present {
				from = append(from, residency{graph: g})
			}
		}
		s.push(state{t: t, from: from, path: []string{[]string{"query", "mutation", "subscription"}[i]}})
	}
	for done := 0; len(s.queue) > 0; done++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if done >= s.limit || s.left <= 0 {
			s.giveUp()
			return nil
		}
		next := s.queue[0]
		s.queue = s.queue[1:]
		s.visit(next)
	}
	if s.left <= 0 {
		s.giveUp()
	}
	return nil
}

// giveUp replaces what was reported, which may be untrue.
func (s *satisfiability) giveUp() {
	s.errs = nil
	s.fail(CodeMaxStatesExceeded, nil, "the check whether every query can be answered was given up after %d states", s.limit)
}

func (s *satisfiability) push(next state) {
	var keys []residencyKey
	distinct := map[residencyKey]bool{}
	next.from = slices.DeleteFunc(next.from, func(r residency) bool {
		key := r.key()
		if distinct[key] {
			return true
		}
		distinct[key] = true
		keys = append(keys, key)
		return false
	})
	for _, seen := range s.visited[next.t] {
		if !slices.ContainsFunc(seen, func(k residencyKey) bool { return !distinct[k] }) {
			return
		}
	}
	s.visited[next.t] = append(s.visited[next.t], keys)
	s.queue = append(s.queue, next)
}

func (s *satisfiability) visit(at state) {
	source := s.super.typeNamed(s.graph.Types[at.t].Name)
	everywhere := s.everywhere(at.t, at.from)
	for _, f := range source.fields {
		id, ok := s.graph.Field(at.t, f.name)
		if !ok || hidden(f.applied) {
			continue
		}
		var next []step
		for _, all := range everywhere {
			next = append(next, s.resolvers(at.t, all, id)...)
		}
		path := append(slices.Clone(at.path), requiredArguments(s.graph.Fields[id].Definition))
		if len(next) == 0 {
			s.report(at, id, f, path)
			continue
		}
		s.descend(id, next, path)
	}
}

// descend goes on with the objects that a field returns, for each type that they
// can have.
func (s *satisfiability) descend(f querygraph.FieldID, next []step, path []string) {
	abstract := s.graph.Fields[f].Result != querygraph.NoType && s.graph.Abstract(s.graph.Fields[f].Result)
	for _, t := range s.graph.CommonResultTypes(f) {
		name := s.graph.Types[t].Name
		if source := s.super.typeNamed(name); source == nil || hidden(source.applied) {
			continue
		}
		var from []residency
		for _, r := range next {
			if slices.Contains(s.graph.ResultTypes(r.graph, f), t) {
				from = append(from, r.residency)
			}
		}
		if len(from) == 0 {
			continue
		}
		if abstract {
			s.push(state{t: t, from: from, path: append(slices.Clone(path), "... on "+name)})
			continue
		}
		s.push(state{t: t, from: from, path: path})
	}
}

func (s *satisfiability) report(at state, id querygraph.FieldID, f *field, path []string) {
	if s.reported[id] {
		return
	}
	s.reported[id] = true
	var names []string
	for _, r := range at.from {
		if name := s.graph.Supergraph.Subgraphs[r.graph].Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	s.fail(CodeSatisfiability, f.places(), "`%s` cannot be answered: from %s, field %q cannot be fetched: %s",
		strings.TrimSpace(witness(path)), subgraphList(names), f.coordinate, s.whyNot(at.t, at.from, id))
}
