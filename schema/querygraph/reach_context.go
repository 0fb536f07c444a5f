package querygraph

import "slices"

// Child gives the place of what a field of a place's objects returns, with what
// these objects give to contextual arguments; the field must be a composite one
// that the place's subgraph resolves. Known is where the same objects are when
// their type is known: the place itself unless it is an interface object's.
func (r *Reach) Child(id ResidencyID, field FieldID, known ResidencyID) ResidencyID {
	for {
		child := r.child(nil, id, field, known)
		if len(r.queue) == 0 {
			return child
		}
		r.settle()
	}
}

// child is Child as far as it is known.
func (r *Reach) child(asking *fact, id ResidencyID, field FieldID, known ResidencyID) ResidencyID {
	child := r.graph.Child(r.At(id), field)
	values := r.graph.Types[r.At(known).Type].Contexts
	if len(values) == 0 {
		return r.ID(child)
	}
	// The nearest object that sets a context counts, whether its value can be had
	// or not.
	child.Given = slices.DeleteFunc(slices.Clone(child.Given), func(g ContextID) bool {
		return slices.ContainsFunc(values, func(v ContextValue) bool { return v.ID == g })
	})
	for _, v := range values {
		if r.hasAll(asking, known, v.Fields) {
			child.Given = append(child.Given, v.ID)
		}
	}
	slices.Sort(child.Given)
	return r.ID(child)
}

// given tells whether the values of contextual arguments are given at a place.
func (r *Reach) given(p Residency, arguments []ContextArgument) bool {
	return !slices.ContainsFunc(arguments, func(a ContextArgument) bool {
		_, ok := slices.BinarySearch(p.Given, a.Value)
		return !ok
	})
}

// alone is the place without what the objects above give.
func (r *Reach) alone(id ResidencyID) ResidencyID {
	p := r.At(id)
	if len(p.Given) == 0 {
		return id
	}
	p.Given = nil
	return r.ID(p)
}

// Covers tells whether whatever can be had from place a can be had from b too,
// because b differs only in being given more.
func (r *Reach) Covers(b, a ResidencyID) bool {
	if a == b {
		return true
	}
	given := r.At(b).Given
	return len(given) > 0 && r.alone(a) == r.alone(b) && !slices.ContainsFunc(r.At(a).Given, func(g ContextID) bool {
		_, ok := slices.BinarySearch(given, g)
		return !ok
	})
}

// Lacks names a contextual argument of a field whose value is not given at the
// place; it is empty if there is none.
func (r *Reach) Lacks(id ResidencyID, field FieldID) string {
	p := r.At(id)
	field, ok := r.graph.FieldAt(p, field)
	if !ok {
		return ""
	}
	for _, a := range r.graph.Fields[field].In(p.Graph).Context {
		if !r.given(p, []ContextArgument{a}) {
			return a.Name
		}
	}
	return ""
}
