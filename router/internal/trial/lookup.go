package trial

import (
	"slices"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// representation finds out about the key by which objects of a type were sent.
func (r *reading) representation(f *plan.Fetch, position int, t querygraph.TypeID, rep *plan.Representation) {
	in := r.graph.Types[t].In(f.Subgraph)
	var held *querygraph.FieldSet
	resolvable := 0
	for _, k := range in.Keys {
		if !k.Resolvable {
			continue
		}
		resolvable++
		if held == nil && holds(rep.Fields, k.Fields) {
			held = k.Fields
		}
	}
	if held == nil {
		return
	}
	r.rows.add(Key, len(held.Fields) == 1 && held.Fields[0].Set == nil)
	r.rows.add(CompoundKey, len(held.Fields) > 1)
	r.rows.add(NestedKey, slices.ContainsFunc(held.Fields, func(f querygraph.FieldSetField) bool { return f.Set != nil }))
	for _, k := range in.Keys {
		r.rows.add(SeveralKeys, resolvable > 1 && k.Resolvable && !holds(rep.Fields, k.Fields))
	}
	for _, field := range rep.Fields {
		r.rows.add(InaccessibleInput, r.hidden(t, field.Name))
		r.rows.add(RequiresAlias, field.Source.Key != field.Name)
		if slices.ContainsFunc(held.Fields, func(k querygraph.FieldSetField) bool { return k.Name == field.Name }) {
			r.origin(position, t, field.Source.Fetch)
		}
	}
}

// holds tells whether a representation has all fields of a key.
func holds(fields []plan.RepresentationField, key *querygraph.FieldSet) bool {
	return !slices.ContainsFunc(key.Fields, func(k querygraph.FieldSetField) bool {
		return !slices.ContainsFunc(fields, func(f plan.RepresentationField) bool { return f.Name == k.Name })
	})
}

func (r *reading) hidden(t querygraph.TypeID, field string) bool {
	seen := r.graph.Supergraph.API.Types[r.graph.Types[t].Name]
	return seen != nil && field != "__typename" && seen.Fields.ForName(field) == nil
}

// origin is where a part of a key was read.
func (r *reading) origin(position int, t querygraph.TypeID, fetch int) {
	if fetch < 0 {
		return
	}
	from := r.plan.Fetches[fetch]
	for _, e := range from.Entities {
		r.rows.add(KeyDetour, slices.ContainsFunc(e.Targets, func(other plan.Target) bool { return other.Position == position }))
	}
	keys := r.graph.Types[t].In(from.Subgraph).Keys
	r.rows.add(UnresolvableKey, len(keys) > 0 && !slices.ContainsFunc(keys, func(k querygraph.Key) bool { return k.Resolvable }))
}

// required finds out about the inputs of selected fields with @requires.
func (r *reading) required(f *plan.Fetch, t querygraph.TypeID, rep *plan.Representation, list []plan.Selection) {
	for i := range list {
		s := &list[i]
		if s.Types != nil && !slices.Contains(s.Types, r.graph.Types[t].Name) {
			continue
		}
		id, known := r.graph.Field(t, s.Name)
		if !known || id == querygraph.Typename {
			continue
		}
		set := r.graph.Fields[id].In(f.Subgraph).Requires
		if set == nil {
			continue
		}
		for k := range set.Fields {
			input := &set.Fields[k]
			if input.On(t) && input.Name != "__typename" && slices.ContainsFunc(rep.Fields, func(f plan.RepresentationField) bool { return f.Name == input.Name }) {
				r.rows.add(Requires, true)
				r.input(t, input)
			}
		}
	}
}

func (r *reading) input(t querygraph.TypeID, input *querygraph.FieldSetField) {
	r.rows.add(RequiresArguments, len(input.Arguments) > 0)
	r.rows.add(RequiresFragments, input.Types != nil)
	r.rows.add(RequiresNested, input.Set != nil)
	if id, known := r.graph.Field(t, input.Name); known && id != querygraph.Typename {
		for _, in := range r.graph.Fields[id].Joins {
			r.rows.add(RequiresChain, in.Requires != nil)
		}
	}
	if input.Set == nil {
		return
	}
	for k := range input.Set.Fields {
		part := &input.Set.Fields[k]
		r.rows.add(RequiresArguments, len(part.Arguments) > 0)
		r.rows.add(RequiresFragments, part.Types != nil)
	}
}
