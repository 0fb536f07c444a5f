package verify

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// sent is a representation, or a part of one: what a subgraph is told of an
// object.
type sent struct {
	typ      typeID
	typename bool
	// untyped says that nobody knows the type, or that an interface's name is sent.
	untyped bool
	fields  map[string]sentField
}

type sentField struct {
	args  string
	below []*sent // one for each type that the field's objects can have
}

// lookUp interprets a lookup: it looks up the objects at its targets.
func (r *run) lookUp(f *plan.Fetch, op *ast.OperationDefinition) {
	if len(f.Entities) != len(op.SelectionSet) {
		r.fail("fetch %d has %d lookups in its text, %d in the plan", f.ID, len(op.SelectionSet), len(f.Entities))
		return
	}
	for i := range f.Entities {
		e := &f.Entities[i]
		if len(e.Contexts) > 0 && (len(f.Entities) > 1 || len(e.Targets) != 1) {
			r.fail("fetch %d has contextual arguments and looks up other objects too", f.ID)
		}
		field, ok := op.SelectionSet[i].(*ast.Field)
		if !ok || field.Name != "_entities" || field.Alias != e.Key || argumentText(field.Arguments) != ",representations:$"+e.Variable {
			r.fail("fetch %d: lookup %d is not %s: _entities(representations: $%s)", f.ID, i, e.Key, e.Variable)
			return
		}
		for k := range e.Targets {
			r.target(f, e, k, field.SelectionSet)
		}
	}
}

func (r *run) target(f *plan.Fetch, e *plan.Entities, k int, set ast.SelectionSet) {
	t := &e.Targets[k]
	if t.Position <= 0 || t.Position >= len(r.plan.Positions) {
		r.fail("fetch %d looks up position %d, which does not exist", f.ID, t.Position)
		return
	}
	position := r.plan.Positions[t.Position]
	r.depends(f, position.Sources[0], "the objects")
	for _, o := range slices.Clone(r.at[t.Position]) {
		if o.views[position.Sources[0]] == nil {
			continue // there is no such object
		}
		name := r.graph.Types[o.typ].Name
		if slices.ContainsFunc(t.Representations, func(rep plan.Representation) bool { return rep.Types != nil || typed(rep.Fields) }) {
			r.typename(f, o)
		}
		var found *plan.Representation
		for i := range t.Representations {
			rep := &t.Representations[i]
			if rep.Types != nil && !slices.Contains(rep.Types, name) {
				continue
			}
			if found != nil {
				r.fail("fetch %d has two representations of %s at %s", f.ID, name, r.place(t.Position))
			}
			found = rep
		}
		if found == nil {
			continue
		}
		r.made[f.ID] = true
		s := r.build(f, o, found.Fields, true)
		at := r.representation(f, o, found, s)
		r.apart(f, e, o)
		r.read(&reading{fetch: f, object: o, place: at, set: set, selections: e.Selections, target: k, sent: s, contexts: e.Contexts})
	}
}

// reenter interprets a fetch of the Query object for objects below the root.
func (r *run) reenter(f *plan.Fetch, op *ast.OperationDefinition) {
	if f.Position <= 0 || f.Position >= len(r.plan.Positions) || r.plan.Positions[f.Position].Type != r.graph.Supergraph.Schema.Query.Name {
		r.fail("fetch %d enters Query at position %d, which is no place of that type", f.ID, f.Position)
		return
	}
	first := r.plan.Positions[f.Position].Sources[0]
	r.depends(f, first, "the objects")
	for _, o := range slices.Clone(r.at[f.Position]) {
		if o.views[first] != nil {
			r.made[f.ID] = true
			r.read(&reading{fetch: f, object: o, place: o.typ, set: op.SelectionSet, selections: f.Selections})
		}
	}
}

// typed tells whether what is sent depends on the object's type.
func typed(fields []plan.RepresentationField) bool {
	return slices.ContainsFunc(fields, func(f plan.RepresentationField) bool { return f.Types != nil })
}

// representation checks that the subgraph can look an object up by what is sent: by
// its own type or by that of an interface which the subgraph has as an interface
// object, or with its types. It returns by which type the subgraph then has the
// object.
func (r *run) representation(f *plan.Fetch, o *object, rep *plan.Representation, s *sent) place {
	t, at := &r.graph.Types[o.typ], o.typ
	if id, ok := r.graph.Type(rep.Typename); ok && t.Name != rep.Typename && r.graph.Types[id].Kind == ast.Interface && slices.Contains(r.graph.Types[id].In(f.Subgraph).Possible, o.typ) {
		t = &r.graph.Types[id]
		if t.In(f.Subgraph).InterfaceObject {
			at = id
		}
	}
	if rep.Typename != t.Name || !t.In(f.Subgraph).Present {
		r.fail("fetch %d sends %s at %s as %q", f.ID, t.Name, r.place(o.position), rep.Typename)
	}
	identified := false
	var sets []*querygraph.FieldSet
	for _, key := range t.In(f.Subgraph).Keys {
		if key.Resolvable {
			sets = append(sets, key.Fields)
			identified = identified || r.missing(s, key.Fields, true) == ""
		}
	}
	if !identified {
		r.fail("fetch %d sends %s at %s without a resolvable key of subgraph %q", f.ID, t.Name, r.place(o.position), r.graph.Supergraph.Subgraphs[f.Subgraph].Name)
	}
	for _, id := range r.graph.Types[at].Fields {
		if in := r.graph.Fields[id].In(f.Subgraph); in.Requires != nil {
			sets = append(sets, in.Requires)
		}
	}
	r.useful(f, o, s, sets)
	return at
}

// build collects what is sent of an object, and checks that it is there.
func (r *run) build(f *plan.Fetch, o *object, fields []plan.RepresentationField, top bool) *sent {
	out := &sent{typ: o.typ, typename: top, fields: map[string]sentField{}}
	name := r.graph.Types[o.typ].Name
	for i := range fields {
		rf := &fields[i]
		if rf.Types != nil && !slices.Contains(rf.Types, name) {
			continue
		}
		if _, twice := out.fields[rf.Name]; twice || top && rf.Name == "__typename" {
			r.fail("fetch %d sends %q of %s at %s twice", f.ID, rf.Name, name, r.place(o.position))
		}
		if rf.Name == "__typename" && rf.Source.Fetch == plan.NoFetch && r.plan.Positions[o.position].Type == name {
			out.typename = true // what stands there is known
			continue
		}
		if p := r.plan.Positions[o.position]; rf.Source.Fetch == plan.NoFetch && rf.Name == "__typename" {
			if id, ok := r.graph.Type(p.Type); !ok || !r.graph.Types[id].In(f.Subgraph).InterfaceObject {
				r.fail("fetch %d sends %s at %s as %q", f.ID, name, r.place(o.position), p.Type)
			}
			out.typename, out.untyped = true, true
			continue
		}
		r.depends(f, rf.Source.Fetch, rf.Name)
		v := r.value(o, rf.Source)
		if v == nil || v.name != rf.Name {
			r.fail("fetch %d sends %q of %s at %s, which fetch %d does not have as %q", f.ID, rf.Name, name, r.place(o.position), rf.Source.Fetch, rf.Source.Key)
			continue
		}
		v.used = true
		if rf.Name == "__typename" {
			if v.opaque {
				r.fail("fetch %d sends the type of %s at %s from fetch %d, which does not know it", f.ID, name, r.place(o.position), rf.Source.Fetch)
			}
			out.typename = true
			continue
		}
		field := sentField{args: v.args}
		composite := r.graph.Fields[v.id].Result != querygraph.NoType
		if composite == (rf.Position == plan.NoPosition) {
			r.fail("fetch %d sends %q of %s at %s as position %d", f.ID, rf.Name, name, r.place(o.position), rf.Position)
			continue
		}
		if composite {
			field.below = r.buildBelow(f, o, rf, v)
		}
		out.fields[rf.Name] = field
	}
	return out
}

func (r *run) buildBelow(f *plan.Fetch, o *object, rf *plan.RepresentationField, v *value) []*sent {
	var out []*sent
	position := r.plan.Positions[rf.Position]
	if position.Sources[0] != rf.Source.Fetch {
		r.fail("fetch %d sends %q at %s by fetch %d, the objects are those of fetch %d", f.ID, rf.Name, r.place(o.position), rf.Source.Fetch, position.Sources[0])
	}
	for _, t := range r.graph.CommonResultTypes(v.id) {
		i := slices.IndexFunc(o.below[rf.Position], func(c *object) bool { return c.typ == t && c.via == v.name+v.args })
		if i < 0 || o.below[rf.Position][i].views[rf.Source.Fetch] == nil {
			r.fail("fetch %d sends %q at %s, whose objects of type %s fetch %d does not have", f.ID, rf.Name, r.place(o.position), r.graph.Types[t].Name, rf.Source.Fetch)
			continue
		}
		child := o.below[rf.Position][i]
		if typed(rf.Fields) {
			r.typename(f, child)
		}
		part := r.build(f, child, rf.Fields, false)
		part.untyped = part.untyped || !part.typename && child.views[rf.Source.Fetch].opaque
		out = append(out, part)
	}
	return out
}

// missing names the first part of a field set that a representation lacks, or "".
func (r *run) missing(s *sent, set *querygraph.FieldSet, top bool) string {
	if !top && r.graph.Abstract(set.Type) && !s.typename && !s.untyped {
		return "__typename of " + r.graph.Types[s.typ].Name
	}
	for i := range set.Fields {
		f := &set.Fields[i]
		if !f.On(s.typ) {
			continue
		}
		if !top && (f.Name == "__typename" || f.Types != nil) && s.untyped {
			return "the type of " + r.graph.Types[s.typ].Name
		}
		if f.Name == "__typename" {
			if !s.typename {
				return f.Name
			}
			continue
		}
		field, ok := s.fields[f.Name]
		if !ok || field.args != argumentText(f.Arguments) {
			return r.graph.Types[s.typ].Name + "." + f.Name + argumentText(f.Arguments)
		}
		if f.Set == nil {
			continue
		}
		for _, below := range field.below {
			if missing := r.missing(below, f.Set, false); missing != "" {
				return f.Name + " { " + missing + " }"
			}
		}
	}
	return ""
}

// useful checks that every part of a representation is in one of the sets.
func (r *run) useful(f *plan.Fetch, o *object, s *sent, sets []*querygraph.FieldSet) {
	for name, field := range s.fields {
		var below []*querygraph.FieldSet
		asked := false
		for _, set := range sets {
			for i := range set.Fields {
				if set.Fields[i].Name == name && set.Fields[i].On(s.typ) {
					asked = true
					if set.Fields[i].Set != nil {
						below = append(below, set.Fields[i].Set)
					}
				}
			}
		}
		if !asked {
			r.fail("fetch %d sends %q of %s at %s, for which the subgraph has no use", f.ID, name, r.graph.Types[s.typ].Name, r.place(o.position))
		}
		for _, b := range field.below {
			r.useful(f, o, b, below)
		}
	}
}

// value returns what a source has of an object, or nil.
func (r *run) value(o *object, s plan.Source) *value {
	if v := o.views[s.Fetch]; v != nil {
		return v.values[s.Key]
	}
	return nil
}

// typename checks that the type of an object is known, for a fetch that depends
// on it or, if f is nil, for the answer.
func (r *run) typename(f *plan.Fetch, o *object) string {
	p := r.plan.Positions[o.position]
	name := r.graph.Types[o.typ].Name
	if p.Typename.Fetch == plan.NoFetch {
		if p.Type != name {
			r.fail("nothing tells the type of %s at %s, a place of %s", name, r.place(o.position), p.Type)
		}
		return name
	}
	if f != nil {
		r.depends(f, p.Typename.Fetch, "the objects' type")
	}
	if v := r.value(o, p.Typename); v != nil && v.name == "__typename" && !v.opaque {
		v.used = true
	} else {
		r.fail("nothing tells the type of %s at %s: fetch %d does not have %q", name, r.place(o.position), p.Typename.Fetch, p.Typename.Key)
	}
	return name
}

// depends notes that a fetch reads another one's response.
func (r *run) depends(f *plan.Fetch, other int, what string) {
	if !slices.Contains(f.DependsOn, other) {
		r.fail("fetch %d reads %s from fetch %d without depending on it", f.ID, what, other)
		return
	}
	r.reads[f.ID][other] = true
}
