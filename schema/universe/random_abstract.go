package universe

import "slices"

// makeAbstract gives some subgraphs interfaces and unions whose types may live
// in different subgraphs.
func (g *generator) makeAbstract() {
	for range 2 {
		if g.chance(g.options.Interfaces) {
			g.makeInterface()
		}
		if g.chance(g.options.Unions) {
			g.makeUnion()
		}
	}
}

// makeInterface has two kinds of fields: common ones that each of its subgraphs
// declares, and at times one that only one subgraph declares.
func (g *generator) makeInterface() {
	name := g.name("Interface")
	drafts := some(g, g.drafts, 50)
	entities := some(g, g.entities, 50)
	entities = slices.DeleteFunc(entities, func(e *entityPlan) bool {
		return !slices.ContainsFunc(e.full(), func(d *draft) bool { return slices.Contains(drafts, d) })
	})
	drafts = slices.DeleteFunc(drafts, func(d *draft) bool {
		return !slices.ContainsFunc(entities, func(e *entityPlan) bool { return slices.Contains(e.full(), d) })
	})
	if len(drafts) == 0 {
		return
	}
	var common []*fieldDraft
	for range 1 + g.IntN(2) {
		common = append(common, g.valueField())
	}
	var value *valuePlan
	if len(g.values) > 0 && g.chance(40) {
		value = pick(g, g.values)
		if value.used || slices.ContainsFunc(common, func(f *fieldDraft) bool { return g.valueNamed(named(f.typ)) != nil }) {
			value = nil // it is fixed already, or would contain itself
		} else {
			value.used = true
			value.fields = append(value.fields, common...)
			for _, f := range common {
				g.frozen[value.name+"."+f.name] = true
			}
		}
	}
	for _, d := range drafts {
		t := d.declare("interface", name)
		for _, f := range common {
			g.bringType(d, nil, f.typ)
			t.add(f.clone())
		}
		g.unions[d] = append(g.unions[d], name)
		if value != nil {
			g.declareValue(d, value)
			v := d.find(value.name)
			v.implements = append(v.implements, name)
		}
	}
	for _, e := range entities {
		g.implement(name, e, drafts, common)
	}
	if value == nil && g.chance(50) {
		g.extraField(name, entities, pick(g, drafts))
	}
}

// implement lets an entity implement an interface in all subgraphs that have
// both.
func (g *generator) implement(name string, e *entityPlan, drafts []*draft, common []*fieldDraft) {
	var both []*draft
	for _, d := range e.full() {
		if slices.Contains(drafts, d) {
			both = append(both, d)
		}
	}
	for _, d := range both {
		t := d.find(e.name)
		t.implements = append(t.implements, name)
		for _, plan := range common {
			f := plan.clone()
			if len(both) > 1 {
				f.mark("@shareable")
			}
			g.own(d, t, f)
			g.frozen[e.name+"."+f.name] = true
		}
	}
	// An entity that implements the interface must do so in each subgraph that
	// only refers to it too, or it is no possible type there.
	for _, d := range e.drafts {
		if e.stub[d] && slices.Contains(drafts, d) && g.chance(50) {
			t := d.find(e.name)
			t.implements = append(t.implements, name)
			for _, plan := range common {
				f := plan.clone()
				f.mark("@external")
				t.add(f)
			}
		}
	}
}

// extraField adds a field that the interface has in d only; types that d does
// not have get it in a subgraph of their own.
func (g *generator) extraField(name string, entities []*entityPlan, d *draft) {
	extra := &fieldDraft{name: g.name("f"), typ: g.leaf(d)}
	d.find(name).add(extra.clone())
	for _, e := range entities {
		home := d
		if !slices.Contains(e.drafts, d) || e.stub[d] {
			home = pick(g, e.full())
		}
		f := extra.clone()
		g.bringType(home, nil, f.typ)
		g.own(home, home.find(e.name), f)
		g.frozen[e.name+"."+f.name] = true
		if e.stub[d] && slices.Contains(d.find(e.name).implements, name) {
			f := extra.clone()
			f.mark("@external")
			d.find(e.name).add(f)
		}
	}
}

func (g *generator) makeUnion() {
	name := g.name("Union")
	members := some(g, g.entities, 50)
	for _, d := range some(g, g.drafts, 50) {
		var here []string
		for _, e := range members {
			if slices.Contains(e.drafts, d) && !g.chance(g.options.Variance) {
				here = append(here, e.name)
			}
		}
		if len(g.values) > 0 && g.chance(40) {
			here = append(here, g.declareValue(d, g.values[0]))
		}
		if len(here) > 0 {
			d.declare("union", name).members = here
			g.unions[d] = append(g.unions[d], name)
		}
	}
}
