package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
)

// bundle is the steps that one request makes.
type bundle struct {
	key   bundleKey
	cond  operation.Condition
	steps []*step
}

type bundleKey struct {
	run, wave, graph int
	root, reentry    bool
	contextual       bool
	cond             string
	alone            int // distinguishes bundles that must not be shared
}

// condition tells when a step is made: when one of its own fields is wanted.
func (st *step) condition() operation.Condition {
	if len(st.set.fields) == 0 {
		return st.set.typingCond
	}
	cond := st.set.fields[0].cond
	for _, f := range st.set.fields[1:] {
		cond = either(cond, f.cond)
	}
	if st.set.typing {
		cond = either(cond, st.set.typingCond)
	}
	return cond
}

// dependencies completes what each step waits for, besides the values of its
// representations the objects themselves, and when it is made.
func (p *planner) dependencies() {
	for _, st := range p.steps {
		st.set.bound(1)
		st.cond = st.condition()
		if !st.root {
			st.needs(st.site.primary.step)
		}
	}
	for _, st := range p.steps {
		if err := p.contextDependencies(st); err != nil && p.err == nil {
			p.err = err
		}
	}
}

// sink moves lookups that nothing waits for into a later request to the same
// subgraph, if there is one: a request less, and no later answer.
func (p *planner) sink() {
	waited := map[*step]bool{}
	for _, st := range p.steps {
		for _, other := range st.after {
			waited[other] = true
		}
	}
	order := slices.Clone(p.steps)
	slices.SortStableFunc(order, func(a, b *step) int { return b.wave - a.wave })
	for _, st := range order {
		if st.root || st.reentry || waited[st] {
			continue
		}
		next := never
		for _, o := range order {
			if !o.root && !o.reentry && o.run == st.run && o.graph == st.graph && o.wave > st.wave && o.wave < next && o.cond.Equal(st.cond) && mayJoin(st, o) {
				next = o.wave
			}
		}
		same := slices.IndexFunc(order, func(o *step) bool {
			return o != st && o.site == st.site && unitable(o, st) && o.graph == st.graph && o.wave == next && o.variant == st.variant && o.cond.Equal(st.cond)
		})
		clashes := func(o *step) bool { return o.graph == st.graph && o.wave == next && clash(o, st) }
		switch {
		case next == never:
		case same >= 0:
			st.wave = next
			p.unite(st, order[same])
		case !slices.ContainsFunc(order, clashes):
			st.wave = next
		}
	}
}

// mayJoin tells whether two steps can be parts of one request: one with contextual
// arguments has a request for itself.
func mayJoin(a, b *step) bool {
	return len(a.contexts)+len(b.contexts) == 0 || a.site == b.site && a.variant == b.variant
}

// clash tells whether one response would hold the same objects twice: looked up
// by both steps, or by one of them and below those of the other.
func clash(a, b *step) bool { return a.site == b.site || a.holds(b.site) || b.holds(a.site) }

func (st *step) holds(s *site) bool {
	return slices.ContainsFunc(s.residencies, func(r *residency) bool { return r.step == st && r.field != nil })
}

// unite moves what a step looks up to another one of the same objects in the
// same request.
func (p *planner) unite(st, with *step) {
	for _, f := range st.set.fields {
		if f.below == nil {
			p.leaf(with.set, f)
		} else {
			with.set.fields = append(with.set.fields, f)
		}
	}
	with.set.types = union(with.set.types, st.set.types)
	for _, s := range p.sites {
		for _, r := range s.residencies {
			if r.set == st.set {
				r.set = with.set
			}
			if r.step == st {
				r.step = with
			}
		}
	}
	for _, rep := range st.lookups {
		to := with.lookup(rep.typ)
		if to == nil {
			with.addLookup(rep)
			continue
		}
		for _, f := range rep.fields {
			if !slices.Contains(to.fields, f) {
				to.fields = append(to.fields, f)
			}
		}
	}
	for _, other := range st.after {
		with.needs(other)
	}
	with.told = append(with.told, st.told...)
	for _, c := range st.contexts {
		with.contexts = appendNew(with.contexts, c)
	}
	for _, a := range st.apart {
		p.keepApart(with, a)
	}
	p.steps = slices.DeleteFunc(p.steps, func(o *step) bool { return o == st })
}

// bundles groups the steps into requests, in the order in which they can be
// made.
func (p *planner) bundles() []*bundle {
	known := map[bundleKey]*bundle{}
	var out []*bundle
	for i, st := range p.steps {
		cond := st.cond
		key := bundleKey{run: st.run, wave: st.wave, graph: st.graph, root: st.root, reentry: st.reentry, cond: conditionText(cond)}
		if key.contextual = len(st.contexts) > 0; key.contextual || p.cfg.SeparateEntities || st.reentry {
			key.alone = i
		}
		b := known[key]
		for b != nil && slices.ContainsFunc(b.steps, func(o *step) bool { return clash(o, st) }) {
			key.alone++
			b = known[key]
		}
		if b == nil {
			b = &bundle{key: key, cond: cond}
			known[key] = b
			out = append(out, b)
		}
		b.steps = append(b.steps, st)
	}
	slices.SortStableFunc(out, func(a, b *bundle) int {
		return cmp.Or(a.key.run-b.key.run, a.key.wave-b.key.wave)
	})
	for i, b := range out {
		for _, st := range b.steps {
			st.fetch = i
		}
	}
	return out
}

// fetch makes the request of a bundle.
func (p *planner) fetch(id int, b *bundle, last []int) *Fetch {
	f := &Fetch{ID: id, Subgraph: b.key.graph, Kind: EntityFetch, Operation: ast.Query, Name: p.requestName(b.key.graph, id), Condition: condition(b.cond)}
	w := &document{p: p, variables: map[string]bool{}}
	var own []string
	if b.key.root || b.key.reentry {
		if f.Kind, f.Operation = RootFetch, p.op.Kind; b.key.reentry {
			f.Kind, f.Operation, f.Position = ReentryFetch, ast.Query, b.steps[0].site.position
		}
		set := b.steps[0].set
		w.set(set, b.cond)
		f.Selections = p.selections(set, b.cond)
	} else {
		own = p.entities(f, b, w)
	}
	f.Variables = w.names()
	f.Text = w.header(f.Operation, f.Name, own) + w.b.String()
	for _, st := range b.steps {
		for _, other := range st.after {
			if other.fetch != id {
				f.DependsOn = append(f.DependsOn, other.fetch)
			}
		}
	}
	if b.key.root {
		f.DependsOn = append(f.DependsOn, last...)
	}
	slices.Sort(f.DependsOn)
	f.DependsOn = slices.Compact(f.DependsOn)
	return f
}

// entities writes the _entities fields of a request, and returns the declarations
// of their variables. Steps that select the same
// share one. The text alone does not tell: one field on two object types and a
// field on each of them are written alike, but stand for different positions.
func (p *planner) entities(f *Fetch, b *bundle, w *document) (declared []string) {
	type shared struct {
		text  string
		first *step
	}
	var fields []shared
	for _, st := range b.steps {
		sub := &document{p: p, variables: w.variables, contexts: st.contexts}
		shares := len(st.contexts)+len(st.apart) == 0
		sub.set(st.set, b.cond)
		target := Target{Position: st.site.position}
		target.Representations = p.representations(st)
		selections := p.selections(st.set, b.cond)
		k := 0
		for k < len(fields) && (!shares || len(f.Entities[k].Apart) > 0 || fields[k].text != sub.b.String() || !slices.Equal(fields[k].first.set.types, st.set.types) || !sameSelections(f.Entities[k].Selections, selections)) {
			k++
		}
		if k == len(fields) {
			fields = append(fields, shared{sub.b.String(), st})
			f.Entities = append(f.Entities, Entities{Targets: []Target{target}, Contexts: p.contextsOfStep(st), Apart: p.apartOfStep(st), Selections: selections})
			continue
		}
		e := &f.Entities[k]
		e.Targets = append(e.Targets, target)
		addPositions(e.Selections, selections)
	}
	w.b.WriteByte('{')
	for i := range fields {
		e := &f.Entities[i]
		e.Key, e.Variable = "_entities", "representations"
		if len(fields) > 1 {
			e.Key, e.Variable = "_e"+strconv.Itoa(i), "representations"+strconv.Itoa(i)
			w.word(e.Key + ":")
		}
		for p.declares(e.Variable) { // the client may use any name
			e.Variable = "_" + e.Variable
		}
		declared = append(declared, "$"+e.Variable+":[_Any!]!")
		for _, c := range e.Contexts {
			declared = append(declared, declaration(c.Variable, c.Type))
		}
		w.word("_entities(representations:$" + e.Variable + ")" + fields[i].text)
	}
	w.b.WriteByte('}')
	return declared
}

func (p *planner) declares(variable string) bool {
	return slices.ContainsFunc(p.op.Declarations, func(v operation.Variable) bool { return v.Name == variable })
}

// sameSelections tells whether selections hold the same fields in the same order,
// of whatever positions.
func sameSelections(a, b []Selection) bool {
	return slices.EqualFunc(a, b, func(a, b Selection) bool {
		return a.Key == b.Key && a.Name == b.Name && a.Type.String() == b.Type.String() && a.Optional == b.Optional &&
			(a.Types == nil) == (b.Types == nil) && slices.Equal(a.Types, b.Types) &&
			(a.Positions == nil) == (b.Positions == nil) && sameSelections(a.Selections, b.Selections)
	})
}

// addPositions adds the positions of equal selections at another target.
func addPositions(to, from []Selection) {
	for i := range to {
		to[i].Positions = append(to[i].Positions, from[i].Positions...)
		addPositions(to[i].Selections, from[i].Selections)
	}
}

var typenameType = ast.NonNullNamedType("String", nil)

func (p *planner) selections(set *selectionSet, given operation.Condition) []Selection {
	out := make([]Selection, 0, 1+len(set.fields))
	if p.asksTypename(set) {
		out = append(out, Selection{Key: "__typename", Name: "__typename", Type: typenameType})
	}
	for _, f := range set.fields {
		s := Selection{Key: f.key, Name: f.name, Type: f.typ, Optional: f.conditionGiven(given) != nil}
		if !set.covers(f) {
			s.Types = p.names(set.names(f.types))
		}
		if f.below != nil {
			s.Positions = []int{f.below.site.position}
			s.Selections = p.selections(f.below, f.holding(given))
		}
		out = append(out, s)
	}
	return out
}

// names gives the types' names, sorted.
func (p *planner) names(types []typeID) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = p.graph.Types[t].Name
	}
	slices.Sort(out)
	return out
}

// conditionText prints a condition; equal texts mean equal conditions.
func conditionText(c operation.Condition) string {
	if c == nil {
		return ""
	}
	return fmt.Sprint(c)
}

func condition(c operation.Condition) Condition {
	if c == nil {
		return nil
	}
	out := make(Condition, len(c))
	for i, tests := range c {
		out[i] = make([]Test, len(tests))
		for k, t := range tests {
			out[i][k] = Test{Variable: t.Variable, Want: t.Want}
		}
	}
	return out
}
