package verify

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// contextual checks that the contextual arguments of a field get the values of the
// nearest objects above, and returns the arguments that are the client's.
func (r *run) contextual(d *reading, field *ast.Field, id fieldID) ast.ArgumentList {
	in := r.graph.Fields[id].In(d.fetch.Subgraph)
	if len(in.Context) == 0 || in.External {
		return field.Arguments
	}
	client := slices.Clone(field.Arguments)
	for i := range in.Context {
		a := &in.Context[i]
		client = slices.DeleteFunc(client, func(o *ast.Argument) bool { return o.Name == a.Name })
		given := field.Arguments.ForName(a.Name)
		if given == nil || given.Value.Kind != ast.Variable || d.sent == nil {
			r.fail("fetch %d asks for %q on %s without the value of its argument %q", d.fetch.ID, field.Name, r.where(d), a.Name)
			continue
		}
		k := slices.IndexFunc(d.contexts, func(c plan.Context) bool { return c.Variable == given.Value.Raw })
		if k < 0 || d.contexts[k].Argument != a.Name || d.contexts[k].Type.String() != a.Type.String() || d.contexts[k].ByObject {
			r.fail("fetch %d: $%s of %s is not the plan's value of the argument %q", d.fetch.ID, given.Value.Raw, r.where(d), a.Name)
			continue
		}
		r.context(d, &d.contexts[k], a)
	}
	return client
}

// context checks that a value is that of the nearest object above that sets the
// context, and that lookups on the way keep objects apart.
func (r *run) context(d *reading, c *plan.Context, a *querygraph.ContextArgument) {
	giver := d.object.parent
	for giver != nil && r.graph.Types[giver.typ].Context(a.Value) == nil {
		giver = giver.parent
	}
	if giver == nil {
		r.fail("fetch %d: nothing above %s gives the argument %q", d.fetch.ID, r.where(d), a.Name)
		return
	}
	if !r.shown(d.object) {
		return // an interface object has fields of objects that the client does not ask for them
	}
	found, g := r.nearest(d.fetch, d.object.parent, c)
	if found != giver {
		r.fail("fetch %d: the argument %q of %s does not come from %s", d.fetch.ID, a.Name, r.where(d), r.place(giver.position))
		return
	}
	sent := r.build(d.fetch, giver, g.Fields, false)
	set := r.graph.Types[giver.typ].Context(a.Value).Fields
	if missing := r.missing(sent, set, true); missing != "" {
		r.fail("fetch %d: the argument %q of %s is not made of %s", d.fetch.ID, a.Name, r.where(d), missing)
	}
	r.useful(d.fetch, giver, sent, []*querygraph.FieldSet{set})
	r.depends(d.fetch, r.plan.Positions[d.object.position].Sources[0], "the objects")
	for o := d.object; o != giver; o = o.parent {
		r.keptApart(d, o, giver)
	}
}

// shown tells whether the answer shows an object.
func (r *run) shown(o *object) bool {
	for ; o.parent != nil; o = o.parent {
		name := r.graph.Types[o.parent.typ].Name
		if !slices.ContainsFunc(r.plan.Positions[o.parent.position].Fields, func(f plan.Field) bool {
			return f.Position == o.position && (f.Types == nil || slices.Contains(f.Types, name)) && r.holds(f.Condition)
		}) {
			return false
		}
	}
	return true
}

// nearest returns the object, from o upwards, that a plan's context takes the value
// of, and how; it notes what a fetch reads to find it.
func (r *run) nearest(f *plan.Fetch, o *object, c *plan.Context) (*object, *plan.Giver) {
	gives := func(o *object) bool {
		return slices.ContainsFunc(c.Givers, func(g plan.Giver) bool { return g.Position == o.position })
	}
	for ; above(o, gives); o = o.parent {
		if o.position > 0 {
			r.depends(f, r.plan.Positions[o.position].Sources[0], "the objects")
		}
		for i := range c.Givers {
			g := &c.Givers[i]
			if g.Position == o.position && (g.Types == nil || slices.Contains(g.Types, r.typename(f, o))) {
				return o, g
			}
		}
	}
	return nil, nil
}

// above tells whether something is so of an object or one above it.
func above(o *object, is func(*object) bool) bool {
	for o != nil && !is(o) {
		o = o.parent
	}
	return o != nil
}

// keptApart checks that a lookup between a field with contextual arguments and the
// giver of a value, in whose response the object stands, does not take objects
// with different values for one.
func (r *run) keptApart(d *reading, o, giver *object) {
	f := r.plan.Fetches[r.plan.Positions[o.position].Sources[0]]
	for i := range f.Entities {
		e := &f.Entities[i]
		for k := range e.Targets {
			at := o
			for at != nil && at.position != e.Targets[k].Position {
				at = at.parent
			}
			if at == nil || at == o || !leadsTo(e.Selections, k, o.position) || !above(at, func(o *object) bool { return o == giver }) {
				continue
			}
			apart := slices.ContainsFunc(e.Apart, func(c plan.Context) bool {
				return slices.ContainsFunc(c.Givers, func(g plan.Giver) bool {
					return g.Position == giver.position || c.ByObject && !above(giver.parent, func(o *object) bool { return o.position == g.Position }) &&
						above(at.parent, func(o *object) bool { return o.position == g.Position })
				})
			})
			if at != giver && (len(e.Targets) > 1 || !apart) {
				r.fail("fetch %d looks objects at %s up as one whatever %s gives them", f.ID, r.place(at.position), r.place(giver.position))
			}
		}
	}
}

// leadsTo tells whether selections have the objects at a position.
func leadsTo(selections []plan.Selection, target, position int) bool {
	return slices.ContainsFunc(selections, func(s plan.Selection) bool {
		return target < len(s.Positions) && s.Positions[target] == position || leadsTo(s.Selections, target, position)
	})
}

// apart notes what a lookup reads to keep objects apart. The values need not be
// there: nothing depends on them if what takes them is not asked for.
func (r *run) apart(f *plan.Fetch, e *plan.Entities, o *object) {
	for i := range e.Apart {
		c := &e.Apart[i]
		if len(e.Targets) > 1 || c.Variable != "" {
			r.fail("fetch %d keeps the objects of %d positions apart by $%s", f.ID, len(e.Targets), c.Variable)
		}
		if giver, g := r.nearest(f, o, c); giver != nil && !c.ByObject {
			r.refers(f, giver, g.Fields)
		}
	}
}

// refers notes the fetches that fields come from.
func (r *run) refers(f *plan.Fetch, o *object, fields []plan.RepresentationField) {
	for i := range fields {
		if fields[i].Source.Fetch == plan.NoFetch {
			continue
		}
		r.depends(f, fields[i].Source.Fetch, fields[i].Name)
		if v := r.value(o, fields[i].Source); v == nil {
			continue
		}
		for _, child := range o.below[fields[i].Position] {
			r.typename(f, child)
			r.refers(f, child, fields[i].Fields)
		}
	}
}
