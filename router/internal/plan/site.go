package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

type (
	typeID  = querygraph.TypeID
	fieldID = querygraph.FieldID
)

// site is a place where objects stand, while it is planned: a Position in the
// making, or several alternatives of one while the search still decides which
// subgraphs' objects they are.
type site struct {
	// via is the demand of the parent that leads here; nil for the root and for
	// a site that only feeds representations.
	via    *demand
	parent *site
	path   []string
	typ    typeID
	// types are the object types that objects here can have, sorted.
	types []typeID
	// parentTypes are the object types of the parent's objects that lead here.
	parentTypes []typeID
	// name and args are the field that leads here.
	name      string
	arguments ast.ArgumentList
	demands   []*demand
	root      bool
	// sealed says that no further subgraph may be entered (fields of a mutation).
	sealed bool
	// fed says that representations need a site that the client selects, or parts
	// of it: it may be there though the client's condition does not hold.
	fed bool
	// guard is that condition; what the client selects of a fed site's objects is
	// wanted only if it holds.
	guard operation.Condition

	// structure is equal at sites where the same is selected of the same types.
	structure int
	// hidden are the sites of composite fields that only representations need. A
	// joint one is that of objects of all types above it.
	hidden []*site
	joint  bool

	chosen      *choice
	entries     []entry // as decided; the choice may have been made for others like them
	wave        int     // of the earliest entry, in the whole plan
	position    int
	residencies []*residency
	// primary is the residency that decides which objects stand here, once all
	// are known.
	primary *residency
}

// demand is one field that the client selects at a site.
type demand struct {
	field *operation.Field
	args  string
	// types are the object types here on which the field is shown, sorted; at are
	// their indices among the site's types, ids the field on each of them.
	types    []typeID
	at       []int
	ids      []fieldID
	typename bool
	index    int // of the site's demands
	// sites are where the field leads from some of its types or others.
	sites []*site
}

// wanted is when the client wants the site's objects, given that those of the
// parent are there.
func (s *site) wanted() operation.Condition { return s.parent.guard.And(s.via.field.Condition) }

// reached says when the field that leads to the site is needed, if parts of the
// site's objects are needed under a condition: what the client selects of them
// has conditions that presuppose those of the field, unless the site is fed.
func (s *site) reached(cond operation.Condition) operation.Condition {
	if s.fed || s.via == nil {
		return cond
	}
	return s.wanted().And(cond)
}

func (d *demand) composite() bool { return d.field.Selections != nil }

// newSite makes the site of a selection set.
func (p *planner) newSite(sel *operation.SelectionSet, typ typeID, types []typeID) *site {
	s := p.mem.sites.one()
	*s = site{typ: typ, types: types, position: -1, structure: p.structureOf(sel, typ, types)}
	if sel == nil {
		return s
	}
	s.demands = p.mem.demandLists.take(len(sel.Fields))[:0]
	for _, f := range sel.Fields {
		if d := p.newDemand(f, types); d != nil {
			d.index = len(s.demands)
			s.demands = append(s.demands, d)
		}
	}
	return s
}

// newDemand gives what a field demands of objects of the given types, nil if it
// is not shown on any.
func (p *planner) newDemand(f *operation.Field, types []typeID) *demand {
	p.indices = p.indices[:0]
	for i, t := range types {
		name := p.graph.Types[t].Name
		if (f.Types == nil || slices.Contains(f.Types, name)) && p.graph.Supergraph.API.Types[name] != nil {
			p.indices = append(p.indices, i)
		}
	}
	if len(p.indices) == 0 {
		return nil
	}
	d := p.mem.demands.one()
	d.field, d.args, d.typename = f, argumentText(f.Arguments), f.Name == "__typename"
	d.at, d.types, d.ids = p.mem.indices.keep(p.indices), types, p.mem.fields.take(len(p.indices))
	if len(p.indices) < len(types) {
		d.types = p.mem.types.take(len(p.indices))
	}
	for k, i := range d.at {
		if len(d.types) < len(types) {
			d.types[k] = types[i]
		}
		d.ids[k] = p.field(types[i], f.Name)
	}
	return d
}

// noField is what a type has under a name that is not one of its fields.
const noField fieldID = -2

// input is the field of objects of the type that a part of a representation is.
func (p *planner) input(t typeID, f *querygraph.FieldSetField) fieldID {
	if id, ok := p.graph.InputOn(t, f); ok {
		return id
	}
	return noField
}

func (p *planner) field(t typeID, name string) fieldID {
	if f, ok := p.graph.Field(t, name); ok {
		return f
	}
	return noField
}

// child gives the site that a demand leads to from objects of the given types.
func (p *planner) child(s *site, d *demand, types []typeID) *site {
	for _, c := range d.sites {
		if slices.Equal(c.parentTypes, types) {
			return c
		}
	}
	result, common := p.results(d.field.Name, types)
	c := p.newSite(d.field.Selections, result, common)
	c.via, c.parent, c.parentTypes = d, s, types
	c.name, c.arguments = d.field.Name, d.field.Arguments
	c.path = appendPath(s.path, d.field.Key, d.field.Definition.Type)
	d.sites = append(d.sites, c)
	return c
}

// hiddenChild gives the site of a composite field that a representation needs:
// one that the client selects too, if there is one with the same objects.
func (p *planner) hiddenChild(s *site, f *querygraph.FieldSetField, t typeID) *site {
	args, joint := argumentText(f.Arguments), s.chosen != nil && s.chosen.joint(f, t)
	for _, d := range s.demands {
		if d.field.Name != f.Name || d.args != args || !d.composite() || p.isContextual(t, f.Name) {
			continue
		}
		if s.chosen == nil {
			break
		}
		groups := s.chosen.groups[d.index]
		if joint && (len(groups) != 1 || s.chosen.restricted(groups[0].types)) {
			continue
		}
		for _, g := range groups {
			if slices.Contains(g.types, t) {
				return g.site
			}
		}
	}
	for _, c := range s.hidden {
		if c.name == f.Name && c.joint == joint && slices.Contains(c.parentTypes, t) && argumentText(c.arguments) == args {
			return c
		}
	}
	types := []typeID{t}
	if joint {
		types = s.chosen.all()
	}
	result, common := p.results(f.Name, types)
	c := p.newSite(nil, result, common)
	field, _ := p.graph.Field(t, f.Name)
	c.parent, c.parentTypes, c.joint = s, types, joint
	c.name, c.arguments = f.Name, f.Arguments
	c.path = appendPath(s.path, f.Name, p.graph.Fields[field].Definition.Type)
	s.hidden = append(s.hidden, c)
	return c
}

// results gives the type in the supergraph of the field on objects of the given
// types, and the object types that it can return.
func (p *planner) results(name string, types []typeID) (typeID, []typeID) {
	var common []typeID
	result := querygraph.NoType
	for _, t := range types {
		f, ok := p.graph.Field(t, name)
		if !ok || f == querygraph.Typename {
			continue
		}
		if result == querygraph.NoType || p.graph.Abstract(p.graph.Fields[f].Result) {
			result = p.graph.Fields[f].Result
		}
		common = append(common, p.graph.CommonResultTypes(f)...)
	}
	slices.Sort(common)
	return result, slices.Compact(common)
}

// appendPath adds a response key and an "@" for each list level.
func appendPath(path []string, key string, t *ast.Type) []string {
	out := append(slices.Clone(path), key)
	for ; t.Elem != nil; t = t.Elem {
		out = append(out, "@")
	}
	return out
}
