package plan

import (
	"cmp"
	"slices"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

// residency is a site's objects as they stand in one response.
type residency struct {
	site *site
	at   location
	step *step
	set  *selectionSet // nil until something of it is used
	// field is the selection that leads here; nil for a step's own objects.
	field *selection
	// requiring are the fields with @requires that a lookup asks of an interface
	// object.
	requiring []string
}

// step is a root selection or a lookup, later a request or a part of one.
type step struct {
	site  *site
	graph int // the subgraph
	wave  int // in the whole plan
	root  bool
	// reentry says that the objects are the subgraph's Query object.
	reentry bool
	set     *selectionSet
	// lookups are what is sent for each object type, sorted by type.
	lookups []*representation
	// contexts are the contextual arguments of what is selected.
	contexts []stepContext
	// apart are the contexts of later steps for whose sake objects that are sent
	// alike are looked up apart.
	apart []apart
	// after are the steps whose responses the representations are made of.
	after   []*step
	run     int // of a mutation: which of the root sites it belongs to
	fetch   int
	variant int
	// unaware says that the objects' types are not known yet, typed that they are
	// known from another fetch than the objects.
	unaware, typed bool
	// told are the places of parts of the representations whose types are known in
	// time from another fetch than the objects.
	told []*site
	// complete says that an unaware step looks up objects of all types.
	complete bool
	// cond is when the step is made, once all of it is there.
	cond operation.Condition
}

// representation is what a step sends of objects of one type.
type representation struct {
	typ typeID
	// as is the type by whose name they are sent.
	as     typeID
	fields []*querygraph.FieldSetField
}

// emit turns the choices of a site into selections.
func (p *planner) emit(s *site) {
	for _, d := range s.demands {
		switch {
		case d.typename:
		case d.composite():
			for _, g := range s.chosen.groups[d.index] {
				if g.site.fed {
					g.site.guard = g.site.wanted()
				}
				p.emit(g.site)
				if s.sealed { // the fields of a mutation are selected in their order
					p.settleSite(g.site, g.site.guard)
				}
				p.settleType(g.site, g.site.guard)
			}
		default:
			for k, at := range s.chosen.leaves[d.index] {
				if at.graph >= 0 {
					p.supply(s, d.types[k], d, at)
				}
			}
		}
	}
}

// settle makes sure that all sites below have a source, once it is known what is
// selected for other reasons: representations need parts of them too.
func (p *planner) settle(s *site) {
	for _, d := range s.demands {
		if d.typename || !d.composite() {
			continue
		}
		for _, g := range s.chosen.groups[d.index] {
			p.settle(g.site)
			p.settleSite(g.site, g.site.guard)
		}
	}
}

// settleSite makes sure that somebody supplies the site's objects in case the
// condition holds, even if nothing but their existence is asked for.
func (p *planner) settleSite(s *site, cond operation.Condition) {
	if s.primary != nil {
		p.widen(s.primary, cond)
		return
	}
	if slices.ContainsFunc(s.residencies, func(r *residency) bool { return r.field != nil }) {
		return
	}
	best := -1
	for i := range s.entries {
		e := &s.entries[i]
		if e.wave == 0 && (best < 0 || s.parent.residency(s.entries[best].from) == nil && s.parent.residency(e.from) != nil) {
			best = i
		}
	}
	if best >= 0 {
		p.enter(s, location{graph: s.entries[best].graph}, cond)
	}
}

// supply selects a leaf of objects of one type at a location.
func (p *planner) supply(s *site, t typeID, d *demand, at location) {
	name, cond := d.field.Name, s.guard.And(d.field.Condition)
	r := p.enter(s, at, cond)
	p.prepare(r, t, name, cond)
	id, _ := p.graph.Field(t, name)
	arguments, args := d.field.Arguments, d.args
	if contextual := p.arguments(id, at.graph, arguments); len(contextual) > len(arguments) {
		arguments, args = contextual, argumentText(contextual)
	}
	p.leaf(r.set, &selection{
		want: d.field.Key, name: name, args: args, arguments: arguments, types: p.graph.Types[t].Possible, cond: cond,
		typ: p.graph.Fields[id].Definition.Type, local: p.doors.in(at.graph, id).Type,
	})
}

// residency gives what is known of a site at a location, or nil.
func (s *site) residency(at location) *residency {
	for _, r := range s.residencies {
		if r.at.graph == at.graph && r.at.step == at.step && (!at.step || r.at.wave == at.wave && r.at.variant == at.variant) {
			return r
		}
	}
	return nil
}

// enter gives the residency of a location, selected on the way there in case the
// condition holds.
func (p *planner) enter(s *site, at location, cond operation.Condition) *residency {
	if r := s.residency(at); r != nil {
		p.widen(r, cond)
		return r
	}
	r := p.mem.residencies.one()
	r.site, r.at, r.set = s, at, p.mem.sets.one()
	s.residencies = append(s.residencies, r)
	r.set.site, r.set.graph, r.set.typ, r.set.types = s, p.doors.subgraph(at.graph), s.typ, s.types
	r.set.opaque = !at.step && p.doors.opaque(at.graph)
	switch {
	case s.root:
		r.step = p.newStep(s, at, true)
		r.step.set = r.set
	case at.step:
		if p.shareStep(r) {
			break
		}
		r.step = p.newStep(s, at, false)
		r.step.set = r.set
		if r.step.reentry = p.reenters(s.typ, at.graph); !r.step.reentry {
			r.set.entities, r.set.types = true, nil
			p.enterBlind(r)
		}
	default:
		p.enterField(r, cond)
	}
	return r
}

func (p *planner) newStep(s *site, at location, root bool) *step {
	st := p.mem.steps.one()
	*st = step{site: s, graph: p.doors.subgraph(at.graph), wave: s.wave + at.wave, root: root, run: p.run, variant: at.variant}
	p.steps = append(p.steps, st)
	return st
}

// enterField selects the field of the parent that leads to a residency.
func (p *planner) enterField(r *residency, cond operation.Condition) {
	s := r.site
	e := s.entry(r.at.graph)
	f := p.mem.selections.one()
	*f = selection{want: s.name, name: s.name, arguments: s.arguments, types: s.parentTypes, below: r.set, cond: s.reached(cond)}
	if s.via != nil {
		f.want = s.via.field.Key
	}
	r.field = f
	parent := p.enter(s.parent, e.from, f.cond)
	r.set.typ = querygraph.NoType
	for i, t := range s.parentTypes {
		p.prepare(parent, t, s.name, f.cond)
		id, _ := p.graph.Field(t, s.name)
		in := p.doors.in(e.from.graph, id)
		f.typ, f.local = p.graph.Fields[id].Definition.Type, in.Type
		p.refuseMixture(s, in)
		if i == 0 {
			f.arguments = p.arguments(id, e.from.graph, s.arguments)
			r.set.typ = in.Result
		} else if r.set.typ != in.Result {
			r.set.typ = querygraph.NoType
		}
	}
	r.set.types = p.intersection(s.types, e.possible)
	f.args = argumentText(f.arguments)
	r.step = parent.step
	parent.set.fields = append(parent.set.fields, f)
}

// intersection gives the types of the first list that are in the second one.
func (p *planner) intersection(a, b []typeID) []typeID {
	if !slices.ContainsFunc(a, func(t typeID) bool { return !slices.Contains(b, t) }) {
		return a
	}
	out := p.mem.types.take(len(a))[:0]
	for _, t := range a {
		if slices.Contains(b, t) {
			out = append(out, t)
		}
	}
	return out
}

func (s *site) entry(graph int) *entry {
	for i := range s.entries {
		if s.entries[i].graph == graph {
			return &s.entries[i]
		}
	}
	return nil
}

// widen makes sure that a residency is there also if another condition holds.
func (p *planner) widen(r *residency, cond operation.Condition) {
	if r.field == nil {
		return
	}
	wider := either(r.field.cond, r.site.reached(cond))
	if wider.Equal(r.field.cond) {
		return
	}
	r.field.cond = wider
	p.widened = true
	p.enter(r.site.parent, r.site.entry(r.at.graph).from, wider)
}

// maxAlternatives bounds the length of a condition; what would be longer always
// holds.
const maxAlternatives = 16

// either holds when one of the conditions does.
func either(a, b operation.Condition) operation.Condition {
	if a.Equal(b) {
		return a
	}
	if out := a.Or(b); len(out) <= maxAlternatives {
		return out
	}
	return nil
}

// prepare makes sure that a step looks up objects of the type, and with what the
// field requires.
func (p *planner) prepare(r *residency, t typeID, name string, cond operation.Condition) {
	if r.field != nil || r.step.root || r.step.reentry {
		return
	}
	if r.step.unaware {
		p.lookUpAll(r, cond)
	} else {
		p.lookUp(r, t, cond)
	}
	id, ok := p.graph.Field(t, name)
	switch {
	case !ok || !r.site.chosen.av.requires(id, r.at.graph):
	case p.doors.opaque(r.at.graph):
		p.require(r, name, cond)
	default:
		if required := p.graph.Fields[id].In(r.step.graph).Requires; required != nil {
			p.addInputs(r.step, r.step.lookup(t), required, cond)
		}
		p.addContexts(r.step, id, cond)
	}
}

// lookUp makes sure that a step looks up objects of the type.
func (p *planner) lookUp(r *residency, t typeID, cond operation.Condition) {
	st, s := r.step, r.site
	if st.lookup(t) != nil {
		return
	}
	rep := &representation{typ: t}
	st.addLookup(rep)
	r.set.types = union(r.set.types, p.graph.Types[t].Possible)
	r.set.stands(t, p.doors.as(r.at.graph, t))
	var key *querygraph.FieldSet
	if key, rep.as = s.chosen.av.keyFor(slices.Index(s.types, t), r.at); key != nil {
		p.addInputs(st, rep, key, cond)
	}
	for _, name := range r.requiring {
		p.requireOf(r, t, name, cond)
	}
}

func (st *step) addLookup(rep *representation) {
	st.lookups = append(st.lookups, rep)
	slices.SortFunc(st.lookups, func(a, b *representation) int { return int(a.typ - b.typ) })
}

func (st *step) lookup(t typeID) *representation {
	for _, rep := range st.lookups {
		if rep.typ == t {
			return rep
		}
	}
	return nil
}

// addInputs notes what is sent with objects of a type, in case the condition
// holds, and selects it where it is to be had.
func (p *planner) addInputs(st *step, rep *representation, set *querygraph.FieldSet, cond operation.Condition) {
	for i := range set.Fields {
		f := &set.Fields[i]
		if !f.On(rep.typ) {
			continue
		}
		if slices.Contains(rep.fields, f) {
			continue
		}
		p.checkArguments(st, rep, f)
		rep.fields = append(rep.fields, f)
		p.gatherInput(st, st.site, rep.typ, f, cond)
	}
}

// complete makes sure that a step's representations are complete whenever the
// step is made, and that the objects of a site are there whenever anything asks
// for a part of them: parts have been selected for one field, under that field's
// condition. Then it notes which steps wait for which.
func (p *planner) complete() {
	for _, s := range p.sites {
		s.primary = s.first()
	}
	for p.widened = true; p.widened; {
		p.widened = false
		for _, s := range p.sites {
			if s.via != nil {
				p.settleSite(s, s.guard)
				p.settleType(s, s.guard)
			}
		}
		p.gatherInputs()
	}
	for _, st := range p.steps {
		st.after = nil
	}
	p.gatherInputs()
}

// gatherInputs selects the parts of all representations. They come from earlier
// waves, so the last wave is first.
func (p *planner) gatherInputs() {
	order := slices.Clone(p.steps)
	slices.SortStableFunc(order, func(a, b *step) int { return b.wave - a.wave })
	for _, st := range order {
		cond := st.condition()
		for _, rep := range st.lookups {
			for _, f := range rep.fields {
				p.gatherInput(st, st.site, rep.typ, f, cond)
			}
		}
		if st.typed {
			p.needType(st, st.site, cond)
		}
		for i := range st.contexts {
			p.gatherContext(st, st.site, st.contexts[i].argument.Value, st.taking(&st.contexts[i]))
		}
	}
}

// checkArguments refuses a lookup that would send one field with two values.
func (p *planner) checkArguments(st *step, rep *representation, f *querygraph.FieldSetField) {
	for _, other := range rep.fields {
		if other.Name == f.Name && argumentText(other.Arguments) != argumentText(f.Arguments) && p.err == nil {
			p.err = errorAt(CodeUnsupportedFeature, st.site.path, nil, "fields of type %q whose @requires name %q with different arguments cannot be selected together",
				p.graph.Types[rep.typ].Name, f.Name)
		}
	}
}

// gatherInput selects a part of a representation where it is to be had.
func (p *planner) gatherInput(st *step, s *site, t typeID, f *querygraph.FieldSetField, cond operation.Condition) {
	if f.Set == nil {
		at, ok := p.inputAt(s, t, f)
		if !ok {
			return
		}
		r := p.enter(s, at, cond)
		p.prepare(r, t, f.Name, cond)
		if f.Name == "__typename" {
			r.set.typename = true
			p.settleType(s, cond)
		} else {
			input := p.inputSelection(t, f, at, cond)
			p.leaf(r.set, &input)
		}
		st.needs(r.step)
		return
	}
	child := p.hiddenChild(s, f, t)
	for _, ct := range child.types {
		if i := slices.Index(child.types, ct); !child.chosen.av.reachable(i) {
			continue
		}
		for k := range f.Set.Fields {
			if f.Set.Fields[k].On(ct) {
				p.gatherInput(st, child, ct, &f.Set.Fields[k], cond)
			}
		}
	}
	p.settleSite(child, cond)
	if p.sendsType(st, child, f.Set) {
		p.needType(st, child, cond)
		if !slices.Contains(st.told, child) {
			st.told = append(st.told, child)
		}
	}
	if child.primary != nil {
		st.needs(child.primary.step)
	}
}

func (st *step) needs(other *step) {
	if other != st && !slices.Contains(st.after, other) {
		st.after = append(st.after, other)
	}
}

// inputAt tells where a leaf of a representation is to be had. It gives the same
// answer whenever it is asked.
func (p *planner) inputAt(s *site, t typeID, f *querygraph.FieldSetField) (location, bool) {
	if f.Name == "__typename" && s.chosen.av.blind {
		return s.chosen.typing, s.chosen.typed
	}
	return s.chosen.locateInput(slices.Index(s.types, t), p.input(t, f))
}

func (p *planner) inputSelection(t typeID, f *querygraph.FieldSetField, at location, cond operation.Condition) selection {
	id, _ := p.graph.InputOn(t, f)
	return selection{
		want: f.Name, name: f.Name, args: argumentText(f.Arguments), arguments: f.Arguments, types: p.graph.Types[t].Possible, cond: cond,
		typ: p.graph.Fields[id].Definition.Type, local: p.doors.in(at.graph, id).Type,
	}
}

// first chooses the residency that decides which objects stand at the site: the
// earliest; of several one that is there in any case.
func (s *site) first() *residency {
	var first *residency
	for _, r := range s.residencies {
		if r.field == nil {
			continue
		}
		if first == nil || cmp.Or(r.step.wave-first.step.wave, len(r.field.cond)-len(first.field.cond), r.at.graph-first.at.graph) < 0 {
			first = r
		}
	}
	return first
}
