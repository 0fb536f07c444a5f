package plan

import (
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// choice is one way to answer a site: which lookups are made, and which of the
// responses supplies which field.
type choice struct {
	s       *site
	entries []entry
	av      availability
	result  local
	// leaves holds a location for each of a demand's types, groups where its
	// objects stand, by the demand's index.
	leaves [][]location
	groups [][]group
	steps  []*lookup
	inputs []want // composite parts of representations
	// typed says that the objects' types matter where no entry tells them; typing is
	// the response that tells them then.
	typed  bool
	typing location
	joints []joint
	fixed  []fixed
}

// group is the object types whose objects of a composite field stand in the same
// responses; they share one child site.
type group struct {
	types   []typeID
	entries []entry
	// base is the wave of the earliest entry, in the parent's count.
	base  int
	site  *site
	local *local
}

// lookup is a step: objects of some types are looked up in a subgraph.
type lookup struct {
	at    location
	types []int // indices of the site's types
	// hard says that something waits for the step's fields.
	hard bool
	// requiring are the fields with @requires that an interface object has.
	requiring []string
}

// evaluate works out the best choice for a set of subgraphs to enter. Where a
// subgraph is entered twice, it also tries to enter it once, later.
func (p *planner) evaluate(s *site, entries []entry, extra []int, wants []want) *local {
	var delays []delay
	best := p.evaluateWith(s, entries, extra, wants, nil)
	for again := !s.root && best.why == nil; again; {
		again = false
		for _, d := range best.choice.twice() {
			if p.work <= 0 {
				break
			}
			more := append(slices.Clip(delays), d)
			if l := p.evaluateWith(s, entries, extra, wants, more); l.why == nil && l.cost < best.cost {
				best, delays, again = l, more, true
				break
			}
		}
	}
	return best
}

// twice lists the steps that could be part of a later one in the same subgraph,
// if it were not for what waits for them.
func (c *choice) twice() []delay {
	var out []delay
	for _, st := range c.steps {
		if *c.av.wave(st.types[0], st.at.graph) != st.at.wave {
			continue // it is made for a field with @requires
		}
		next := never
		for _, o := range c.steps {
			if o.at.graph == st.at.graph && o.at.wave > st.at.wave {
				next = min(next, o.at.wave)
			}
		}
		if next < never {
			out = append(out, delay{st.at.graph, next})
		}
	}
	return out
}

// evaluateWith works out the best choice that respects delays.
func (p *planner) evaluateWith(s *site, entries []entry, extra []int, wants []want, delays []delay) *local {
	if !p.spend() {
		return &local{why: &obstacle{}} // whatever the reason, New returns the context's error
	}
	c := p.mem.choices.one()
	c.s, c.entries = s, entries
	c.leaves, c.groups = p.mem.leaves.take(len(s.demands)), p.mem.groups.take(len(s.demands))
	c.av = p.availability(s.types, entries, extra, s.root && len(entries) == 0, 0)
	c.av.delays = delays
	c.av.settle(func() { c.ask(wants) })
	l := &c.result
	l.choice, l.used = c, p.mem.bools.take(len(entries))
	for _, w := range wants {
		i := slices.Index(s.types, w.typ)
		if i < 0 || !c.av.reachable(i) {
			continue
		}
		if c.av.input(i, w.field) > w.deadline {
			l.why = &obstacle{c, w.typ, w.field.Name, nil}
			return l
		}
		c.useInput(i, w.field, w.deadline)
	}
	for _, d := range s.demands {
		if d.typename {
			continue
		}
		if l.why = c.supply(d, l); l.why != nil {
			return l
		}
	}
	if l.why = c.tell(wants); l.why != nil {
		return l
	}
	c.fold()
	for k, st := range c.steps {
		if c.shared(k) {
			continue
		}
		l.cost += stepCost * power(st.at.wave)
		l.depth = max(l.depth, st.at.wave+1)
	}
	return l
}

// ask makes the availability look at every field that the site needs.
func (c *choice) ask(wants []want) {
	c.av.wants(wants)
	for _, d := range c.s.demands {
		for k, i := range d.at {
			for _, graph := range c.av.graphs {
				c.av.field(i, d.ids[k], graph)
			}
		}
		c.askContexts(d)
	}
	if c.av.p.doors.any() {
		c.askAll()
	}
}

// supply chooses where a demand's values come from.
func (c *choice) supply(d *demand, l *local) *obstacle {
	if d.composite() {
		return c.descend(d, l)
	}
	locations := c.av.p.mem.locations.take(len(d.types))
	for k, i := range d.at {
		locations[k].graph = -1
		if !c.av.reachable(i) && !c.av.root {
			continue // no such object can stand here
		}
		at, ok := c.locate(i, d.ids[k])
		if !ok {
			return &obstacle{c, d.types[k], d.field.Name, d}
		}
		locations[k] = at
		c.use(i, d.ids[k], at, false)
	}
	c.leaves[d.index] = locations
	return nil
}

// descend groups the object types by the responses in which a composite demand
// stands, and solves the child site of each group.
func (c *choice) descend(d *demand, l *local) *obstacle {
	p := c.av.p
	groups, obstacle := c.group(d)
	if obstacle != nil {
		return obstacle
	}
	for k := range groups {
		g := &groups[k]
		g.site = p.child(c.s, d, g.types)
		g.local = p.solve(g.site, g.entries, nil)
		if g.local.why != nil {
			return g.local.why
		}
		l.cost += power(g.base) * g.local.cost
		l.depth = max(l.depth, g.base+g.local.depth)
		c.useEntries(d, g)
		c.take(g)
	}
	c.groups[d.index] = groups
	return nil
}

// group puts a demand's types together whose objects stand in the same responses.
func (c *choice) group(d *demand) (groups []group, why *obstacle) {
	mem := &c.av.p.mem
	for k, i := range d.at {
		if !c.av.reachable(i) && !c.av.root {
			continue
		}
		entries, base := c.av.below(i, d.ids[k])
		if len(entries) == 0 {
			return nil, &obstacle{c, d.types[k], d.field.Name, d}
		}
		c.give(i, d.ids[k], d, entries, base)
		g := slices.IndexFunc(groups, func(g group) bool { return g.base == base && sameEntries(g.entries, entries) })
		if g < 0 {
			types := append(mem.types.take(len(d.at) - k)[:0], d.types[k])
			if groups == nil {
				groups = mem.groupLists.take(1)[:0]
			}
			groups = append(groups, group{types: types, entries: entries, base: base})
			continue
		}
		groups[g].types = append(groups[g].types, d.types[k])
		for e := range entries {
			groups[g].entries[e].possible = union(groups[g].entries[e].possible, entries[e].possible)
		}
	}
	return groups, nil
}

// useEntries marks the responses that a group's child reads, at least one.
func (c *choice) useEntries(d *demand, g *group) {
	some := slices.Contains(g.local.used, true)
	for e := range g.entries {
		if g.local.used[e] || !some && g.entries[e].wave == 0 {
			some = true
			for _, t := range g.types {
				k := slices.Index(d.types, t)
				c.use(d.at[k], d.ids[k], g.entries[e].from, true)
			}
		}
	}
}

// sameEntries leaves the possible types out: they are united.
func sameEntries(a, b []entry) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := &a[i], &b[i]
		if x.graph != y.graph || x.wave != y.wave || x.from.step != y.from.step || !slices.Equal(x.provided, y.provided) || !x.contexts.equal(y.contexts) {
			return false
		}
	}
	return true
}

func union(a, b []typeID) []typeID {
	if !slices.ContainsFunc(b, func(t typeID) bool { return !slices.Contains(a, t) }) {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// taken tells whether a location is used already.
func (c *choice) taken(at location) bool {
	return c.step(at) != nil
}

// use marks a field's location and what it takes to have it there.
func (c *choice) use(index int, id fieldID, at location, hard bool) {
	c.mark(index, at, hard)
	if !at.step || !c.av.requires(id, at.graph) {
		return
	}
	if c.av.p.doors.opaque(at.graph) {
		c.widen(at, id)
		return
	}
	in := c.av.p.graph.Fields[id].In(at.graph)
	if in.Requires != nil {
		c.useSet(index, in.Requires, at.wave-1)
	}
	for _, a := range in.Context {
		c.result.takes = appendNew(c.result.takes, a.Value)
	}
}

// step gives the lookup that is a location, or nil if the choice makes none.
func (c *choice) step(at location) *lookup {
	for _, st := range c.steps {
		if st.at == at {
			return st
		}
	}
	return nil
}

func (c *choice) mark(index int, at location, hard bool) {
	if !at.step {
		for i := range c.entries {
			if c.entries[i].graph == at.graph {
				c.result.used[i] = true
			}
		}
		return
	}
	st := c.step(at)
	if st == nil {
		st = c.av.p.mem.lookups.one()
		st.at = at
		c.steps = append(c.steps, st)
	}
	st.hard = st.hard || hard
	if slices.Contains(st.types, index) {
		return
	}
	if c.av.blind {
		c.markBlind(index, st)
		return
	}
	st.types = append(st.types, index)
	if c.av.root {
		return
	}
	if _, key := c.av.key(index, at.graph); key != nil {
		c.useSet(index, key, at.wave-1)
	}
	if len(st.requiring) > 0 {
		c.require(index, st)
	}
}

func (c *choice) useSet(index int, set *querygraph.FieldSet, deadline int) {
	for i := range set.Fields {
		if f := &set.Fields[i]; f.On(c.s.types[index]) {
			c.useInput(index, f, deadline)
		}
	}
}

// useInput marks the locations of a part of a representation.
func (c *choice) useInput(index int, f *querygraph.FieldSetField, deadline int) {
	t := c.s.types[index]
	id := c.av.p.input(t, f)
	if f.Set == nil {
		if at, ok := c.locateInput(index, id); ok {
			c.use(index, id, at, true)
		}
		return
	}
	k := slices.IndexFunc(c.inputs, func(w want) bool { return w.typ == t && w.field == f })
	if k >= 0 {
		c.inputs[k].deadline = min(c.inputs[k].deadline, deadline)
		return
	}
	c.inputs = append(c.inputs, want{typ: t, field: f, deadline: deadline})
	var best location
	best.wave = never
	for _, graph := range c.av.graphs {
		if w := c.av.inputField(index, id, graph); w < best.wave && c.av.whole(index, f, graph) {
			best = c.av.location(index, id, graph)
		}
	}
	if best.wave < never {
		c.use(index, id, best, true)
		return
	}
	for _, graph := range c.av.graphs {
		if c.av.inputField(index, id, graph) <= deadline {
			c.use(index, id, c.av.location(index, id, graph), true)
		}
	}
}

// fold moves leaves from a lookup that nothing waits for into a later lookup of
// the same objects in the same subgraph.
func (c *choice) fold() {
	for k := 0; k < len(c.steps); k++ {
		st := c.steps[k]
		if st.hard || c.av.root {
			continue
		}
		later := slices.IndexFunc(c.steps, func(o *lookup) bool {
			return o.at.graph == st.at.graph && o.at.wave > st.at.wave && o.at.variant == st.at.variant &&
				!slices.ContainsFunc(st.types, func(i int) bool { return !slices.Contains(o.types, i) })
		})
		if later < 0 {
			continue
		}
		for _, locations := range c.leaves {
			for i := range locations {
				if locations[i] == st.at {
					locations[i] = c.steps[later].at
				}
			}
		}
		c.steps = slices.Delete(c.steps, k, k+1)
		k--
	}
}
