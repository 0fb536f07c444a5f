package plan

import (
	"slices"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

// finish turns the emitted steps into the plan.
func (p *planner) finish() *Plan {
	if !p.cfg.SeparateEntities {
		p.sink()
	}
	bundles := p.bundles()
	out := &Plan{Operation: p.op.Kind, Stats: Stats{Work: p.cfg.MaxWork - p.work, Exhausted: p.work <= 0}}
	p.sites = slices.DeleteFunc(p.sites, func(s *site) bool { return s.primary == nil })
	for i, s := range p.sites {
		s.position = i + 1
	}
	for _, set := range p.rootSets(bundles) {
		set.assignKeys()
		p.arrange(set)
	}
	var last, current []int
	run := 0
	for id, b := range bundles {
		if b.key.run != run {
			run, last, current = b.key.run, current, nil
		}
		current = append(current, id)
		out.Fetches = append(out.Fetches, p.fetch(id, b, last))
	}
	p.introspect(out)
	out.Positions = append(out.Positions, p.rootPosition(out))
	for _, s := range p.sites {
		out.Positions = append(out.Positions, p.sitePosition(s))
	}
	if p.introspection != nil {
		out.Positions = append(out.Positions, p.introspection.positions...)
	}
	out.postpone(p.op.Defers)
	return out
}

func (p *planner) rootSets(bundles []*bundle) []*selectionSet {
	var out []*selectionSet
	for _, b := range bundles {
		for _, st := range b.steps {
			out = append(out, st.set)
		}
	}
	return out
}

func (p *planner) rootPosition(out *Plan) *Position {
	pos := &Position{Type: p.op.Root.Type.Name, Typename: Source{Fetch: NoFetch}, Fields: make([]Field, 0, len(p.rootFields))}
	for _, f := range out.Fetches {
		if f.Kind == RootFetch || f.Kind == IntrospectionFetch {
			pos.Sources = append(pos.Sources, f.ID)
		}
	}
	for _, rf := range p.rootFields {
		switch {
		case rf.field.Name == "__typename":
			pos.Fields = append(pos.Fields, typenameField(rf.field, Source{Fetch: NoFetch}, nil))
		case rf.field.Introspection():
			pos.Fields = append(pos.Fields, p.introspection.field(rf.field))
		default:
			for _, d := range rf.site.demands {
				if d.field == rf.field {
					pos.Fields = p.appendFields(pos.Fields, rf.site, d)
				}
			}
		}
	}
	return pos
}

func (p *planner) sitePosition(s *site) *Position {
	first := s.primary
	pos := &Position{ID: s.position, Path: s.path, Type: p.graph.Types[s.typ].Name, Typename: Source{Fetch: NoFetch}}
	if p.graph.Abstract(s.typ) {
		pos.Typename = p.typenameSource(s)
	}
	pos.Sources = []int{first.step.fetch}
	for _, r := range s.residencies {
		if r.field != nil && r != first && !slices.Contains(pos.Sources, r.step.fetch) {
			pos.Sources = append(pos.Sources, r.step.fetch)
		}
	}
	slices.Sort(pos.Sources[1:])
	if len(s.demands) > 0 {
		pos.Fields = make([]Field, 0, len(s.demands))
	}
	for _, d := range s.demands {
		pos.Fields = p.appendFields(pos.Fields, s, d)
	}
	return pos
}

func typenameField(f *operation.Field, from Source, types []string) Field {
	return Field{
		Key: f.Key, Name: f.Name, Parent: f.Parent, Type: f.Definition.Type, Types: types,
		Condition: condition(f.Condition), Defers: f.Defers, Source: from, Position: NoPosition,
	}
}

// appendFields adds what the response shows of a demand: one Field for each place
// that supplies it.
func (p *planner) appendFields(out []Field, s *site, d *demand) []Field {
	f := d.field
	if d.typename {
		source := Source{Fetch: NoFetch}
		if p.graph.Abstract(s.typ) {
			source = p.typenameSource(s)
		}
		return append(out, typenameField(f, source, p.restrict(s, d.types)))
	}
	add := func(types []typeID, source Source, position int) {
		out = append(out, Field{
			Key: f.Key, Name: f.Name, Parent: f.Parent, Type: f.Definition.Type, Types: p.restrict(s, types),
			Condition: condition(f.Condition), Defers: f.Defers, Source: source, Position: position,
		})
	}
	if d.composite() {
		for _, g := range s.chosen.groups[d.index] {
			first := g.site.primary
			add(g.types, Source{Fetch: first.step.fetch, Key: first.field.key}, g.site.position)
		}
		return out
	}
	sources := p.leafSources(s, d)
	for k, source := range sources {
		if source.Fetch == NoFetch || slices.Contains(sources[:k], source) {
			continue // no object of this type can stand here, or it is added already
		}
		types := p.scratch[:0]
		for i, t := range d.types {
			if sources[i] == source {
				types = append(types, t)
			}
		}
		p.scratch = types
		add(types, source, NoPosition)
	}
	return out
}

// leafSources gives the source of a leaf for each of its types, NoFetch where no
// such object can stand.
func (p *planner) leafSources(s *site, d *demand) []Source {
	out := p.mem.sources.take(len(d.types))
	for k, at := range s.chosen.leaves[d.index] {
		out[k].Fetch = NoFetch
		if at.graph >= 0 {
			out[k] = p.leafSource(s, d, d.types[k], at)
		}
	}
	return out
}

// restrict names the types, unless they are all that can stand at the site.
func (p *planner) restrict(s *site, types []typeID) []string {
	if !slices.ContainsFunc(s.types, func(t typeID) bool {
		return !slices.Contains(types, t) && s.chosen.av.reachable(slices.Index(s.types, t))
	}) {
		return nil
	}
	return p.names(types)
}

func (p *planner) leafSource(s *site, d *demand, t typeID, at location) Source {
	args := d.args
	if id, _ := p.graph.Field(t, d.field.Name); len(p.contextual(id, at.graph)) > 0 {
		args = argumentText(p.arguments(id, at.graph, d.field.Arguments))
	}
	return p.find(s, at, t, d.field.Name, args, d.field.Key)
}

// find gives the source of a leaf that has been selected at a location.
func (p *planner) find(s *site, at location, t typeID, name, args, want string) Source {
	r := s.residency(at)
	if name == "__typename" {
		return Source{Fetch: r.step.fetch, Key: name}
	}
	for _, f := range r.set.fields {
		if f.below == nil && f.name == name && f.args == args && slices.Contains(f.types, t) && (!s.sealed || f.want == want) {
			return Source{Fetch: r.step.fetch, Key: f.key}
		}
	}
	panic("plan: invariant broken: no selection of " + p.graph.Types[t].Name + "." + name)
}

// representations tell how a step sends the objects that it looks up. Those of
// unknown types are sent alike.
func (p *planner) representations(st *step) (out []Representation) {
	if st.unaware {
		var types []typeID
		var fields []*querygraph.FieldSetField
		for _, rep := range st.lookups {
			types = append(types, rep.typ)
			fields = append(fields, rep.fields...)
		}
		return []Representation{{
			Typename: p.graph.Types[st.lookups[0].as].Name, ByInterface: true,
			Fields: p.representationFields(st, st.site, types, distinct(fields)),
		}}
	}
	for _, rep := range st.lookups {
		r := Representation{Typename: p.graph.Types[rep.as].Name, ByInterface: rep.as != rep.typ}
		if r.ByInterface || p.graph.Abstract(st.site.typ) {
			r.Types = []string{p.graph.Types[rep.typ].Name}
		}
		r.Fields = p.representationFields(st, st.site, []typeID{rep.typ}, rep.fields)
		out = append(out, r)
	}
	if !st.typed && p.graph.Abstract(st.site.typ) && len(st.lookups) == p.countReachable(st.site, st.site.types) {
		out = together(out)
	}
	return out
}

// together sends objects of all types of a site alike, if they are sent by the name
// of one interface and with the same fields.
func together(all []Representation) []Representation {
	for i := range all {
		if !all[i].ByInterface || all[i].Typename != all[0].Typename || !sameRepresentation(all[i].Fields, all[0].Fields) {
			return all
		}
	}
	all[0].Types = nil
	return all[:1]
}

func sameRepresentation(a, b []RepresentationField) bool {
	return slices.EqualFunc(a, b, func(a, b RepresentationField) bool {
		return a.Name == b.Name && a.Source == b.Source && a.Position == b.Position && slices.Equal(a.Types, b.Types) && sameRepresentation(a.Fields, b.Fields)
	})
}

// representationFields are fields of objects of the given types, each name once:
// a key and a requirement may both have parts of it. They are in the order of the
// type's definition, so that an entity is sent in the same words wherever it is
// found.
func (p *planner) representationFields(st *step, s *site, types []typeID, fields []*querygraph.FieldSetField) []RepresentationField {
	fields = slices.Clone(fields)
	slices.SortStableFunc(fields, func(a, b *querygraph.FieldSetField) int { return p.rank(types, a.Name) - p.rank(types, b.Name) })
	var out []RepresentationField
	var names []string
	for _, f := range fields {
		if slices.Contains(names, f.Name) {
			continue
		}
		names = append(names, f.Name)
		for _, t := range types {
			if !s.chosen.av.reachable(slices.Index(s.types, t)) {
				continue
			}
			rf, ok := p.representationField(st, s, t, f, fields)
			if !ok {
				continue
			}
			k := slices.IndexFunc(out, func(o RepresentationField) bool {
				return o.Name == f.Name && o.Source == rf.Source && o.Position == rf.Position
			})
			if k >= 0 {
				out[k].Types = append(out[k].Types, p.graph.Types[t].Name)
				continue
			}
			rf.Types = []string{p.graph.Types[t].Name}
			out = append(out, rf)
		}
	}
	for k := range out {
		slices.Sort(out[k].Types)
		if len(out[k].Types) == p.countReachable(s, types) {
			out[k].Types = nil
		}
	}
	return out
}

// rank is the place of a field in the definition of the first type that has it.
func (p *planner) rank(types []typeID, name string) int {
	for _, t := range types {
		if id, ok := p.graph.Field(t, name); ok {
			return int(id)
		}
	}
	return 0
}

func (p *planner) countReachable(s *site, types []typeID) (n int) {
	for _, t := range types {
		if s.chosen.av.reachable(slices.Index(s.types, t)) {
			n++
		}
	}
	return n
}

func (p *planner) representationField(st *step, s *site, t typeID, f *querygraph.FieldSetField, all []*querygraph.FieldSetField) (RepresentationField, bool) {
	var same []*querygraph.FieldSetField
	for _, o := range all {
		if o.Name == f.Name && o.On(t) {
			same = append(same, o)
		}
	}
	if len(same) == 0 {
		return RepresentationField{}, false
	}
	id, _ := p.graph.InputOn(t, f)
	out := RepresentationField{Name: f.Name, Type: typenameType, Position: NoPosition}
	if id != querygraph.Typename {
		out.Type = p.graph.Fields[id].Definition.Type
	}
	if f.Set == nil {
		at, _ := p.inputAt(s, t, same[0])
		out.Source = p.find(s, at, t, f.Name, argumentText(same[0].Arguments), "")
		return out, true
	}
	child := p.hiddenChild(s, same[0], t)
	first := child.primary
	out.Source = Source{Fetch: first.step.fetch, Key: first.field.key}
	out.Position = child.position
	var parts []*querygraph.FieldSetField
	for _, o := range same {
		for i := range o.Set.Fields {
			parts = append(parts, &o.Set.Fields[i])
		}
	}
	if p.graph.Abstract(child.typ) {
		if source, ok := p.sentTypename(st, child, same); ok {
			out.Fields = append(out.Fields, RepresentationField{Name: "__typename", Type: typenameType, Source: source, Position: NoPosition})
		}
		parts = slices.DeleteFunc(parts, func(o *querygraph.FieldSetField) bool { return o.Name == "__typename" })
	}
	out.Fields = append(out.Fields, p.representationFields(st, child, child.types, parts)...)
	return out, true
}
