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
	av      *availability
	// leaves holds a location for each of a demand's types, groups where its
	// objects stand, by the demand's index.
	leaves [][]location
	groups [][]group
	steps  []*lookup
	used   []bool // by entry
	inputs []want // composite parts of representations
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
		if c.av.wave[st.types[0]][st.at.graph] != st.at.wave {
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
	c := &choice{
		s: s, entries: entries, used: make([]bool, len(entries)),
		leaves: make([][]location, len(s.demands)), groups: make([][]group, len(s.demands)),
	}
	c.av = p.availability(s.types, entries, extra, s.root && len(entries) == 0, 0)
	c.av.delays = delays
	c.av.settle(func() { c.ask(wants) })
	l := &local{choice: c, used: c.used}
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
	c.fold()
	for _, st := range c.steps {
		l.cost += stepCost * power(st.at.wave)
		l.depth = max(l.depth, st.at.wave+1)
	}
	return l
}

// ask makes the availability look at every field that the site needs.
func (c *choice) ask(wants []want) {
	c.av.wants(wants)
	for _, d := range c.s.demands {
		for _, t := range d.types {
			i := slices.Index(c.s.types, t)
			for graph := range c.av.wave[i] {
				c.av.field(i, d.field.Name, graph)
			}
		}
	}
}

// supply chooses where a demand's values come from.
func (c *choice) supply(d *demand, l *local) *obstacle {
	if d.composite() {
		return c.descend(d, l)
	}
	locations := make([]location, len(d.types))
	for k, t := range d.types {
		i := slices.Index(c.s.types, t)
		locations[k].graph = -1
		if !c.av.reachable(i) && !c.av.root {
			continue // no such object can stand here
		}
		at, ok := c.av.locate(i, d.field.Name, c.taken)
		if !ok {
			return &obstacle{c, t, d.field.Name, d}
		}
		locations[k] = at
		c.use(i, d.field.Name, at, false)
	}
	c.leaves[d.index] = locations
	return nil
}

// descend groups the object types by the responses in which a composite demand
// stands, and solves the child site of each group.
func (c *choice) descend(d *demand, l *local) *obstacle {
	p := c.av.p
	var keys []string
	var groups []group
	for _, t := range d.types {
		i := slices.Index(c.s.types, t)
		if !c.av.reachable(i) && !c.av.root {
			continue
		}
		entries, base := c.av.below(i, d.field.Name)
		if len(entries) == 0 {
			return &obstacle{c, t, d.field.Name, d}
		}
		key := groupKey(entries, base)
		k := slices.Index(keys, key)
		if k < 0 {
			keys = append(keys, key)
			groups = append(groups, group{types: []typeID{t}, entries: entries, base: base})
			continue
		}
		groups[k].types = append(groups[k].types, t)
		for e := range entries {
			groups[k].entries[e].possible = union(groups[k].entries[e].possible, entries[e].possible)
		}
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
		c.useEntries(d.field.Name, g)
	}
	c.groups[d.index] = groups
	return nil
}

// useEntries marks the responses that a group's child reads, at least one.
func (c *choice) useEntries(name string, g *group) {
	some := slices.Contains(g.local.used, true)
	for e := range g.entries {
		if g.local.used[e] || !some && g.entries[e].wave == 0 {
			some = true
			for _, t := range g.types {
				c.use(slices.Index(c.s.types, t), name, g.entries[e].from, true)
			}
		}
	}
}

// groupKey leaves the possible types out: they are united.
func groupKey(entries []entry, base int) string {
	var out []byte
	for i := range entries {
		e := entries[i]
		e.possible = nil
		out = appendSignature(out, []entry{e})
	}
	return string(appendInt(append(out, '/'), base))
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
	return slices.ContainsFunc(c.steps, func(s *lookup) bool { return s.at == at })
}

// use marks a field's location and what it takes to have it there.
func (c *choice) use(index int, name string, at location, hard bool) {
	c.mark(index, at, hard)
	if !at.step {
		return
	}
	id, _ := c.av.p.graph.Field(c.s.types[index], name)
	if !c.av.requires(id, at.graph) {
		return
	}
	required := c.av.p.graph.Fields[id].In(at.graph).Requires
	for i := range required.Fields {
		if f := &required.Fields[i]; f.On(c.s.types[index]) {
			c.useInput(index, f, at.wave-1)
		}
	}
}

func (c *choice) mark(index int, at location, hard bool) {
	if !at.step {
		for i := range c.entries {
			if c.entries[i].graph == at.graph {
				c.used[i] = true
			}
		}
		return
	}
	k := slices.IndexFunc(c.steps, func(s *lookup) bool { return s.at == at })
	if k < 0 {
		k = len(c.steps)
		c.steps = append(c.steps, &lookup{at: at})
	}
	st := c.steps[k]
	st.hard = st.hard || hard
	if slices.Contains(st.types, index) {
		return
	}
	st.types = append(st.types, index)
	if c.av.root {
		return
	}
	if _, key := c.av.key(index, at.graph); key >= 0 {
		c.useSet(index, c.av.p.graph.Types[c.s.types[index]].In(at.graph).Keys[key].Fields, at.wave-1)
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
	if f.Set == nil {
		if at, ok := c.av.locate(index, f.Name, c.taken); ok {
			c.use(index, f.Name, at, true)
		}
		return
	}
	t := c.s.types[index]
	k := slices.IndexFunc(c.inputs, func(w want) bool { return w.typ == t && w.field == f })
	if k >= 0 {
		c.inputs[k].deadline = min(c.inputs[k].deadline, deadline)
		return
	}
	c.inputs = append(c.inputs, want{typ: t, field: f, deadline: deadline})
	var best location
	best.wave = never
	for graph := range c.av.wave[index] {
		if w := c.av.field(index, f.Name, graph); w < best.wave && c.av.whole(index, f, graph) {
			best = c.av.location(index, f.Name, graph)
		}
	}
	if best.wave < never {
		c.use(index, f.Name, best, true)
		return
	}
	for graph := range c.av.wave[index] {
		if c.av.field(index, f.Name, graph) <= deadline {
			c.use(index, f.Name, c.av.location(index, f.Name, graph), true)
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
