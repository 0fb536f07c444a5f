package querygraph

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/supergraph"
)

// TypeIn is a type in one subgraph.
type TypeIn struct {
	Graph int
	// Present tells whether the subgraph has the type at all.
	Present bool
	// InterfaceObject tells that the subgraph has the interface as an object type:
	// it resolves fields of it for whatever implements it, but cannot tell what
	// that is.
	InterfaceObject bool
	// Keys are the type's keys in the subgraph, resolvable or not.
	Keys []Key
	// Possible are the object types that an object of the type can have in this
	// subgraph, sorted by ID; for an interface object all that it can have anywhere.
	Possible []TypeID
}

// In returns what a subgraph has of the type; an empty TypeIn if nothing. It must
// not be changed.
func (t *Type) In(graph int) *TypeIn {
	if i := indexOf(t.graphs, graph); i >= 0 {
		return &t.Joins[i]
	}
	return &nowhere.typ
}

// FieldIn is a field in one subgraph.
type FieldIn struct {
	Graph int
	// Present tells whether the subgraph names the field.
	Present bool
	// External tells that the subgraph does not resolve it, except where a
	// FieldSet that it provides says so.
	External bool
	// Type is the field's type in the subgraph, Result its composite type there.
	Type   *ast.Type
	Result TypeID
	// Requires and Provides are nil where there is no such directive.
	Requires *FieldSet
	Provides *FieldSet
	// Context are the arguments that come from contexts.
	Context []ContextArgument
	// Override says for which requests the subgraph resolves the field, if it
	// moves between subgraphs.
	Override supergraph.Override
}

// In returns what a subgraph has of the field; an empty FieldIn if nothing. It
// must not be changed.
func (f *Field) In(graph int) *FieldIn {
	if i := indexOf(f.graphs, graph); i >= 0 {
		return &f.Joins[i]
	}
	return &nowhere.field
}

// nowhere is what subgraphs have of types and fields that they lack.
var nowhere struct {
	typ   TypeIn
	field FieldIn
}

// indexOf returns where a sorted list has a subgraph, or -1. Most types and
// fields are in few of the subgraphs.
func indexOf(graphs []int32, graph int) int {
	low, high := 0, len(graphs)
	for high-low > fewGraphs {
		if middle := (low + high) / 2; graphs[middle] <= int32(graph) {
			low = middle
		} else {
			high = middle
		}
	}
	for ; low < high; low++ {
		if graphs[low] == int32(graph) {
			return low
		}
	}
	return -1
}

// fewGraphs is how many subgraphs are looked at one after the other.
const fewGraphs = 4
