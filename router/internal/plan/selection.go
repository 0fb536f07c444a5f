package plan

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

// selectionSet is what one subgraph's operation selects at one place, while it
// grows.
type selectionSet struct {
	site  *site
	graph int // the subgraph
	// typ is the place's type in the subgraph, or NoType for entities and where
	// it differs between the parents.
	typ typeID
	// types are the object types that the objects can have, sorted.
	types    []typeID
	entities bool
	// opaque says that the subgraph has an interface object here, blind that entities
	// of unknown types are looked up by an interface, which is typ.
	opaque, blind bool
	// as are the interfaces by whose names entities are looked up as interface
	// objects, by type.
	as map[typeID]typeID
	// typename says that a representation needs the objects' types.
	typename bool
	// typing says that the set tells the objects' types, in case typingCond holds.
	typing     bool
	typingCond operation.Condition
	fields     []*selection
	// direct is how many of the fields stand outside of fragments, once they are in
	// their order: the first ones.
	direct int
}

// selection is one field of a selectionSet. Sources point at it; its response
// key is found when the set is complete.
type selection struct {
	want      string // the response key that it would like
	key       string
	name      string
	args      string
	arguments ast.ArgumentList
	// types are the object types on which somebody needs the field, sorted.
	types []typeID
	cond  operation.Condition
	// typ is the field's type in the supergraph, local the one in the subgraph.
	typ   *ast.Type
	local *ast.Type
	// below is nil for a leaf.
	below *selectionSet
	// rank is the field's place among those of its set.
	rank int
	// client is what an introspection field selects.
	client *operation.SelectionSet
}

// leaf adds a leaf or widens one that is there. The fields of a mutation are
// executed as often as they are selected.
func (p *planner) leaf(set *selectionSet, f *selection) {
	for _, old := range set.fields {
		if old.below == nil && old.name == f.name && old.args == f.args && (!set.site.sealed || old.want == f.want) && sameShape(old.local, f.local) {
			old.types = union(old.types, f.types)
			old.cond = either(old.cond, f.cond)
			return
		}
	}
	added := p.mem.selections.one() // not f itself: most leaves are there already
	*added = *f
	set.fields = append(set.fields, added)
}

// sameShape tells whether two fields may share a response key on different
// object types.
func sameShape(a, b *ast.Type) bool {
	for a.Elem != nil && b.Elem != nil && a.NonNull == b.NonNull {
		a, b = a.Elem, b.Elem
	}
	return a.Elem == nil && b.Elem == nil && a.NonNull == b.NonNull && a.NamedType == b.NamedType
}

// sameWrapping is sameShape for composite fields, whose types may differ.
func sameWrapping(a, b *ast.Type) bool {
	for a.Elem != nil && b.Elem != nil && a.NonNull == b.NonNull {
		a, b = a.Elem, b.Elem
	}
	return a.Elem == nil && b.Elem == nil && a.NonNull == b.NonNull
}

// maxCopies bounds how often one field is written: once for each alternative of
// its condition and of those of the fields around it.
const maxCopies = 16

// bound drops conditions that would be written too often.
func (set *selectionSet) bound(copies int) {
	for _, f := range set.fields {
		if f.below == nil {
			continue
		}
		if copies*len(f.cond) > maxCopies {
			f.cond = nil
		}
		f.below.bound(copies * max(1, len(f.cond)))
	}
}

// assignKeys gives every field its response key: the one it would like, unless
// GraphQL would merge it with another field that it is not (§5.3.2 Field
// Selection Merging); then a numbered alias.
func (set *selectionSet) assignKeys() {
	for _, f := range set.fields {
		if f.below != nil {
			f.below.assignKeys()
		}
	}
	for i, f := range set.fields {
		for n := 0; ; n++ {
			f.key = f.want
			if n > 0 {
				f.key = f.name + "__alias_" + strconv.Itoa(n-1)
			}
			// "__typename" is what the plan itself may ask for.
			if f.key != "__typename" && !slices.ContainsFunc(set.fields[:i], func(o *selection) bool { return o.key == f.key && !set.mergeable(o, f) }) {
				break
			}
		}
	}
}

// mergeable tells whether two fields of one set may have the same response key:
// they never meet on one object and look alike.
func (set *selectionSet) mergeable(a, b *selection) bool {
	if a.name != b.name || a.args != b.args || set.meet(a, b) {
		return false
	}
	return alike(a, b)
}

// alike tells whether two fields may stand under one key on different objects.
func alike(a, b *selection) bool {
	if (a.below == nil) != (b.below == nil) {
		return false
	}
	if a.below == nil {
		return sameShape(a.local, b.local)
	}
	if !sameWrapping(a.local, b.local) {
		return false
	}
	for _, x := range a.below.fields {
		for _, y := range b.below.fields {
			if x.key != y.key {
				continue
			}
			// The two parents never are one object, but their parts are printed
			// under one key: what GraphQL asks of them is the stricter rule where
			// it cannot tell the parents apart.
			if x.name != y.name || x.args != y.args || !alike(x, y) {
				return false
			}
		}
	}
	return true
}

// covers tells whether a field is needed on all objects of the set.
func (set *selectionSet) covers(f *selection) bool {
	return set.opaque || !slices.ContainsFunc(set.types, func(t typeID) bool { return !set.selects(f, t) })
}

// direct tells whether a field is selected on the place's own type, not inside
// a fragment.
func (p *planner) direct(set *selectionSet, f *selection) bool {
	if set.opaque {
		return true
	}
	if set.entities && !set.blind || set.typ == querygraph.NoType || !set.covers(f) {
		return false
	}
	id, ok := p.graph.Field(set.typ, f.name)
	if !ok {
		return false
	}
	in := p.graph.Fields[id].In(set.graph)
	return in.Present && (!in.External || !p.graph.Abstract(set.typ))
}

// asksTypename tells whether the subgraph is asked for the objects' types.
func (p *planner) asksTypename(set *selectionSet) bool {
	switch {
	case len(set.fields) == 0 || set.typename || set.typing:
		return true
	case set.opaque:
		return false
	case set.blind:
		return slices.ContainsFunc(set.fields, func(f *selection) bool { return !set.covers(f) })
	case set.entities:
		return len(set.types) > 1 && len(set.names(set.types)) > 1
	default:
		return p.graph.Abstract(set.site.typ) || slices.ContainsFunc(set.fields, func(f *selection) bool { return !set.covers(f) })
	}
}
