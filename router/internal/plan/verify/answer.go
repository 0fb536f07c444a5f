package verify

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// show checks that the plan shows of an object what the operation selects of it.
func (r *run) show(o *object, selected *operation.SelectionSet) {
	name := r.graph.Types[o.typ].Name
	visible := r.graph.Supergraph.API.Types[name] != nil
	if !visible || r.dependsOnType(o.position) {
		r.typename(nil, o)
	}
	if !visible {
		return // clients cannot see it
	}
	want := r.wanted(selected, name)
	var got []*plan.Field
	for i := range r.plan.Positions[o.position].Fields {
		f := &r.plan.Positions[o.position].Fields[i]
		if (f.Types == nil || slices.Contains(f.Types, name)) && r.holds(f.Condition) {
			got = append(got, f)
		}
	}
	if len(want) != len(got) || !slices.EqualFunc(want, got, func(w *operation.Field, g *plan.Field) bool { return w.Key == g.Key }) {
		r.fail("%s at %s shows %v, the operation selects %v", name, r.place(o.position), keysOf(got, func(f *plan.Field) string { return f.Key }), keysOf(want, func(f *operation.Field) string { return f.Key }))
		return
	}
	for i := range want {
		r.showField(o, want[i], got[i])
	}
}

// dependsOnType tells whether what is shown at a position depends on the objects'
// types.
func (r *run) dependsOnType(position int) bool {
	p := r.plan.Positions[position]
	return p.Typename.Fetch != plan.NoFetch || !r.isAbstract(p.Type) ||
		slices.ContainsFunc(p.Fields, func(f plan.Field) bool { return f.Types != nil || f.Name == "__typename" })
}

func (c *check) isAbstract(name string) bool {
	id, ok := c.graph.Type(name)
	return ok && c.graph.Abstract(id)
}

// wanted are the fields that the operation selects of objects of a type.
func (r *run) wanted(selected *operation.SelectionSet, name string) []*operation.Field {
	var out []*operation.Field
	for _, f := range selected.Fields {
		if f.Types != nil && !slices.Contains(f.Types, name) {
			continue
		}
		if f.Condition == nil || slices.ContainsFunc(f.Condition, func(tests []operation.Test) bool {
			return !slices.ContainsFunc(tests, func(t operation.Test) bool { return r.variables[t.Variable] != t.Want })
		}) {
			out = append(out, f)
		}
	}
	return out
}

func keysOf[T any](fields []T, key func(T) string) []string {
	var out []string
	for _, f := range fields {
		out = append(out, key(f))
	}
	return out
}

func (r *run) showField(o *object, want *operation.Field, got *plan.Field) {
	at := r.graph.Types[o.typ].Name + " at " + r.place(o.position)
	if got.Name != want.Name || got.Type.String() != want.Definition.Type.String() || got.Parent != want.Parent {
		r.fail("%q of %s is shown as %s.%s: %s, not as %s.%s: %s", want.Key, at, got.Parent, got.Name, got.Type, want.Parent, want.Name, want.Definition.Type)
	}
	position := r.plan.Positions[o.position]
	switch {
	case got.Source.Fetch == plan.NoFetch:
		if want.Name != "__typename" || position.Typename.Fetch != plan.NoFetch {
			r.fail("%q of %s has no source", want.Key, at)
		}
		return
	case got.Source.Fetch < 0 || got.Source.Fetch >= len(r.plan.Fetches):
		r.fail("%q of %s comes from fetch %d, which does not exist", want.Key, at, got.Source.Fetch)
		return
	case want.Introspection():
		if f := r.plan.Fetches[got.Source.Fetch]; f.Kind != plan.IntrospectionFetch || selectionOf(f.Selections, got.Source.Key, "") == nil {
			r.fail("%q of %s does not come from the introspection", want.Key, at)
		}
		return
	}
	v := r.value(o, got.Source)
	if v == nil || v.name != want.Name || v.args != argumentText(want.Arguments) {
		r.fail("%q of %s is not what fetch %d has as %q", want.Key, at, got.Source.Fetch, got.Source.Key)
		return
	}
	v.used = true
	if (want.Selections == nil) != (got.Position == plan.NoPosition) {
		r.fail("%q of %s leads to position %d", want.Key, at, got.Position)
		return
	}
	if want.Selections != nil {
		r.showBelow(o, want, got, v)
	}
}

func (r *run) showBelow(o *object, want *operation.Field, got *plan.Field, v *value) {
	at := r.graph.Types[o.typ].Name + " at " + r.place(o.position)
	if first := r.plan.Positions[got.Position].Sources[0]; first != got.Source.Fetch {
		r.fail("%q of %s comes from fetch %d, its objects are those of fetch %d", want.Key, at, got.Source.Fetch, first)
	}
	if path := r.plan.Positions[got.Position].Path; path[len(r.plan.Positions[o.position].Path)] != want.Key {
		r.fail("%q of %s leads to a position with the path %v", want.Key, at, path)
	}
	for _, t := range r.graph.CommonResultTypes(v.id) {
		i := slices.IndexFunc(o.below[got.Position], func(c *object) bool { return c.typ == t && c.via == v.name+v.args })
		if i < 0 || o.below[got.Position][i].views[got.Source.Fetch] == nil {
			r.fail("%q of %s: fetch %d has no objects of type %s", want.Key, at, got.Source.Fetch, r.graph.Types[t].Name)
			continue
		}
		r.show(o.below[got.Position][i], want.Selections)
	}
}

// nothingInVain checks that whatever is fetched is shown or sent.
func (r *run) nothingInVain() {
	used := make([]bool, len(r.plan.Fetches))
	for position := range r.plan.Positions {
		for _, o := range r.at[position] {
			for fetch := range o.views {
				if r.plan.Fetches[fetch].Kind != plan.RootFetch || position == 0 {
					used[fetch] = r.use(o, fetch) || used[fetch]
				}
			}
		}
	}
	for i, f := range r.plan.Fetches {
		if r.made[i] && !used[i] {
			r.fail("fetch %d is made in vain", f.ID)
		}
	}
	for position := range r.plan.Positions {
		r.noFieldInVain(position)
	}
}

// noFieldInVain checks that each field at a position is used for one of the
// object types: one selection on a common supertype serves several.
func (r *run) noFieldInVain(position int) {
	type selected struct {
		fetch int
		key   string
	}
	used := map[selected]bool{}
	for _, o := range r.at[position] {
		for fetch, v := range o.views {
			for key, value := range v.values {
				at := selected{fetch, key}
				used[at] = used[at] || value.used || value.id == querygraph.Typename
			}
		}
	}
	for at, some := range used {
		if !some {
			r.fail("fetch %d has %q at %s in vain", at.fetch, at.key, r.place(position))
		}
	}
}

// use marks the fields of which a part is used, and tells whether anything is
// that a fetch has of an object.
func (r *run) use(o *object, fetch int) (some bool) {
	for _, v := range o.views[fetch].values {
		for _, child := range o.below[v.position] {
			if v.position > 0 && child.views[fetch] != nil && r.use(child, fetch) {
				v.used = true
			}
		}
		some = some || v.used
	}
	return some
}

// dependencies checks that fetches wait for what they read, and only for that,
// and that a mutation's fields are executed in order and once.
func (c *check) dependencies() {
	for i, f := range c.plan.Fetches {
		if f.Kind != plan.EntityFetch && f.Kind != plan.ReentryFetch {
			continue
		}
		for _, d := range f.DependsOn {
			if !c.reads[i][d] {
				c.fail("fetch %d waits for fetch %d, of which it reads nothing", i, d)
			}
		}
	}
	if c.op.Kind != ast.Mutation {
		for i, f := range c.plan.Fetches {
			if f.Kind == plan.RootFetch && len(f.DependsOn) > 0 {
				c.fail("fetch %d waits for %v, of which it reads nothing", i, f.DependsOn)
			}
		}
		return
	}
	c.mutationOrder()
}

func (c *check) mutationOrder() {
	done := map[int]bool{}
	var fields []string
	for i, f := range c.plan.Fetches {
		if f.Kind == plan.RootFetch {
			if before := c.before(i); len(before) != len(done) {
				c.fail("fetch %d of a mutation waits for %d of the %d fetches before it", i, len(before), len(done))
			}
			for _, s := range f.Selections {
				fields = append(fields, s.Name)
			}
		}
		if f.Kind != plan.IntrospectionFetch {
			done[i] = true
		}
	}
	var want []string
	for _, f := range c.op.Root.Fields {
		if f.Name != "__typename" && !f.Introspection() {
			want = append(want, f.Name)
		}
	}
	if !slices.Equal(fields, want) {
		c.fail("the mutation executes %v, the operation selects %v", fields, want)
	}
}

// before are all fetches that have ended when a fetch starts.
func (c *check) before(fetch int) map[int]bool {
	out := map[int]bool{}
	for open := slices.Clone(c.plan.Fetches[fetch].DependsOn); len(open) > 0; {
		next := open[len(open)-1]
		open = open[:len(open)-1]
		if !out[next] {
			out[next] = true
			open = append(open, c.plan.Fetches[next].DependsOn...)
		}
	}
	return out
}
