package querygraph

import (
	"slices"
	"sync/atomic"
)

// LabelSet marks labels by their index in Graph.Labels. Nil marks none.
type LabelSet []uint64

// Has tells whether the label of the given index is marked.
func (s LabelSet) Has(index int) bool {
	return index/64 < len(s) && s[index/64]&(1<<(index%64)) != 0
}

// Add marks the labels of another set; s must have been made for as many.
func (s LabelSet) Add(other LabelSet) {
	for i, word := range other {
		s[i] |= word
	}
}

// labels is what a Graph knows of the labels of progressive overrides
// (Federation 2.7 §@override(label:)).
type labels struct {
	// names are all of them, sorted.
	names []string
	// moving are the fields that have one.
	moving []FieldID
	// byField and byType are what Graph.FieldLabels and Graph.TypeLabels give.
	byField, byType []LabelSet
	// last is the graph that WithLabels made last: most requests set the same labels.
	last *atomic.Pointer[labelled]
	// whole is the graph that WithLabels made this one of; nil if it did not.
	whole *Graph
}

// labelled is a graph for requests that set the marked labels.
type labelled struct {
	marked LabelSet
	graph  *Graph
}

// Labels lists all labels of progressive overrides, sorted. The result must not
// be changed.
func (g *Graph) Labels() []string { return g.labels.names }

// NewLabelSet returns an empty set for the graph's labels; it is nil if there are
// none.
func (g *Graph) NewLabelSet() LabelSet {
	if len(g.labels.names) == 0 {
		return nil
	}
	return make(LabelSet, (len(g.labels.names)+63)/64)
}

// FieldLabels gives the labels on which it can depend how a field is supplied:
// its own, and those of all that its @requires can lead to. The result must not
// be changed.
func (g *Graph) FieldLabels(f FieldID) LabelSet {
	if g.labels.byField == nil || f == Typename {
		return nil
	}
	return g.labels.byField[f]
}

// TypeLabels gives the labels on which it can depend how objects of a type are
// looked up by their keys, and what they give to contexts. The result must not be changed.
func (g *Graph) TypeLabels(t TypeID) LabelSet {
	if g.labels.byType == nil {
		return nil
	}
	return g.labels.byType[t]
}

// WithLabels returns the graph as it is for requests that set the given labels
// and no others: where a field moves between two subgraphs, one of them resolves
// it, and for the other one it is external. Labels that the graph does not have
// mean nothing. Asked of such a result, it gives that of the whole graph.
func (g *Graph) WithLabels(set []string) *Graph {
	if len(g.labels.moving) == 0 {
		return g
	}
	if g.labels.whole != nil {
		g = g.labels.whole
	}
	marked := g.NewLabelSet()
	for i, name := range g.labels.names {
		if slices.Contains(set, name) {
			marked[i/64] |= 1 << (i % 64)
		}
	}
	if last := g.labels.last.Load(); last != nil && slices.Equal(last.marked, marked) {
		return last.graph
	}
	out := g.withLabels(set)
	g.labels.last.Store(&labelled{marked, out})
	return out
}

func (g *Graph) withLabels(set []string) *Graph {
	out := *g
	out.labels.whole = g
	out.Fields = slices.Clone(g.Fields)
	for _, id := range g.labels.moving {
		f := &out.Fields[id]
		f.Joins = slices.Clone(f.Joins)
		for i := range f.Joins {
			in := &f.Joins[i]
			if in.Override.Label != "" && slices.Contains(set, in.Override.Label) != in.Override.Set {
				*in = FieldIn{Graph: in.Graph, Present: true, External: true, Type: in.Type, Result: in.Result, Override: in.Override}
			}
		}
	}
	return &out
}

// readLabels fills g.labels.
func (g *Graph) readLabels() {
	l := &g.labels
	for i := range g.Fields {
		moves := false
		for _, in := range g.Fields[i].Joins {
			if in.Override.Label != "" {
				l.names = append(l.names, in.Override.Label)
				moves = true
			}
		}
		if moves {
			l.moving = append(l.moving, FieldID(i))
		}
	}
	if len(l.moving) == 0 {
		return
	}
	l.last = new(atomic.Pointer[labelled])
	slices.Sort(l.names)
	l.names = slices.Compact(l.names)
	l.byField, l.byType = make([]LabelSet, len(g.Fields)), make([]LabelSet, len(g.Types))
	for i := range l.byField {
		l.byField[i] = g.NewLabelSet()
	}
	for i := range l.byType {
		l.byType[i] = g.NewLabelSet()
	}
	for _, id := range l.moving {
		for _, in := range g.Fields[id].Joins {
			if k, has := slices.BinarySearch(l.names, in.Override.Label); has {
				l.byField[id][k/64] |= 1 << (k % 64)
			}
		}
	}
	for g.growLabels() {
	}
}

// growLabels adds to each type and field the labels of what its keys, contexts and
// requirements name, as far as they are known. It tells whether there were new
// ones.
func (g *Graph) growLabels() (grown bool) {
	add := func(to LabelSet, set *FieldSet) {
		if set == nil {
			return
		}
		before := slices.Clone(to)
		g.addSetLabels(to, set)
		grown = grown || !slices.Equal(before, to)
	}
	for i := range g.Types {
		grown = g.growStandIns(&g.Types[i]) || grown
		for _, in := range g.Types[i].Joins {
			for _, k := range in.Keys {
				add(g.labels.byType[i], k.Fields)
			}
		}
		for _, value := range g.Types[i].Contexts {
			add(g.labels.byType[i], value.Fields)
		}
	}
	for i := range g.Fields {
		for j := range g.Fields[i].Joins {
			add(g.labels.byField[i], g.Fields[i].Joins[j].Requires)
		}
	}
	return grown
}

// growStandIns adds to an object type and its fields the labels of the interface
// objects that stand for it.
func (g *Graph) growStandIns(t *Type) (grown bool) {
	add := func(to, from LabelSet) {
		before := slices.Clone(to)
		to.Add(from)
		grown = grown || !slices.Equal(before, to)
	}
	for _, s := range t.StandIns {
		add(g.labels.byType[t.ID], g.labels.byType[s.Type])
		for _, id := range t.Fields {
			if standing, ok := g.Field(s.Type, g.Fields[id].Definition.Name); ok {
				add(g.labels.byField[id], g.labels.byField[standing])
			}
		}
	}
	return grown
}

// addSetLabels adds the labels of what it takes to have the fields of a set: the
// fields themselves, and the ways to them.
func (g *Graph) addSetLabels(to LabelSet, set *FieldSet) {
	for i := range set.Fields {
		f := &set.Fields[i]
		for _, t := range g.Types[set.Type].Possible {
			if !f.On(t) {
				continue
			}
			to.Add(g.labels.byType[t])
			if id, ok := g.Field(t, f.Name); ok {
				to.Add(g.FieldLabels(id))
			}
		}
		if f.Set != nil {
			g.addSetLabels(to, f.Set)
		}
	}
}

// ConditionLabels lists, sorted, the labels of progressive overrides on which it
// depends what a Reach finds: those of fields that a key or @requires names.
func (g *Graph) ConditionLabels() []string {
	var out []string
	var collect func(set *FieldSet)
	collect = func(set *FieldSet) {
		if set == nil {
			return
		}
		for i := range set.Fields {
			f := &set.Fields[i]
			for _, t := range g.Types[set.Type].Possible {
				id, ok := g.Field(t, f.Name)
				if !ok || id == Typename {
					continue
				}
				for i := range g.Fields[id].Joins {
					if in := &g.Fields[id].Joins[i]; in.Override.Label != "" {
						out = append(out, in.Override.Label)
					}
				}
			}
			collect(f.Set)
		}
	}
	for i := range g.Types {
		for _, in := range g.Types[i].Joins {
			for _, k := range in.Keys {
				collect(k.Fields)
			}
		}
	}
	for i := range g.Fields {
		for j := range g.Fields[i].Joins {
			collect(g.Fields[i].Joins[j].Requires)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
