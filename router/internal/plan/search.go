package plan

import (
	"math"
	"math/bits"
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// The cost of a lookup grows with its wave so steeply that a plan with fewer
// waves always wins against one with fewer requests.
const (
	stepCost   = 1000
	waveFactor = 100
)

// exact tells how many optional subgraphs a site tries all subsets of; with more
// it keeps the most useful ones. The more places an operation has, the fewer: the
// number of ways to enter a site multiplies with those of the sites above it.
func (p *planner) exact() int {
	switch {
	case p.work <= 0:
		return 0
	case p.places <= 16:
		return 7
	case p.places <= 48:
		return 4
	case p.places <= 128:
		return 3
	}
	return 2
}

// want is a part of a representation that a site must supply.
type want struct {
	typ   typeID
	field *querygraph.FieldSetField
	// deadline is the last wave in which it may come.
	deadline int
}

// local is the best way to answer a site and all below it from given entries,
// or why there is none.
type local struct {
	choice *choice
	cost   float64
	// depth is the number of waves after the site's earliest entry, that one
	// excluded unless the site is a root.
	depth int
	// used tells which entries the choice reads.
	used []bool
	// takes are the contexts whose values come from above the site.
	takes []contextID
	why   *obstacle
}

// solve finds the subgraphs to enter at a site. Given in which subgraphs the
// objects stand, everything below is independent of the rest of the operation,
// so each site is solved once for each set of entries; sites where the same is
// selected share the solution, whose choice is that of any of them.
func (p *planner) solve(s *site, entries []entry, wants []want) *local {
	kind := 0
	switch {
	case s.sealed:
		kind = 2
	case s.root:
		kind = 1
	}
	p.key = appendInt(appendInt(p.key[:0], s.structure), kind)
	p.key = appendWants(appendSignature(p.key, entries), wants)
	if l, ok := p.solved[string(p.key)]; ok {
		return l
	}
	key := string(p.key)
	forced, optional := p.candidates(s, entries, wants)
	l := p.search(s, entries, wants, forced, optional)
	p.solved[key] = l
	return l
}

func appendWants(out []byte, wants []want) []byte {
	for _, w := range wants {
		out = appendText(appendInt(out, int(w.typ)), w.field.Name)
		out = appendText(out, argumentText(w.field.Arguments))
		set := 0
		if w.field.Set != nil {
			set = w.field.Set.ID + 1
		}
		out = appendInt(appendInt(out, set), w.deadline)
	}
	return out
}

func (p *planner) search(s *site, entries []entry, wants []want, forced, optional []int) *local {
	if most := p.exact(); len(optional) > most {
		best := p.subsets(s, entries, wants, forced, p.mostUseful(s, optional, most))
		if best.why == nil {
			return best
		}
		return p.drop(s, entries, wants, slices.Concat(forced, optional), optional)
	}
	return p.subsets(s, entries, wants, forced, optional)
}

// subsets tries the forced subgraphs with every choice of the optional ones,
// fewest first.
func (p *planner) subsets(s *site, entries []entry, wants []want, forced, optional []int) *local {
	var best *local
	least := float64(stepCost)
	if !s.root {
		least *= waveFactor
	}
	for size := 0; size <= len(optional); size++ {
		if best != nil && best.why == nil && float64(len(forced)+size)*least >= best.cost {
			break
		}
		for set := uint(0); set < 1<<len(optional); set++ {
			if bits.OnesCount(set) != size {
				continue
			}
			extra := append(p.mem.indices.take(len(forced) + size)[:0], forced...)
			for i, g := range optional {
				if set&(1<<i) != 0 {
					extra = append(extra, g)
				}
			}
			slices.Sort(extra)
			if l := p.evaluate(s, entries, extra, wants); best == nil || l.better(best) || l.why != nil && best.why != nil {
				best = l // of several obstacles the last is the one that no choice overcomes
			}
		}
	}
	return best
}

// mostUseful keeps the subgraphs that answer most of what is selected at the
// site: what they answer completely counts more than what they begin.
func (p *planner) mostUseful(s *site, optional []int, most int) []int {
	score := func(graph int) (n int) {
		for _, d := range s.demands {
			for k, t := range d.types {
				id := d.ids[k]
				if id == noField || d.typename || !p.plain(graph, t, id, nil) {
					continue
				}
				n++
				if d.composite() && p.resolvesSelection(d.field.Selections, p.doors.result(graph, id), p.doors.resultTypes(graph, id), p.doors.below(graph, t, id, nil)) {
					n += 10
				}
			}
		}
		return n
	}
	out := slices.Clone(optional)
	slices.SortStableFunc(out, func(a, b int) int { return score(b) - score(a) })
	return out[:min(most, len(out))]
}

// drop starts with all subgraphs and leaves out those without which it is no
// worse: not always the best choice, but a choice if there is one.
func (p *planner) drop(s *site, entries []entry, wants []want, all, optional []int) *local {
	slices.Sort(all)
	best := p.evaluate(s, entries, all, wants)
	if best.why != nil {
		return best
	}
	for _, g := range slices.Backward(optional) {
		if p.work <= 0 {
			break
		}
		fewer := slices.DeleteFunc(slices.Clone(all), func(o int) bool { return o == g })
		if l := p.evaluate(s, entries, fewer, wants); l.why == nil && l.cost <= best.cost {
			all, best = fewer, l
		}
	}
	return best
}

func (l *local) better(than *local) bool {
	if l.why != nil || than.why != nil {
		return l.why == nil
	}
	if l.cost != than.cost {
		return l.cost < than.cost
	}
	return len(l.choice.av.extra) < len(than.choice.av.extra)
}

// candidates are the subgraphs other than the entries that can help at a site.
// Without the forced ones the site cannot be answered.
func (p *planner) candidates(s *site, entries []entry, wants []want) (forced, optional []int) {
	if s.sealed {
		return nil, nil
	}
	n := &needs{p: p, s: s, entries: entries, fields: p.mem.needs.take(len(s.types))}
	for _, d := range s.demands {
		if d.typename {
			continue
		}
		for k, i := range d.at {
			n.add(i, needed{id: d.ids[k], demand: d})
		}
		n.addContexts(d)
	}
	for _, w := range wants {
		if i := slices.Index(s.types, w.typ); i >= 0 {
			n.add(i, needed{id: p.input(w.typ, w.field), set: w.field.Set})
		}
	}
	if p.doors.any() && slices.ContainsFunc(entries, func(e entry) bool { return p.doors.opaque(e.graph) }) {
		n.see(wants)
	}
	n.close()
	for _, g := range n.graphs {
		if n.forces(g) {
			forced = append(forced, g)
		} else {
			optional = append(optional, g)
		}
	}
	return forced, optional
}

// needs collects the fields that are wanted at a site, and the subgraphs that
// have them, until keys and requirements bring no more.
type needs struct {
	p       *planner
	s       *site
	entries []entry
	fields  [][]needed // by index of the site's types
	graphs  []int
	// blind says that some entry is opaque: the types may have to be found out.
	blind bool
}

type needed struct {
	id     fieldID
	demand *demand              // what the client selects, or
	set    *querygraph.FieldSet // the parts that a representation needs
}

// add notes a field unless the earliest entry has all of it.
func (n *needs) add(index int, f needed) {
	if slices.Contains(n.fields[index], f) || n.satisfied(index, f) {
		return
	}
	n.fields[index] = append(n.fields[index], f)
}

func (n *needs) satisfied(index int, f needed) bool {
	t, id := n.s.types[index], f.id
	if id == noField {
		return true
	}
	earliest := never
	for i := range n.entries {
		if e := &n.entries[i]; slices.Contains(e.possible, t) {
			earliest = min(earliest, e.wave)
		}
	}
	for i := range n.entries {
		e := &n.entries[i]
		if e.wave != earliest || !slices.Contains(e.possible, t) || !n.p.plain(e.graph, t, id, e.provided) {
			continue
		}
		if id == querygraph.Typename || f.set == nil && (f.demand == nil || !f.demand.composite()) {
			return true
		}
		door, types, below := n.p.doors.result(e.graph, id), n.p.doors.resultTypes(e.graph, id), n.p.doors.below(e.graph, t, id, e.provided)
		if f.set != nil && n.p.resolvesSet(f.set, door, types, below) ||
			f.demand != nil && n.p.resolvesSelection(f.demand.field.Selections, door, types, below) {
			return true
		}
	}
	return false
}

// plain tells whether the subgraph resolves the field without inputs.
func (p *planner) plain(graph int, t typeID, f fieldID, provided querygraph.Provided) bool {
	if !p.doors.resolves(graph, t, f, provided) {
		return false
	}
	if f == querygraph.Typename {
		return true
	}
	in := p.doors.in(graph, f)
	return in.Requires == nil && len(in.Context) == 0 || in.External
}

func (n *needs) close() {
	for changed := true; changed; {
		changed = false
		before := n.count()
		for graph := range n.p.doors.count {
			isEntry := n.isEntry(graph)
			helps := false
			for index, t := range n.s.types {
				helps = n.visit(graph, index, t, isEntry) || helps
			}
			if helps && !isEntry && !slices.Contains(n.graphs, graph) {
				n.graphs = append(n.graphs, graph)
				changed = true
			}
		}
		changed = changed || n.count() != before
	}
	slices.Sort(n.graphs)
}

func (n *needs) isEntry(graph int) bool {
	for i := range n.entries {
		if n.entries[i].graph == graph {
			return true
		}
	}
	return false
}

// enters tells whether objects of the type can stand in one of the entries.
func (n *needs) enters(t typeID) bool {
	for i := range n.entries {
		if slices.Contains(n.entries[i].possible, t) {
			return true
		}
	}
	return false
}

func (n *needs) count() (total int) {
	for _, f := range n.fields {
		total += len(f)
	}
	return total
}

// visit tells whether the subgraph resolves a needed field of the type, and
// notes what has to be known to ask it.
func (n *needs) visit(graph, index int, t typeID, isEntry bool) (helps bool) {
	g := &n.p.doors
	rooted := n.s.root && len(n.entries) == 0
	in := g.typeIn(graph, t)
	if !in.Present || !rooted && !n.enters(t) {
		return false
	}
	keyed := n.p.reenters(t, graph) || slices.ContainsFunc(in.Keys, func(k querygraph.Key) bool { return k.Resolvable })
	if !isEntry && !rooted && !keyed {
		return false
	}
	asks := !isEntry && !rooted
	for _, f := range n.fields[index] { // what is added meanwhile waits for the next round
		id := f.id
		if !g.resolves(graph, t, id, nil) || id == querygraph.Typename && n.blind && !n.tells(graph) {
			continue
		}
		helps = true
		if id == querygraph.Typename {
			continue
		}
		in := g.in(graph, id)
		if in.Requires != nil {
			n.addSet(index, in.Requires)
		}
		asks = asks || in.Requires != nil || len(in.Context) > 0
	}
	if helps && asks {
		for _, k := range in.Keys {
			if k.Resolvable {
				n.addSet(index, k.Fields)
			}
		}
		if n.blind && !g.opaque(graph) {
			n.add(index, needed{id: querygraph.Typename})
		}
	}
	return helps
}

func (n *needs) addSet(index int, set *querygraph.FieldSet) {
	for i := range set.Fields {
		if f := &set.Fields[i]; f.On(n.s.types[index]) {
			n.add(index, needed{id: n.p.input(n.s.types[index], f), set: f.Set})
		}
	}
}

// forces tells whether only this subgraph has a field that the client selects.
func (n *needs) forces(graph int) bool {
	g := &n.p.doors
	for index, t := range n.s.types {
		for _, f := range n.fields[index] {
			if f.demand == nil || !g.resolves(graph, t, f.id, nil) {
				continue
			}
			others := slices.ContainsFunc(n.graphs, func(o int) bool { return o != graph && g.resolves(o, t, f.id, nil) })
			for i := range n.entries {
				e := &n.entries[i]
				others = others || slices.Contains(e.possible, t) && g.resolves(e.graph, t, f.id, e.provided)
			}
			if !others && (len(n.entries) == 0 || n.enters(t)) {
				return true
			}
		}
	}
	return false
}

// gather tells in which wave a representation's composite field can be had when
// its parts have to come from several subgraphs.
func (p *planner) gather(a *availability, index int, f *querygraph.FieldSetField) int {
	if a.depth >= maxGather {
		return never
	}
	id := p.input(a.types[index], f)
	entries, base := a.inputBelow(index, id)
	return p.gatherFrom(a, id, f, entries, base)
}

// gatherFrom is gather for objects that stand in certain entries.
func (p *planner) gatherFrom(a *availability, id fieldID, f *querygraph.FieldSetField, entries []entry, base int) int {
	if len(entries) == 0 {
		return never
	}
	s := &site{typ: f.Set.Type, types: p.graph.CommonResultTypes(id)}
	wants := wantsOf(f.Set, s.types, never)
	forced, optional := p.candidates(s, entries, wants)
	b := p.availability(s.types, entries, slices.Concat(forced, optional), false, a.depth+1)
	latest := 0
	b.settle(func() { latest = b.wants(wants) })
	latest = b.wants(wants)
	if conditional(wants) {
		latest = max(latest, b.typed)
	}
	if latest == never {
		return never
	}
	return base + latest
}

// maxGather bounds how deep keys may need keys of other objects to be known.
const maxGather = 8

// wants tells when the last of the wants can be had.
func (a *availability) wants(wants []want) (latest int) {
	for _, w := range wants {
		i := slices.Index(a.types, w.typ)
		if i < 0 || !a.reachable(i) {
			continue
		}
		latest = max(latest, a.input(i, w.field))
	}
	return latest
}

// reachable tells whether objects of types[index] can occur at all.
func (a *availability) reachable(index int) bool {
	row := len(a.graphs)
	return slices.ContainsFunc(a.waves[index*row:(index+1)*row], func(w int) bool { return w < never })
}

// wantsOf are the fields of a set on each of the types.
func wantsOf(set *querygraph.FieldSet, types []typeID, deadline int) []want {
	var out []want
	for i := range set.Fields {
		for _, t := range types {
			if set.Fields[i].On(t) {
				out = append(out, want{typ: t, field: &set.Fields[i], deadline: deadline})
			}
		}
	}
	return out
}

func power(wave int) float64 { return math.Pow(waveFactor, float64(wave)) }
