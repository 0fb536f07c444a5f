package plan

import (
	"slices"

	"github.com/weftql/weft/schema/querygraph"
)

// A door is how objects are had in a subgraph. The first doors are the subgraphs
// themselves, by their indices: there objects are of their own types. Each further
// one is an interface object: a subgraph that has objects by an interface's name
// and cannot tell what they are. What the planner calls a graph is a door, unless
// it says otherwise.
//
//	0 … subgraphs-1   the subgraphs
//	subgraphs …       Graph.InterfaceObjects
type doors struct {
	graph *querygraph.Graph
	// subgraphs and count are how many there are.
	subgraphs, count int
}

func newDoors(g *querygraph.Graph) doors {
	n := len(g.Supergraph.Subgraphs)
	return doors{graph: g, subgraphs: n, count: n + len(g.InterfaceObjects)}
}

// opaque tells whether nobody knows which types the objects at a door have.
func (d *doors) opaque(door int) bool { return door >= d.subgraphs }

// standIn is the interface object behind an opaque door.
func (d *doors) standIn(door int) querygraph.StandIn {
	return d.graph.InterfaceObjects[door-d.subgraphs]
}

// subgraph is the index of a door's subgraph.
func (d *doors) subgraph(door int) int {
	if d.opaque(door) {
		return d.standIn(door).Graph
	}
	return door
}

// as is the type by which the subgraph has objects of type t at a door.
func (d *doors) as(door int, t typeID) typeID {
	if d.opaque(door) {
		return d.standIn(door).Type
	}
	return t
}

// typeIn is what the door's subgraph has of type t; of the interface in its place,
// if it stands for t there. It is empty if objects of the type are not behind the
// door.
func (d *doors) typeIn(door int, t typeID) *querygraph.TypeIn {
	if !d.opaque(door) {
		return d.graph.Types[t].In(door)
	}
	s := d.standIn(door)
	if !has(d.graph.Types[s.Type].Possible, t) {
		return &nowhere.typ
	}
	return d.graph.Types[s.Type].In(s.Graph)
}

// has tells whether a sorted list has a type.
func has(types []typeID, t typeID) bool {
	_, found := slices.BinarySearch(types, t)
	return found
}

// in is what the door's subgraph has of a field of an object type.
func (d *doors) in(door int, f fieldID) *querygraph.FieldIn {
	if !d.opaque(door) {
		return d.graph.Fields[f].In(door)
	}
	s := d.standIn(door)
	id, ok := d.graph.FieldOf(s.Type, f)
	if !ok {
		return &nowhere.field
	}
	return d.graph.Fields[id].In(s.Graph)
}

// nowhere is what subgraphs have of types and fields that they lack.
var nowhere struct {
	typ   querygraph.TypeIn
	field querygraph.FieldIn
}

// resolves tells whether the door's subgraph resolves a field of an object of type
// t where the given field sets are provided, if what the field requires is there.
func (d *doors) resolves(door int, t typeID, f fieldID, provided querygraph.Provided) bool {
	if !d.opaque(door) {
		return d.graph.Resolves(door, t, f, provided)
	}
	if f == querygraph.Typename || !d.typeIn(door, t).Present {
		return false
	}
	in := d.in(door, f)
	return in.Present && (!in.External || provided.Has(t, d.graph.Fields[f].Definition.Name))
}

// below is what is provided for the objects that a field of an object of type t
// returns.
func (d *doors) below(door int, t typeID, f fieldID, provided querygraph.Provided) querygraph.Provided {
	if d.opaque(door) {
		s := d.standIn(door)
		f, _ = d.graph.FieldOf(s.Type, f)
		door = s.Graph
	}
	return d.graph.Below(door, t, f, provided)
}

// resultTypes are the object types that a field can return behind a door.
func (d *doors) resultTypes(door int, f fieldID) []typeID {
	in := d.in(door, f)
	if in.Result == querygraph.NoType {
		return nil
	}
	return d.graph.Types[in.Result].In(in.Graph).Possible
}

// result is the door behind which the objects stand that a field returns.
func (d *doors) result(door int, f fieldID) int {
	if d.count == d.subgraphs {
		return door
	}
	in := d.in(door, f)
	if in.Result == querygraph.NoType || !d.graph.Types[in.Result].In(in.Graph).InterfaceObject {
		return in.Graph
	}
	return d.subgraphs + slices.Index(d.graph.InterfaceObjects, querygraph.StandIn{Type: in.Result, Graph: in.Graph})
}

// any tells whether there are interface objects.
func (d *doors) any() bool { return d.count > d.subgraphs }

// entry returns which of the entries is behind a door, or -1.
func (d *doors) entry(entries []entry, door int) int {
	if !d.any() {
		return -1
	}
	return slices.IndexFunc(entries, func(e entry) bool { return e.graph == door })
}
