package plan

import (
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// This file is about sites whose objects stand behind opaque doors: nobody knows
// their types until they have been looked up, by the name of the interface, in a
// subgraph that has the interface's types. A lookup in that wave or an earlier one
// is blind: all objects are sent alike. After it a lookup depends on the types.

// learn finds the wave in which the objects' types are known: when objects of all
// types stand in one subgraph by their own types.
func (a *availability) learn() {
	if !a.blind {
		return
	}
	for _, door := range a.graphs {
		if a.p.doors.opaque(door) {
			continue
		}
		if w := a.all(door); w < a.typed {
			a.typed, a.changed = w, true
		}
	}
}

// all is the wave in which objects of all types stand behind a door.
func (a *availability) all(door int) (wave int) {
	for i := range a.types {
		if a.reachable(i) {
			wave = max(wave, *a.wave(i, door))
		}
	}
	return wave
}

// unaware tells whether a lookup is blind.
func (a *availability) unaware(at location) bool { return a.blind && at.step && at.wave <= a.typed }

// blindKey is what availability.blindKey has found for a door.
type blindKey struct {
	door, wave int
	key        *querygraph.FieldSet
	of         typeID
}

// blindKey tells when objects of all the site's types can be looked up by the name
// of an interface, by which key, and of which interface. It is the same for all
// types, so that it is worked out once a round.
func (a *availability) blindKey(door int) (wave int, key *querygraph.FieldSet, of typeID) {
	for _, k := range a.blindKeys {
		if k.door == door {
			return k.wave, k.key, k.of
		}
	}
	wave, key, of = a.newBlindKey(door)
	a.blindKeys = append(a.blindKeys, blindKey{door, wave, key, of})
	return wave, key, of
}

func (a *availability) newBlindKey(door int) (wave int, key *querygraph.FieldSet, of typeID) {
	wave = never
	for _, in := range a.p.interfaces(a.types, a.entries, door) {
		keys := a.p.graph.Types[in].In(a.p.doors.subgraph(door)).Keys
		for k := range keys {
			if !keys[k].Resolvable {
				continue
			}
			w := 0
			for i := range a.types {
				if a.reachable(i) {
					w = max(w, a.inputSet(i, keys[k].Fields))
				}
			}
			if w < wave {
				wave, key, of = w, keys[k].Fields, in
			}
		}
	}
	return wave, key, of
}

// interfaces are those by whose name all objects of a site can be sent through a
// door.
func (p *planner) interfaces(types []typeID, entries []entry, door int) (out []typeID) {
	holds := func(possible []typeID) bool {
		return !slices.ContainsFunc(types, func(t typeID) bool { return !has(possible, t) })
	}
	if p.doors.opaque(door) {
		if in := p.doors.standIn(door).Type; holds(p.graph.Types[in].Possible) {
			out = append(out, in)
		}
		return out
	}
	for i := range entries {
		if !p.doors.opaque(entries[i].graph) {
			continue
		}
		in := p.doors.standIn(entries[i].graph).Type
		here := p.graph.Types[in].In(door)
		if here.Present && !here.InterfaceObject && holds(here.Possible) && !slices.Contains(out, in) {
			out = append(out, in)
		}
	}
	return out
}

// keyFor is by which key of which type an object is sent to a location.
func (a *availability) keyFor(index int, at location) (key *querygraph.FieldSet, of typeID) {
	switch {
	case a.unaware(at):
		_, key, of = a.blindKey(at.graph)
		return key, of
	case a.blind:
		_, key = a.typedKey(index, at.graph)
	default:
		_, key = a.key(index, at.graph)
	}
	return key, a.p.doors.as(at.graph, a.types[index])
}

// apart numbers the lookups by an interface's name that have to be told apart. All
// that is selected behind an opaque door is selected of objects of all types, with
// what it requires; so a field whose inputs are there earlier for some types than
// for others is looked up for each type by itself.
func (a *availability) apart(index int, f fieldID, at location) (variant int) {
	variant = at.variant * (len(a.types) + 1)
	name := a.p.graph.Fields[f].Definition.Name
	for i, t := range a.types {
		id := a.p.field(t, name)
		if id == noField || !a.reachable(i) {
			continue
		}
		other := requiring{i, id, at.graph}
		k := slices.IndexFunc(a.resolved, func(r resolved) bool { return r.requiring == other })
		if k < 0 || a.resolved[k].wave != at.wave {
			return variant + 1 + index
		}
	}
	return variant
}

// see notes that the types of a site's objects may have to be found out.
func (n *needs) see(wants []want) {
	n.blind = true
	matter := conditional(wants) || n.s.via != nil && slices.ContainsFunc(n.s.types, n.p.hides)
	for _, d := range n.s.demands {
		matter = matter || d.typename || len(d.types) < len(n.s.types) || n.gives(d)
	}
	if !matter {
		return
	}
	for i := range n.s.types {
		n.add(i, needed{id: querygraph.Typename})
	}
}

// hides tells whether clients cannot see a type.
func (p *planner) hides(t typeID) bool {
	return p.graph.Supergraph.API.Types[p.graph.Types[t].Name] == nil
}

// tells tells whether a lookup in a subgraph can find out the objects' types.
func (n *needs) tells(graph int) bool {
	return slices.ContainsFunc(n.p.interfaces(n.s.types, n.entries, graph), func(in typeID) bool {
		return slices.ContainsFunc(n.p.graph.Types[in].In(graph).Keys, func(k querygraph.Key) bool { return k.Resolvable })
	})
}

// conditional tells whether some of the wants are about objects of certain types
// only.
func conditional(wants []want) bool {
	return slices.ContainsFunc(wants, func(w want) bool { return w.field.Types != nil || w.field.Name == "__typename" })
}

// askAll looks at the client's fields with @requires on all of the site's types: an
// interface object has them for all.
func (c *choice) askAll() {
	p := c.av.p
	for _, graph := range c.av.graphs {
		if !p.doors.opaque(graph) {
			continue
		}
		s := p.doors.standIn(graph)
		for _, d := range c.s.demands {
			id := p.field(s.Type, d.field.Name)
			if id < 0 || p.graph.Fields[id].In(s.Graph).Requires == nil {
				continue
			}
			for i, t := range c.s.types {
				c.av.field(i, p.field(t, d.field.Name), graph)
			}
		}
	}
}

// markBlind adds objects of a type to a lookup at a site whose entries do not tell
// the types; those of all types to a blind one.
func (c *choice) markBlind(index int, st *lookup) {
	if !c.av.unaware(st.at) {
		c.typed = true
		st.types = append(st.types, index)
		key, _ := c.av.keyFor(index, st.at)
		c.useSet(index, key, st.at.wave-1)
		c.require(index, st)
		return
	}
	before := len(st.types)
	for i := range c.s.types {
		if c.av.reachable(i) && !slices.Contains(st.types, i) {
			st.types = append(st.types, i)
		}
	}
	key, _ := c.av.keyFor(index, st.at)
	for _, i := range st.types[before:] {
		c.useSet(i, key, st.at.wave-1)
		c.require(i, st)
	}
}

// widen notes that a field of an interface object requires inputs, for objects of
// all types that are sent there.
func (c *choice) widen(at location, f fieldID) {
	st, name := c.step(at), c.av.p.graph.Fields[f].Definition.Name
	if slices.Contains(st.requiring, name) {
		return
	}
	st.requiring = append(st.requiring, name)
	for _, i := range st.types {
		c.requireField(i, st, name)
	}
}

func (c *choice) require(index int, st *lookup) {
	for _, name := range st.requiring {
		c.requireField(index, st, name)
	}
}

func (c *choice) requireField(index int, st *lookup, name string) {
	if f := c.av.p.field(c.s.types[index], name); f != noField {
		c.useSet(index, c.av.p.doors.in(st.at.graph, f).Requires, st.at.wave-1)
	}
}

// tell chooses the response that tells the objects' types, if it depends on them
// what is shown or sent.
func (c *choice) tell(wants []want) *obstacle {
	if !c.av.blind || !c.typesMatter(wants) {
		return nil
	}
	for _, w := range wants {
		if w.field.Types != nil && c.av.typed > w.deadline {
			return &obstacle{c, w.typ, "__typename", nil}
		}
	}
	c.typed = true
	rank := 3
	for _, door := range c.av.graphs {
		if c.av.p.doors.opaque(door) || c.av.all(door) > c.av.typed || c.av.typed == never {
			continue
		}
		at, r := location{graph: door, wave: c.av.typed, step: slices.Contains(c.av.extra, door)}, 2
		switch {
		case !at.step:
			r = 0
		case c.taken(at):
			r = 1
		}
		if r < rank {
			rank, c.typing = r, at
		}
	}
	if rank == 3 {
		return &obstacle{c, c.s.types[0], "__typename", nil}
	}
	for i := range c.s.types {
		if c.av.reachable(i) {
			c.mark(i, c.typing, true)
		}
	}
	return nil
}

// typesMatter tells whether anything depends on the objects' types: what the
// client selects, where it comes from, or what is sent.
func (c *choice) typesMatter(wants []want) bool {
	if c.typed || conditional(wants) {
		return true
	}
	for i, t := range c.s.types {
		if c.s.via != nil && c.av.reachable(i) && c.av.p.hides(t) {
			return true
		}
	}
	for _, d := range c.s.demands {
		if d.typename || len(c.groups[d.index]) > 1 {
			return true
		}
		for i := range c.s.types {
			if c.av.reachable(i) && !slices.Contains(d.at, i) {
				return true
			}
		}
		first := -1
		for k, at := range c.leaves[d.index] {
			if at.graph < 0 {
				continue
			}
			if first >= 0 && at != c.leaves[d.index][first] {
				return true
			}
			first = k
		}
	}
	return false
}
