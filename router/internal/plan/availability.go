package plan

import (
	"encoding/binary"
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// never is the wave of what cannot be had.
const never = 1 << 20

// entry is a door behind which a site's objects stand, a subgraph in whose responses a site's objects stand because it
// resolves the field that leads to the site.
type entry struct {
	graph int
	// wave is when the response is there, counted from the earliest entry.
	wave     int
	provided querygraph.Provided
	// possible are the object types of the objects in it, sorted.
	possible []typeID
	// from is the parent's location that holds the field.
	from location
	// contexts is nil unless contextual arguments are concerned.
	contexts *entryContexts
}

// location is a response that holds a site's objects: an entry, or a step (a
// lookup of the objects by their keys) in a wave.
type location struct {
	graph, wave int
	step        bool
	// variant tells lookups apart that send one field with different arguments.
	variant int
}

// availability tells when a set of subgraphs has which fields of a site's
// objects. Waves only ever fall while it is computed, so the fixpoint is the
// earliest possible; what waits for itself stays at never.
type availability struct {
	p       *planner
	types   []typeID
	entries []entry
	extra   []int
	// graphs are the entries' and the extra ones, sorted: no others have anything.
	graphs []int
	root   bool
	depth  int
	// delays are graphs that are not to be entered before a wave, though they
	// could: what is looked up there anyway can then be one lookup.
	delays []delay
	// waves tell when an object of a type stands in a response of one of the graphs:
	// a row of as many as there are graphs for each type.
	waves []int
	// resolved are the fields with @requires that somebody asked for.
	resolved []resolved
	// inputs are the composite parts of representations that somebody asked for.
	inputs  []inputWave
	changed bool
	// blind says that some entry is opaque; typed is the wave in which the objects'
	// types are known, 0 unless that is so.
	blind bool
	typed int
	// blindKeys are those that somebody asked for.
	blindKeys []blindKey
}

// delay says that a subgraph is not entered before a wave.
type delay struct{ graph, wave int }

// requiring is a field with @requires of an object of types[index].
type requiring struct {
	index int
	field fieldID
	graph int
}

// resolved says when such a field is there.
type resolved struct {
	requiring
	wave int
}

// inputWave says when a composite part of the representations of types[index] is
// there.
type inputWave struct {
	index, wave int
	set         *querygraph.FieldSet
}

// availability begins with what is there before anything is looked up.
func (p *planner) availability(types []typeID, entries []entry, extra []int, root bool, depth int) availability {
	a := availability{p: p, types: types, entries: entries, extra: extra, root: root, depth: depth}
	p.indices = append(p.indices[:0], extra...)
	for i := range entries {
		if g := entries[i].graph; !slices.Contains(p.indices, g) {
			p.indices = append(p.indices, g)
		}
	}
	if p.doors.any() && slices.ContainsFunc(entries, func(e entry) bool { return p.doors.opaque(e.graph) }) {
		a.blind, a.typed = true, never
	}
	slices.Sort(p.indices)
	a.graphs = p.mem.indices.keep(p.indices)
	a.waves = p.mem.indices.take(len(types) * len(a.graphs))
	for i := range a.waves {
		a.waves[i] = never
	}
	for i, t := range types {
		for k := range entries {
			if e := &entries[k]; slices.Contains(e.possible, t) {
				*a.wave(i, e.graph) = e.wave
			}
		}
		for _, g := range extra {
			if root {
				*a.wave(i, g) = 0
			}
		}
	}
	return a
}

// wave is when an object of types[index] stands in a response of one of the
// graphs.
func (a *availability) wave(index, graph int) *int {
	return &a.waves[index*len(a.graphs)+slices.Index(a.graphs, graph)]
}

// settle computes the fixpoint; ask looks at everything that is wanted, so that
// fields with @requires are known before it ends.
func (a *availability) settle(ask func()) {
	for a.changed = true; a.changed; {
		a.changed = false
		a.inputs, a.blindKeys = a.inputs[:0], a.blindKeys[:0] // they depend on the waves
		a.learn()
		for i := range a.types {
			for _, g := range a.extra {
				if a.root {
					continue
				}
				w, _ := a.key(i, g)
				if w == never {
					continue
				}
				w++
				for _, d := range a.delays {
					if d.graph == g {
						w = max(w, d.wave)
					}
				}
				if there := a.wave(i, g); w < *there {
					*there, a.changed = w, true
				}
			}
		}
		ask()
		for k := 0; k < len(a.resolved); k++ { // asking for inputs may add to them
			if w := a.resolve(a.resolved[k].requiring); w < a.resolved[k].wave {
				a.resolved[k].wave, a.changed = w, true
			}
		}
	}
}

// resolve tells when a field with @requires or contextual arguments can be had: a
// wave after its inputs and a key.
func (a *availability) resolve(r requiring) int {
	w, _ := a.key(r.index, r.graph)
	if a.blind && !a.p.doors.opaque(r.graph) { // a blind lookup would send no inputs for other types
		w, _ = a.typedKey(r.index, r.graph)
	}
	in := a.p.doors.in(r.graph, r.field)
	w = max(w, a.given(in.Context, r.graph))
	if in.Requires != nil {
		for i := range in.Requires.Fields {
			if f := &in.Requires.Fields[i]; f.On(a.types[r.index]) {
				w = max(w, a.input(r.index, f))
			}
		}
	}
	return min(w+1, never)
}

// key tells when an object can be looked up in a subgraph, and by which of its
// keys there. The Query object needs none: key is nil then.
func (a *availability) key(index, graph int) (wave int, key *querygraph.FieldSet) {
	if a.p.reenters(a.types[index], graph) && a.reachable(index) {
		return 0, nil
	}
	wave, key = a.typedKey(index, graph)
	if a.blind {
		if w, k, _ := a.blindKey(graph); w < wave {
			return w, k
		}
	}
	return wave, key
}

// typedKey is key for an object whose type is known.
func (a *availability) typedKey(index, graph int) (wave int, key *querygraph.FieldSet) {
	wave = never
	keys := a.p.doors.typeIn(graph, a.types[index]).Keys
	for k := range keys {
		if !keys[k].Resolvable {
			continue
		}
		if w := max(a.typed, a.inputSet(index, keys[k].Fields)); w < wave {
			wave, key = w, keys[k].Fields
		}
	}
	return wave, key
}

// inputSet tells when all of a field set can be had.
func (a *availability) inputSet(index int, set *querygraph.FieldSet) (wave int) {
	for i := range set.Fields {
		if f := &set.Fields[i]; f.On(a.types[index]) {
			wave = max(wave, a.input(index, f))
		}
	}
	return wave
}

// reenters tells whether objects of the type can be had in a subgraph without a
// key, because they are its Query object.
func (p *planner) reenters(t typeID, graph int) bool {
	return !p.doors.opaque(graph) && p.graph.Types[t].Name == p.graph.Supergraph.Schema.Query.Name && p.graph.Types[t].In(graph).Present
}

func (a *availability) provided(graph int) querygraph.Provided {
	for i := range a.entries {
		if a.entries[i].graph == graph {
			return a.entries[i].provided
		}
	}
	return nil
}

// field tells when the response of one of the graphs has a field.
func (a *availability) field(index int, f fieldID, graph int) int {
	w := *a.wave(index, graph)
	switch {
	case w == never || f == noField || !a.p.doors.resolves(graph, a.types[index], f, a.provided(graph)):
		return never
	case !a.requires(f, graph):
		return w
	}
	return a.resolvedAt(requiring{index, f, graph})
}

// resolvedAt tells when a field with @requires is there, as far as that is known.
func (a *availability) resolvedAt(r requiring) int {
	for i := range a.resolved {
		if a.resolved[i].requiring == r {
			return a.resolved[i].wave
		}
	}
	a.resolved = append(a.resolved, resolved{r, never})
	a.changed = true
	return never
}

// inputField is field for a part of a representation. Conditions of keys and
// @requires know nothing of the objects above theirs.
func (a *availability) inputField(index int, f fieldID, graph int) int {
	if len(a.p.contextual(f, graph)) > 0 {
		return never
	}
	return a.field(index, f, graph)
}

// requires tells whether the subgraph needs inputs to resolve the field. Where
// it provides a field that is external to it, it does not.
func (a *availability) requires(f fieldID, graph int) bool {
	if f == querygraph.Typename {
		return false
	}
	in := a.p.doors.in(graph, f)
	return (in.Requires != nil || len(in.Context) > 0) && !in.External
}

// locate gives the earliest response that has a field; ok is false if none will.
// Of equally early ones it prefers those that take no lookup, then lookups that
// the choice makes anyway.
func (c *choice) locate(index int, f fieldID) (best location, ok bool) {
	return c.locateAs(index, f, (*availability).field)
}

func (c *choice) locateAs(index int, f fieldID, field func(*availability, int, fieldID, int) int) (best location, ok bool) {
	a := &c.av
	best.wave = never
	rank := 0
	for _, graph := range a.graphs {
		w := field(a, index, f, graph)
		if w == never || w > best.wave {
			continue
		}
		l := a.location(index, f, graph)
		r := 2
		switch {
		case !l.step:
			r = 0
		case c.taken(l):
			r = 1
		}
		if w < best.wave || r < rank {
			best, rank = l, r
		}
	}
	return best, best.wave < never
}

// location gives where a subgraph's response has a field that it can have.
func (a *availability) location(index int, f fieldID, graph int) location {
	if a.requires(f, graph) {
		l := location{graph: graph, wave: a.resolvedAt(requiring{index, f, graph}), step: true, variant: a.p.variant(f, graph)}
		if a.p.doors.opaque(graph) {
			l.variant = a.apart(index, f, l)
		}
		return l
	}
	return location{graph: graph, wave: *a.wave(index, graph), step: slices.Contains(a.extra, graph)}
}

// input tells when a part of a representation can be had.
func (a *availability) input(index int, f *querygraph.FieldSetField) int {
	best, id := never, a.p.input(a.types[index], f)
	for _, graph := range a.graphs {
		w := a.inputField(index, id, graph)
		if w < best && (f.Set == nil || a.whole(index, f, graph)) {
			best = w
		}
	}
	if f.Set == nil || best < never {
		return best
	}
	for i := range a.inputs {
		if a.inputs[i].index == index && a.inputs[i].set == f.Set {
			return a.inputs[i].wave
		}
	}
	known := len(a.inputs)
	a.inputs = append(a.inputs, inputWave{index, never, f.Set}) // what needs itself cannot be had
	w := a.p.gather(a, index, f)
	a.inputs[known].wave = w
	return w
}

// whole tells whether a subgraph that resolves a composite field also resolves
// all that a representation needs of it.
func (a *availability) whole(index int, f *querygraph.FieldSetField, graph int) bool {
	id, ok := a.p.graph.InputOn(a.types[index], f)
	if !ok || id == querygraph.Typename {
		return false
	}
	provided := a.provided(graph)
	if a.requires(id, graph) {
		provided = nil // it comes from a lookup, where nothing is provided
	}
	return a.p.resolvesSet(f.Set, a.p.doors.result(graph, id), a.p.doors.resultTypes(graph, id), a.p.doors.below(graph, a.types[index], id, provided))
}

// resolvesSet tells whether a subgraph resolves a field set by itself.
func (p *planner) resolvesSet(set *querygraph.FieldSet, graph int, types []typeID, provided querygraph.Provided) bool {
	for i := range set.Fields {
		f := &set.Fields[i]
		for _, t := range types {
			if !f.On(t) {
				continue
			}
			id, ok := p.graph.InputOn(t, f)
			if !ok || !p.doors.resolves(graph, t, id, provided) || f.Types != nil && p.doors.opaque(graph) {
				return false
			}
			if id == querygraph.Typename {
				continue
			}
			if !p.plain(graph, t, id, provided) {
				return false
			}
			if f.Set != nil && !p.resolvesSet(f.Set, p.doors.result(graph, id), p.doors.resultTypes(graph, id), p.doors.below(graph, t, id, provided)) {
				return false
			}
		}
	}
	return true
}

// below gives the entries of the site that a field leads to from objects of
// types[index]: every subgraph that has the field. base is the wave of the
// earliest.
func (a *availability) below(index int, f fieldID) (entries []entry, base int) {
	return a.belowAs(index, f, (*availability).field)
}

// inputBelow is below for a part of a representation.
func (a *availability) inputBelow(index int, f fieldID) (entries []entry, base int) {
	return a.belowAs(index, f, (*availability).inputField)
}

func (a *availability) belowAs(index int, f fieldID, field func(*availability, int, fieldID, int) int) (entries []entry, base int) {
	base = never
	scratch := a.p.entries[:0]
	for _, graph := range a.graphs {
		w := field(a, index, f, graph)
		if w == never {
			continue
		}
		l := a.location(index, f, graph)
		e := entry{graph: a.p.doors.result(graph, f), wave: w, possible: a.p.doors.resultTypes(graph, f), from: l}
		var provided querygraph.Provided
		if !l.step {
			provided = a.provided(graph)
		}
		e.provided = a.p.doors.below(graph, a.types[index], f, provided)
		base = min(base, w)
		if k := a.p.doors.entry(scratch, e.graph); k < 0 {
			scratch = append(scratch, e)
		} else if w < scratch[k].wave {
			scratch[k] = e
		}
	}
	a.p.entries, entries = scratch, a.p.mem.entries.keep(scratch)
	for i := range entries {
		entries[i].wave -= base
	}
	return entries, base
}

// appendSignature tells entries apart for the memo of a site.
func appendSignature(out []byte, entries []entry) []byte {
	out = appendInt(out, len(entries))
	for i := range entries {
		e := &entries[i]
		step := 0
		if e.from.step {
			step = 1
		}
		out = appendInt(appendInt(appendInt(out, 2*e.graph+step), e.wave), len(e.provided))
		for _, set := range e.provided {
			out = appendInt(out, set.ID)
		}
		out = appendInt(out, len(e.possible))
		for _, t := range e.possible {
			out = appendInt(out, int(t))
		}
		out = e.contexts.append(out)
	}
	return out
}

// appendInt and appendText write parts of a key of a map, so that different parts
// give different keys.
func appendInt(out []byte, n int) []byte { return binary.AppendVarint(out, int64(n)) }

func appendText(out []byte, s string) []byte { return append(appendInt(out, len(s)), s...) }
