package verify

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// run interprets a plan for one assignment of the conditions' variables.
type run struct {
	*check
	variables map[string]bool
	root      *object
	at        map[int][]*object // by position
	// made are the fetches that are made, and find an object to look up.
	made []bool
}

// object is what is known of the objects of one type at a position below one
// parent.
type object struct {
	position int
	typ      typeID
	parent   *object
	// via is the field with its arguments that leads here.
	via   string
	views map[int]*view     // by fetch
	below map[int][]*object // by position
}

// view is what one fetch says of an object: its values by response key.
type view struct {
	values map[string]*value
	// opaque says that the fetch does not know the object's type.
	opaque bool
}

// place is the type by which a subgraph has an object: its own, or an interface that
// the subgraph has as an interface object.
type place = typeID

// value is the field behind a response key.
type value struct {
	name, args string
	id         fieldID
	// position is where the objects of a composite field stand, or 0.
	position int
	// used says that it is shown or sent, or a part of it is.
	used bool
	// opaque says that it is the name of an interface object, which is no object's
	// type.
	opaque bool
}

func (r *run) execute() {
	id, ok := r.graph.Type(r.op.Root.Type.Name)
	if !ok {
		r.fail("no subgraph has the type %q", r.op.Root.Type.Name)
		return
	}
	r.root = r.add(0, id, "", nil)
	for i, f := range r.plan.Fetches {
		if f.Kind == plan.IntrospectionFetch || !r.holds(f.Condition) {
			continue
		}
		switch f.Kind {
		case plan.EntityFetch:
			r.lookUp(f, r.sent[i])
			continue
		case plan.ReentryFetch:
			r.reenter(f, r.sent[i])
			continue
		}
		r.made[i] = true
		r.read(&reading{fetch: f, object: r.root, place: r.root.typ, set: r.sent[i].SelectionSet, selections: f.Selections})
	}
	r.show(r.root, r.op.Root)
	if len(r.problems) == 0 {
		r.nothingInVain()
	}
}

func (r *run) holds(c plan.Condition) bool {
	return c == nil || slices.ContainsFunc(c, func(tests []plan.Test) bool {
		return !slices.ContainsFunc(tests, func(t plan.Test) bool { return r.variables[t.Variable] != t.Want })
	})
}

func (r *run) add(position int, t typeID, via string, parent *object) *object {
	o := &object{position: position, typ: t, via: via, parent: parent, views: map[int]*view{}, below: map[int][]*object{}}
	r.at[position] = append(r.at[position], o)
	return o
}

// child returns the object of a type at a position below o, and makes it if no
// fetch has come across it.
func (r *run) child(o *object, position int, t typeID, via string) *object {
	for _, c := range o.below[position] {
		if c.via != via {
			r.fail("position %d (%v) is reached by %s and by %s", position, r.plan.Positions[position].Path, c.via, via)
		}
		if c.typ == t {
			return c
		}
	}
	c := r.add(position, t, via, o)
	o.below[position] = append(o.below[position], c)
	return c
}

// reading is a selection set that a fetch applies to an object.
type reading struct {
	fetch      *plan.Fetch
	object     *object
	place      place
	set        ast.SelectionSet
	selections []plan.Selection
	// target is which of the positions of the selections are meant.
	target   int
	provided querygraph.Provided
	// sent is the representation, and contexts are the values of contextual
	// arguments, for the entities of a lookup.
	sent     *sent
	contexts []plan.Context
}

func (r *run) where(d *reading) string {
	return r.graph.Types[d.object.typ].Name + " at " + r.place(d.object.position)
}

func (r *run) place(position int) string {
	return "\"" + strings.Join(r.plan.Positions[position].Path, ".") + "\""
}

func (r *run) read(d *reading) {
	f, o := d.fetch, d.object
	if o.views[f.ID] != nil {
		r.fail("fetch %d has %s twice", f.ID, r.where(d))
		return
	}
	v := &view{values: map[string]*value{}, opaque: d.place != o.typ}
	o.views[f.ID] = v
	keys := r.collect(f.Subgraph, d.place, d.set, nil)
	r.selections(d, keys)
	for _, c := range keys {
		field := c.fields[0]
		if field.Name == "__typename" {
			v.values[c.key] = &value{name: field.Name, id: querygraph.Typename, opaque: d.place != o.typ}
			continue
		}
		id, ok := r.graph.Field(o.typ, field.Name)
		here, has := r.graph.Field(d.place, field.Name)
		if !ok || !has || !r.graph.Resolves(f.Subgraph, d.place, here, d.provided) {
			r.fail("fetch %d asks for %q on %s, which subgraph %q does not resolve there", f.ID, field.Name, r.where(d), r.graph.Supergraph.Subgraphs[f.Subgraph].Name)
			continue
		}
		value := &value{name: field.Name, args: argumentText(r.contextual(d, field, here)), id: id}
		v.values[c.key] = value
		r.required(d, here)
		if r.graph.Fields[id].Result != querygraph.NoType {
			value.position = r.descend(d, c, id, here, value)
		}
	}
}

// required checks that a field's @requires is fulfilled.
func (r *run) required(d *reading, id fieldID) {
	in := r.graph.Fields[id].In(d.fetch.Subgraph)
	if in.Requires == nil || in.External {
		return
	}
	if d.sent == nil {
		r.fail("fetch %d asks for %q on %s without a representation; it requires %q", d.fetch.ID, r.graph.Coordinate(id), r.where(d), in.Requires)
	} else if missing := r.missing(d.sent, in.Requires, true); missing != "" {
		r.fail("fetch %d asks for %q on %s without sending %s", d.fetch.ID, r.graph.Coordinate(id), r.where(d), missing)
	}
}

// descend reads the objects of a composite field, and returns their position. The
// field of the object's type is id, that of the place's here.
func (r *run) descend(d *reading, c collected, id, here fieldID, v *value) int {
	s := selectionOf(d.selections, c.key, r.graph.Types[d.place].Name)
	if s == nil || d.target >= len(s.Positions) {
		r.fail("fetch %d: the plan gives %q on %s no position", d.fetch.ID, c.key, r.where(d))
		return 0
	}
	position := s.Positions[d.target]
	if position <= 0 || position >= len(r.plan.Positions) || !slices.Contains(r.plan.Positions[position].Sources, d.fetch.ID) {
		r.fail("fetch %d leads to position %d, whose sources do not name it", d.fetch.ID, position)
		return 0
	}
	r.path(d, position, c, id)
	var set ast.SelectionSet
	for _, f := range c.fields {
		set = append(set, f.SelectionSet...)
	}
	below := r.graph.Below(d.fetch.Subgraph, d.place, here, d.provided)
	known := r.graph.ResultTypes(d.fetch.Subgraph, here)
	result := r.graph.Fields[here].In(d.fetch.Subgraph).Result
	opaque := r.graph.Types[result].In(d.fetch.Subgraph).InterfaceObject
	via := v.name + v.args
	for _, t := range r.graph.CommonResultTypes(id) {
		child := r.child(d.object, position, t, via)
		if slices.Contains(known, t) {
			at := t
			if opaque {
				at = result
			}
			r.read(&reading{fetch: d.fetch, object: child, place: at, set: set, selections: s.Selections, target: d.target, provided: below})
		}
	}
	return position
}

// path checks a position's path and type against those of the position above.
func (r *run) path(d *reading, position int, c collected, id fieldID) {
	p := r.plan.Positions[position]
	above := r.plan.Positions[d.object.position].Path
	t := r.graph.Fields[id].Definition.Type
	lists := 0
	for ; t.Elem != nil; t = t.Elem {
		lists++
	}
	if len(p.Path) != len(above)+1+lists || !slices.Equal(p.Path[:len(above)], above) || slices.ContainsFunc(p.Path[len(above)+1:], func(s string) bool { return s != "@" }) {
		r.fail("position %d has the path %v below %v, by a field of type %s", position, p.Path, above, r.graph.Fields[id].Definition.Type)
	}
	if known, ok := r.graph.Type(p.Type); !ok || known != r.graph.Fields[id].Result && !slices.Contains(r.graph.Types[known].Possible, r.graph.Fields[id].Result) && !r.covers(known, id) {
		r.fail("position %d is of type %s, the field %q that leads there of %s", position, p.Type, r.graph.Coordinate(id), t)
	}
}

// covers tells whether a type includes all objects that a field returns.
func (r *run) covers(t typeID, id fieldID) bool {
	return !slices.ContainsFunc(r.graph.CommonResultTypes(id), func(o typeID) bool { return !slices.Contains(r.graph.Types[t].Possible, o) })
}

// selections compares what the plan says of a fetch's response with its text.
func (r *run) selections(d *reading, keys []collected) {
	name := r.graph.Types[d.place].Name
	guarded := slices.ContainsFunc(d.selections, func(s plan.Selection) bool { return s.Types != nil })
	if guarded && (d.selections[0].Name != "__typename" || d.selections[0].Types != nil) {
		r.fail("fetch %d: what is selected of %s depends on the type, which is not asked for first", d.fetch.ID, r.where(d))
	}
	for i := range d.selections {
		s := &d.selections[i]
		if s.Types != nil && !slices.Contains(s.Types, name) {
			continue
		}
		if selectionOf(d.selections[:i], s.Key, name) != nil {
			r.fail("fetch %d: two selections of %s have the key %q", d.fetch.ID, r.where(d), s.Key)
		}
		k := slices.IndexFunc(keys, func(c collected) bool { return c.key == s.Key })
		switch {
		case k < 0 && !s.Optional:
			r.fail("fetch %d: the plan has %q on %s, the text has not", d.fetch.ID, s.Key, r.where(d))
		case k >= 0 && keys[k].fields[0].Name != s.Name:
			r.fail("fetch %d: %q on %s is %q in the plan and %q in the text", d.fetch.ID, s.Key, r.where(d), s.Name, keys[k].fields[0].Name)
		case k >= 0 && s.Name != "__typename":
			r.selectionType(d, s)
		}
	}
	for _, c := range keys {
		if selectionOf(d.selections, c.key, name) == nil {
			r.fail("fetch %d: the text has %q on %s, the plan has not", d.fetch.ID, c.key, r.where(d))
		}
	}
}

// selectionType checks the type of a selection: what the executor reads by it.
func (r *run) selectionType(d *reading, s *plan.Selection) {
	id, ok := r.graph.Field(d.object.typ, s.Name)
	if !ok {
		return
	}
	want, got := r.graph.Fields[id].Definition.Type, s.Type
	for want.Elem != nil && got.Elem != nil {
		want, got = want.Elem, got.Elem
	}
	if want.Elem != nil || got.Elem != nil || r.graph.Fields[id].Result == querygraph.NoType && want.NamedType != got.NamedType {
		r.fail("fetch %d: %q on %s is of type %s in the plan", d.fetch.ID, s.Key, r.where(d), s.Type)
	}
}

func selectionOf(selections []plan.Selection, key, typ string) *plan.Selection {
	for i := range selections {
		if s := &selections[i]; s.Key == key && (s.Types == nil || slices.Contains(s.Types, typ)) {
			return s
		}
	}
	return nil
}
