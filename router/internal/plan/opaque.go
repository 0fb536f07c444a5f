package plan

import (
	"slices"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
	"github.com/weftql/weft/schema/supergraph"
)

// This file emits what interface objects make special: objects that a subgraph
// has by an interface's name.

// selects tells whether a field is selected of objects of a type. What is selected
// of an interface object is selected of all that it stands for.
func (set *selectionSet) selects(f *selection, t typeID) bool {
	if set.opaque || slices.Contains(f.types, t) {
		return true
	}
	as, stands := set.as[t]
	return stands && slices.ContainsFunc(f.types, func(o typeID) bool {
		other, also := set.as[o]
		return also && other == as
	})
}

// meet tells whether two fields are selected of one object.
func (set *selectionSet) meet(a, b *selection) bool {
	return slices.ContainsFunc(a.types, func(t typeID) bool { return set.selects(b, t) })
}

// names are the types by whose names the subgraph has objects of the given types,
// in their order.
func (set *selectionSet) names(types []typeID) []typeID {
	if len(set.as) == 0 {
		return types
	}
	var out []typeID
	for _, t := range types {
		if as, stands := set.as[t]; stands {
			t = as
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// stands notes by which name entities of a type are looked up.
func (set *selectionSet) stands(t, as typeID) {
	if t == as || set.blind {
		return
	}
	if set.as == nil {
		set.as = map[typeID]typeID{}
	}
	set.as[t] = as
}

// shared tells whether a lookup is part of an earlier one of the choice: one
// request looks up objects by their own types and by the names of interfaces.
func (c *choice) shared(k int) bool {
	return c.av.p.doors.any() && slices.ContainsFunc(c.steps[:k], func(o *lookup) bool { return c.oneStep(o.at, c.steps[k].at) })
}

func (c *choice) oneStep(a, b location) bool {
	d := &c.av.p.doors
	return a.graph != b.graph && (!d.opaque(a.graph) || !d.opaque(b.graph)) && d.subgraph(a.graph) == d.subgraph(b.graph) && a.wave == b.wave && a.variant == b.variant &&
		!c.av.unaware(a) && !c.av.unaware(b) && !c.av.root
}

// shareStep lets a residency be part of a lookup that is there already.
func (p *planner) shareStep(r *residency) bool {
	if !p.doors.any() || p.reenters(r.site.typ, r.at.graph) {
		return false
	}
	for _, other := range r.site.residencies {
		if other != r && other.at.step && r.site.chosen.oneStep(other.at, r.at) && !p.stands(r, other.step) {
			r.step, r.set = other.step, other.set
			return true
		}
	}
	return false
}

// stands tells whether a step looks up objects as another interface object than a
// residency is: an object is sent by one name.
func (p *planner) stands(r *residency, st *step) bool {
	return p.doors.opaque(r.at.graph) && slices.ContainsFunc(r.site.residencies, func(o *residency) bool {
		return o != r && o.step == st && p.doors.opaque(o.at.graph)
	})
}

// enterBlind tells a lookup what is known of its objects' types.
func (p *planner) enterBlind(r *residency) {
	av := &r.site.chosen.av
	r.step.unaware = av.unaware(r.at)
	r.step.typed = av.blind && !r.step.unaware
	if r.step.unaware && !p.doors.opaque(r.at.graph) {
		_, r.set.typ = av.keyFor(0, r.at)
		r.set.blind = true
	}
}

// lookUpAll makes sure that a step looks up objects of all types of its site.
func (p *planner) lookUpAll(r *residency, cond operation.Condition) {
	if r.step.complete {
		return
	}
	r.step.complete = true
	for i, t := range r.site.types {
		if r.site.chosen.av.reachable(i) {
			p.lookUp(r, t, cond)
		}
	}
}

// require makes sure that all objects that are looked up as an interface object
// are sent with what a field of it requires.
func (p *planner) require(r *residency, name string, cond operation.Condition) {
	if slices.Contains(r.requiring, name) {
		return
	}
	r.requiring = append(r.requiring, name)
	for _, rep := range r.step.lookups {
		if rep.as == p.doors.as(r.at.graph, rep.typ) {
			p.requireOf(r, rep.typ, name, cond)
		}
	}
}

func (p *planner) requireOf(r *residency, t typeID, name string, cond operation.Condition) {
	if f := p.field(t, name); f != noField {
		p.addInputs(r.step, r.step.lookup(t), p.doors.in(r.at.graph, f).Requires, cond)
	}
}

// settleType makes sure that somebody tells the types of a site's objects in case
// the condition holds, if they matter and the entries do not tell them.
func (p *planner) settleType(s *site, cond operation.Condition) {
	c := s.chosen
	if !c.typed {
		return
	}
	r := p.enter(s, c.typing, cond)
	if r.field != nil {
		return // it is asked for the type anyway
	}
	if !r.set.typing {
		r.set.typing, r.set.typingCond = true, cond
	} else if wider := either(r.set.typingCond, cond); !wider.Equal(r.set.typingCond) {
		r.set.typingCond = wider
		p.widened = true
	}
	p.lookUpAll(r, cond)
}

// needType lets a step wait for the types of a site's objects.
func (p *planner) needType(st *step, s *site, cond operation.Condition) {
	p.settleType(s, cond)
	if s.chosen.typed {
		st.needs(s.residency(s.chosen.typing).step)
	}
}

// common gives the entries of the site to which a field leads from objects of any
// of the site's types alike, and the wave of the earliest: where the types are not
// known, a composite part of a representation has to come from them.
func (c *choice) common(name string) (entries []entry, base int) {
	a := &c.av
	first := true
	for i, t := range c.s.types {
		if !a.reachable(i) {
			continue
		}
		others, from := a.inputBelow(i, a.p.field(t, name))
		for k := range others {
			others[k].wave += from
		}
		if first {
			entries, first = slices.Clone(others), false
			continue
		}
		entries = slices.DeleteFunc(entries, func(e entry) bool {
			return !slices.ContainsFunc(others, func(o entry) bool { return sameEntries([]entry{e}, []entry{o}) })
		})
	}
	base = never
	for i := range entries {
		base = min(base, entries[i].wave)
	}
	for i := range entries {
		entries[i].wave -= base
	}
	return entries, base
}

// joint tells whether objects of all types at a site of unknown types share the
// place to which a composite part of a representation leads: if what is common to
// all types is there as early as what objects of the type have.
func (c *choice) joint(f *querygraph.FieldSetField, t typeID) bool {
	if !c.av.blind || f.Types != nil {
		return false
	}
	k := slices.IndexFunc(c.joints, func(j joint) bool { return j.field == f })
	if k < 0 {
		entries, base := c.common(f.Name)
		w := c.av.p.gatherFrom(&c.av, c.av.p.field(t, f.Name), f, entries, base)
		k = len(c.joints)
		c.joints = append(c.joints, joint{f, w < never && w <= c.av.input(slices.Index(c.s.types, t), f)})
	}
	return c.joints[k].is
}

// locateInput is locate for a leaf of a representation. The answer stays the same
// whatever lookups the choice comes to make.
func (c *choice) locateInput(index int, id fieldID) (location, bool) {
	if !c.av.blind {
		return c.locateAs(index, id, (*availability).inputField)
	}
	for _, known := range c.fixed {
		if known.index == index && known.id == id {
			return known.at, true
		}
	}
	at, ok := c.locateAs(index, id, (*availability).inputField)
	if ok {
		c.fixed = append(c.fixed, fixed{index, id, at})
	}
	return at, ok
}

// fixed is where a choice takes a leaf of a representation from.
type fixed struct {
	index int
	id    fieldID
	at    location
}

// joint is what choice.joint has found out.
type joint struct {
	field *querygraph.FieldSetField
	is    bool
}

// all are the types of the objects that can stand at the site.
func (c *choice) all() (types []typeID) {
	for i, t := range c.s.types {
		if c.av.reachable(i) {
			types = append(types, t)
		}
	}
	return types
}

// restricted tells whether some of them are not among the given ones.
func (c *choice) restricted(types []typeID) bool {
	return slices.ContainsFunc(c.all(), func(t typeID) bool { return !slices.Contains(types, t) })
}

// refuseMixture refuses objects of an interface that an interface object of the same
// subgraph implements: some of them would tell their type and others not.
func (p *planner) refuseMixture(s *site, in *querygraph.FieldIn) {
	if !p.doors.any() || p.err != nil || p.graph.Types[in.Result].In(in.Graph).InterfaceObject {
		return
	}
	for _, o := range p.graph.InterfaceObjects {
		if o.Graph != in.Graph {
			continue
		}
		joins := p.graph.Supergraph.Types[o.Type].Joins
		k := slices.IndexFunc(joins, func(j supergraph.TypeJoin) bool { return j.Graph == o.Graph })
		if name := p.graph.Types[in.Result].Name; k >= 0 && slices.Contains(joins[k].Interfaces, name) {
			p.err = errorAt(CodeUnsupportedFeature, s.path, nil, "@interfaceObject: in subgraph %q, %q is an interface object and implements the interface %q; fields that return %q there are not planned",
				p.graph.Supergraph.Subgraphs[o.Graph].Name, p.graph.Types[o.Type].Name, name, name)
			return
		}
	}
}

// unitable tells whether two lookups of the same objects can be one: where there
// are interface objects, only if both are of objects of the same types.
func unitable(a, b *step) bool {
	if len(a.set.as) == 0 && len(b.set.as) == 0 && !a.set.blind && !b.set.blind {
		return true
	}
	return a.unaware == b.unaware && slices.Equal(a.set.types, b.set.types) && len(a.set.names(a.set.types)) == 1
}

// typenameSource tells where the types of a site's objects are to be had; no fetch
// if nothing depends on them.
func (p *planner) typenameSource(s *site) Source {
	from := s.primary
	if p.doors.opaque(from.at.graph) {
		if !s.chosen.typed || s.residency(s.chosen.typing) == nil {
			return Source{Fetch: NoFetch}
		}
		from = s.residency(s.chosen.typing)
	}
	return Source{Fetch: from.step.fetch, Key: "__typename"}
}

// sendsType tells whether a part of a representation, of objects whose types their
// entries do not tell, is sent with its type: if it is needed, or known in time where
// it is not sent by the interface's name anyway.
func (p *planner) sendsType(st *step, s *site, set *querygraph.FieldSet) bool {
	if !s.chosen.av.blind || conditionalSet(set) {
		return s.chosen.av.blind
	}
	named := set.Type == s.typ && p.graph.Types[s.typ].In(st.graph).InterfaceObject
	return !named && s.chosen.typed && s.wave+s.chosen.typing.wave < st.wave
}

// sentTypename tells where the "__typename" of a part of a representation comes
// from; it is not ok if none is sent, because nobody knows it. An interface object
// is sent by its own name, unless a requirement names the type. The step is nil for
// what is not a representation.
func (p *planner) sentTypename(st *step, s *site, parts []*querygraph.FieldSetField) (source Source, ok bool) {
	t := parts[0].Set.Type
	matters := slices.ContainsFunc(parts, func(f *querygraph.FieldSetField) bool { return conditionalSet(f.Set) })
	switch {
	case st != nil && !matters && t == s.typ && p.graph.Types[t].In(st.graph).InterfaceObject:
		return Source{Fetch: NoFetch}, true
	case p.doors.opaque(s.primary.at.graph) && (st == nil || !slices.Contains(st.told, s)):
		return Source{}, false
	}
	return p.typenameSource(s), true
}

// conditionalSet tells whether a field set depends on the objects' types.
func conditionalSet(set *querygraph.FieldSet) bool {
	return slices.ContainsFunc(set.Fields, func(f querygraph.FieldSetField) bool { return f.Types != nil || f.Name == "__typename" })
}

// distinct leaves out repetitions.
func distinct(fields []*querygraph.FieldSetField) (out []*querygraph.FieldSetField) {
	for _, f := range fields {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}
