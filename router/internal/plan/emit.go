package plan

import (
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
}

// step is a root selection or a lookup, later a request or a part of one.
type step struct {
	site  *site
	graph int
	wave  int // in the whole plan
	root  bool
	set   *selectionSet
	// lookups are what is sent for each object type, sorted by type.
	lookups []*representation
	// after are the steps whose responses the representations are made of.
	after   []*step
	run     int // of a mutation: which of the root sites it belongs to
	fetch   int
	variant int
	// cond is when the step is made, once all of it is there.
	cond operation.Condition
}

// representation is what a step sends of objects of one type.
type representation struct {
	typ    typeID
	fields []*querygraph.FieldSetField
}

// emit turns the choices of a site into selections.
func (p *planner) emit(s *site) {
	for _, d := range s.demands {
		switch {
		case d.typename:
		case d.composite():
			for _, g := range s.chosen.groups[d] {
				p.emit(g.site)
				p.settleSite(g.site)
			}
		default:
			for k, at := range s.chosen.leaves[d] {
				if at.graph >= 0 {
					p.supply(s, d.types[k], d, at)
				}
			}
		}
	}
}

// settleSite makes sure that somebody supplies the site's objects, even if
// nothing but their existence is asked for.
func (p *planner) settleSite(s *site) {
	if slices.ContainsFunc(s.residencies, func(r *residency) bool { return r.field != nil }) {
		return
	}
	for i := range s.entries {
		if s.entries[i].wave == 0 {
			p.enter(s, location{graph: s.entries[i].graph})
			return
		}
	}
}

// supply selects a leaf of objects of one type at a location.
func (p *planner) supply(s *site, t typeID, d *demand, at location) {
	name, cond := d.field.Name, d.field.Condition
	r := p.enter(s, at)
	p.prepare(r, t, name, cond)
	id, _ := p.graph.Field(t, name)
	r.set.leaf(selection{
		want: d.field.Key, name: name, args: d.args, arguments: d.field.Arguments, types: []typeID{t}, cond: cond,
		typ: p.graph.Fields[id].Definition.Type, local: p.graph.Fields[id].In(at.graph).Type,
	})
}

// enter gives the residency of a location, selected on the way there.
func (p *planner) enter(s *site, at location) *residency {
	for _, r := range s.residencies {
		if r.at.graph == at.graph && r.at.step == at.step && (!at.step || r.at.wave == at.wave && r.at.variant == at.variant) {
			return r
		}
	}
	r := &residency{site: s, at: at}
	s.residencies = append(s.residencies, r)
	r.set = &selectionSet{site: s, graph: at.graph, typ: s.typ, types: s.types}
	switch {
	case s.root:
		r.step = p.newStep(s, at, true)
		r.step.set = r.set
	case at.step:
		r.step = p.newStep(s, at, false)
		r.step.set = r.set
		r.set.entities, r.set.types = true, nil
	default:
		p.enterField(r)
	}
	return r
}

func (p *planner) newStep(s *site, at location, root bool) *step {
	st := &step{site: s, graph: at.graph, wave: s.wave + at.wave, root: root, run: p.run, variant: at.variant}
	p.steps = append(p.steps, st)
	return st
}

// enterField selects the field of the parent that leads to a residency.
func (p *planner) enterField(r *residency) {
	s := r.site
	k := slices.IndexFunc(s.entries, func(e entry) bool { return e.graph == r.at.graph })
	e := &s.entries[k]
	parent := p.enter(s.parent, e.from)
	f := &selection{want: s.name, name: s.name, args: argumentText(s.arguments), arguments: s.arguments, types: s.parentTypes, below: r.set}
	if s.via != nil {
		f.want = s.via.field.Key
		if !s.fed {
			f.cond = s.via.field.Condition
		}
	}
	r.set.typ = querygraph.NoType
	for i, t := range s.parentTypes {
		p.prepare(parent, t, s.name, f.cond)
		id, _ := p.graph.Field(t, s.name)
		in := p.graph.Fields[id].In(r.at.graph)
		f.typ, f.local = p.graph.Fields[id].Definition.Type, in.Type
		if i == 0 {
			r.set.typ = in.Result
		} else if r.set.typ != in.Result {
			r.set.typ = querygraph.NoType
		}
	}
	r.set.types = slices.DeleteFunc(slices.Clone(s.types), func(t typeID) bool { return !slices.Contains(e.possible, t) })
	r.step, r.field = parent.step, f
	parent.set.fields = append(parent.set.fields, f)
}

// prepare makes sure that a step looks up objects of the type, and with what the
// field requires.
func (p *planner) prepare(r *residency, t typeID, name string, cond operation.Condition) {
	if r.field != nil || r.step.root {
		return
	}
	st, s := r.step, r.site
	i := slices.Index(s.types, t)
	rep := st.lookup(t)
	if rep == nil {
		rep = &representation{typ: t}
		st.addLookup(rep)
		r.set.types = union(r.set.types, []typeID{t})
	}
	if _, key := s.chosen.av.key(i, st.graph); key >= 0 {
		p.addInputs(st, rep, p.graph.Types[t].In(st.graph).Keys[key].Fields, cond)
	}
	id, ok := p.graph.Field(t, name)
	if ok && s.chosen.av.requires(id, st.graph) {
		p.addInputs(st, rep, p.graph.Fields[id].In(st.graph).Requires, cond)
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

// widenInputs makes sure that a step's representations are complete whenever the
// step is made: their parts have been selected for one of its fields, under that
// field's condition. Parts come from earlier waves, so the last wave is first.
func (p *planner) widenInputs() {
	order := slices.Clone(p.steps)
	slices.SortStableFunc(order, func(a, b *step) int { return b.wave - a.wave })
	for _, st := range order {
		cond := st.condition()
		for _, rep := range st.lookups {
			for _, f := range rep.fields {
				p.gatherInput(st, st.site, rep.typ, f, cond)
			}
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
		r := p.enter(s, at)
		p.prepare(r, t, f.Name, cond)
		if f.Name == "__typename" {
			r.set.typename = true
		} else {
			r.set.leaf(p.inputSelection(t, f, at, cond))
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
	p.settleSite(child)
	st.needs(child.first().step)
}

func (st *step) needs(other *step) {
	if other != st && !slices.Contains(st.after, other) {
		st.after = append(st.after, other)
	}
}

// inputAt tells where a leaf of a representation is to be had. It gives the same
// answer whenever it is asked.
func (p *planner) inputAt(s *site, t typeID, f *querygraph.FieldSetField) (location, bool) {
	return s.chosen.av.locate(slices.Index(s.types, t), f.Name, s.chosen.taken)
}

func (p *planner) inputSelection(t typeID, f *querygraph.FieldSetField, at location, cond operation.Condition) selection {
	id, _ := p.graph.Field(t, f.Name)
	return selection{
		want: f.Name, name: f.Name, args: argumentText(f.Arguments), arguments: f.Arguments, types: []typeID{t}, cond: cond,
		typ: p.graph.Fields[id].Definition.Type, local: p.graph.Fields[id].In(at.graph).Type,
	}
}

// first gives the residency that decides which objects stand at the site.
func (s *site) first() *residency {
	var first *residency
	for _, r := range s.residencies {
		if r.field != nil && (first == nil || r.step.wave < first.step.wave || r.step.wave == first.step.wave && r.at.graph < first.at.graph) {
			first = r
		}
	}
	return first
}
