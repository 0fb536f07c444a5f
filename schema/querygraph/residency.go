package querygraph

import (
	"encoding/binary"
	"slices"
)

// Provided are the field sets that a subgraph provides for the objects at one
// place; it resolves the fields in them there though they are external.
type Provided []*FieldSet

// Has tells whether the field is provided on objects of the given type.
func (p Provided) Has(t TypeID, name string) bool {
	for _, set := range p {
		if set.Find(t, name) != nil {
			return true
		}
	}
	return false
}

// Resolves tells whether the subgraph resolves a field of an object of type t
// where the given field sets are provided. The field may have @requires; then it
// does so only for entities that bring what is required along.
func (g *Graph) Resolves(graph int, t TypeID, field FieldID, provided Provided) bool {
	if field == Typename {
		in := g.Types[t].In(graph)
		return in.Present && !in.InterfaceObject
	}
	in := g.Fields[field].In(graph)
	return in.Present && (!in.External || provided.Has(t, g.Fields[field].Definition.Name))
}

// Below gives what a subgraph provides for the objects that a field of an object
// of type t returns.
func (g *Graph) Below(graph int, t TypeID, field FieldID, provided Provided) Provided {
	var out Provided
	if set := g.Fields[field].In(graph).Provides; set != nil {
		out = append(out, set)
	}
	name := g.Fields[field].Definition.Name
	for _, set := range provided {
		for i := range set.Fields {
			if f := &set.Fields[i]; f.Name == name && f.Set != nil && f.On(t) {
				out = append(out, f.Set)
			}
		}
	}
	return out
}

// ResultTypes gives the object types that a field of an object of type t can
// return when the given subgraph resolves it.
func (g *Graph) ResultTypes(graph int, field FieldID) []TypeID {
	in := g.Fields[field].In(graph)
	if in.Result == NoType {
		return nil
	}
	return g.Types[in.Result].In(graph).Possible
}

// CommonResultTypes gives the object types that the field can return whichever
// subgraph resolves it, interface objects that stand for its owner included:
// subgraphs that share a field give the same objects, so a type that one of them
// lacks cannot occur.
func (g *Graph) CommonResultTypes(field FieldID) []TypeID {
	out, some := g.commonResultTypes(field, false, nil, false)
	owner := &g.Types[g.Fields[field].Owner]
	for i := range owner.StandIns {
		if s := owner.StandIns[i]; i > 0 && s.Type == owner.StandIns[i-1].Type {
			continue // the interface's field has been looked at in all subgraphs
		} else if standing, ok := g.Field(s.Type, g.Fields[field].Definition.Name); ok {
			out, some = g.commonResultTypes(standing, true, out, some)
		}
	}
	return out
}

// commonResultTypes takes from the types those that the field cannot return in
// some subgraph; only in those with an interface object, if that is said.
func (g *Graph) commonResultTypes(field FieldID, standing bool, types []TypeID, some bool) ([]TypeID, bool) {
	owner := &g.Types[g.Fields[field].Owner]
	for i := range g.Fields[field].Joins {
		in := &g.Fields[field].Joins[i]
		if in.External || standing && !owner.In(in.Graph).InterfaceObject {
			continue
		}
		here := g.ResultTypes(in.Graph, field)
		if !some {
			types, some = slices.Clone(here), true
			continue
		}
		types = slices.DeleteFunc(types, func(t TypeID) bool { return !slices.Contains(here, t) })
	}
	return types, some
}

// ResidencyID is a number that a Reach gives a Residency.
type ResidencyID int32

// Residency is a place where an object can be while a query is answered: in the
// response of one subgraph, at a position where that provides certain fields.
type Residency struct {
	Type  TypeID
	Graph int
	// Provided are in the order of their IDs, without repetition.
	Provided Provided
	// Given are what contextual arguments take from the objects above, as far as
	// it can be had from them; sorted.
	Given []ContextID
}

// Opaque tells whether the place's subgraph has an interface object there: it does
// not know which type the objects have. What their fields are is what the
// interface's fields are in that subgraph.
func (g *Graph) Opaque(p Residency) bool { return g.Types[p.Type].In(p.Graph).InterfaceObject }

// FieldAt gives the field of a place's type that a field of an object at the place
// is: the same one, or the interface's at an interface object. It is not ok if the
// place has none.
func (g *Graph) FieldAt(p Residency, field FieldID) (at FieldID, ok bool) {
	if field == Typename || g.Fields[field].Owner == p.Type {
		return field, true
	}
	if !g.Opaque(p) {
		return field, false
	}
	return g.Field(p.Type, g.Fields[field].Definition.Name)
}

// Possible gives the object types that an object at the place can have.
func (g *Graph) Possible(p Residency) []TypeID { return g.Types[p.Type].In(p.Graph).Possible }

// Child gives the place of what a field of a place's objects returns; the field
// must be a composite one that the place's subgraph resolves, as FieldAt has it.
// What the place's type sets for contextual arguments is for Reach.Child to add.
func (g *Graph) Child(p Residency, field FieldID) Residency {
	field, _ = g.FieldAt(p, field)
	below := g.Below(p.Graph, p.Type, field, p.Provided)
	slices.SortFunc(below, func(a, b *FieldSet) int { return a.ID - b.ID })
	return Residency{Type: g.Fields[field].In(p.Graph).Result, Graph: p.Graph, Provided: slices.Compact(below), Given: p.Given}
}

// places numbers places.
type places struct {
	all   []Residency
	index map[string]ResidencyID
	key   []byte
}

func (s *places) number(p Residency) ResidencyID {
	s.key = binary.AppendUvarint(s.key[:0], uint64(p.Type))
	s.key = binary.AppendUvarint(s.key, uint64(p.Graph))
	s.key = binary.AppendUvarint(s.key, uint64(len(p.Provided)))
	for _, set := range p.Provided {
		s.key = binary.AppendUvarint(s.key, uint64(set.ID))
	}
	for _, value := range p.Given {
		s.key = binary.AppendUvarint(s.key, uint64(value))
	}
	if id, ok := s.index[string(s.key)]; ok {
		return id
	}
	id := ResidencyID(len(s.all))
	s.index[string(s.key)] = id
	s.all = append(s.all, p)
	return id
}
