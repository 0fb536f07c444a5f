package universe

import (
	"fmt"
	"slices"
)

// interfaceObjectPlan is an interface that one subgraph has with all its types
// and their key, and for which others have an interface object.
type interfaceObjectPlan struct {
	name     string
	hub      *draft
	keys     []keyPlan // the hub has all of them, interface objects some
	entities []*entityPlan
	common   *fieldDraft // a field of the interface beside its key; nil if there is none
	second   *draft      // one that has all types and the interface with a key too, or nil
	objects  []*draft    // those that have the interface object and may add fields to it
	only     []*draft    // those that only refer to it
}

// makeInterfaceObjects makes interfaces with entities of their own. The hub has
// all of them, so that objects of each can be asked for by the interface's key, and
// so has perhaps a second one; subgraphs with the interface object have none, the
// others some. There are none
// beside subgraphs of federation 1, where an interface's key has no effect.
func (g *generator) makeInterfaceObjects() {
	if g.options.InterfaceObjects == 0 || g.options.Federation1 > 0 {
		return
	}
	for range 2 {
		if g.chance(g.options.InterfaceObjects) {
			g.makeInterfaceObject()
		}
	}
}

func (g *generator) makeInterfaceObject() {
	drafts := slices.Clone(g.drafts)
	g.Shuffle(len(drafts), func(i, j int) { drafts[i], drafts[j] = drafts[j], drafts[i] })
	p := &interfaceObjectPlan{name: g.name("Thing"), hub: drafts[0]}
	for _, d := range drafts[1:] {
		switch {
		case len(p.objects) == 0 || g.chance(25):
			p.objects = append(p.objects, d)
		case p.second == nil && g.chance(8):
			p.second = d
			d.modern = true
		case g.chance(g.options.Unresolvable):
			p.only = append(p.only, d)
		}
	}
	p.keys = []keyPlan{g.key(&entityPlan{})}
	if g.chance(g.options.SeveralKeys / 2) {
		p.keys = append(p.keys, g.key(&entityPlan{keys: p.keys}))
	}
	for range 1 + g.IntN(3) {
		e := &entityPlan{name: g.name("Entity"), stub: map[*draft]bool{}, thing: true, hub: p.hub, second: p.second, keys: slices.Clone(p.keys), drafts: []*draft{p.hub}}
		for _, d := range drafts[1:] {
			if !slices.Contains(p.objects, d) && !slices.Contains(p.only, d) && (d == p.second || g.chance(40)) {
				e.drafts = append(e.drafts, d)
			}
		}
		if g.chance(g.options.SeveralKeys) {
			e.keys = append(e.keys, g.key(e))
		}
		for _, d := range e.drafts {
			g.declareEntity(d, e)
		}
		p.entities = append(p.entities, e)
		g.entities = append(g.entities, e)
	}
	p.hub.modern = true
	g.declareInterface(p.hub, p, p.keys)
	if p.second != nil {
		g.declareInterface(p.second, p, p.keys[:1+g.IntN(len(p.keys))])
	}
	if g.chance(60) {
		p.common = g.valueField()
		g.bringType(p.hub, nil, p.common.typ)
		p.hub.find(p.name).add(p.common.clone())
		for _, e := range p.entities {
			g.own(p.hub, p.hub.find(e.name), p.common.clone())
			g.frozen[e.name+"."+p.common.name] = true
		}
	}
	g.declareInterfaceElsewhere(p)
	for _, d := range slices.Concat(p.objects, p.only) {
		g.declareInterfaceObject(d, p)
	}
	g.standing = append(g.standing, p)
}

// declareInterface declares the interface with the fields of its first key and the
// given keys, and lets its types in the subgraph implement it.
func (g *generator) declareInterface(d *draft, p *interfaceObjectPlan, keys []keyPlan) {
	t := d.declare("interface", p.name)
	for _, f := range p.keys[0].fields {
		t.add(f.clone())
	}
	for i, key := range keys {
		t.directives = append(t.directives, fmt.Sprintf("@key(fields: %q)", key.set))
		if i > 0 {
			for _, f := range key.fields {
				t.add(f.clone())
			}
		}
	}
	for _, e := range p.entities {
		if mine := d.find(e.name); mine != nil {
			mine.implements = append(mine.implements, p.name)
		}
	}
	g.unions[d] = append(g.unions[d], p.name)
}

// declareInterfaceElsewhere gives some subgraph that has some of the types the
// interface without its key.
func (g *generator) declareInterfaceElsewhere(p *interfaceObjectPlan) {
	key := p.keys[0]
	for _, d := range g.drafts {
		has := func(e *entityPlan) bool {
			return slices.Contains(e.drafts, d) && d.find(e.name).find(key.fields[0].name) != nil
		}
		all := !slices.ContainsFunc(p.entities, func(e *entityPlan) bool { return slices.Contains(e.drafts, d) && !has(e) })
		if d != p.hub && d != p.second && all && slices.ContainsFunc(p.entities, has) && g.chance(40) {
			g.declareInterface(d, p, nil)
		}
	}
}

func (g *generator) declareInterfaceObject(d *draft, p *interfaceObjectPlan) {
	d.modern = true
	t := d.declare("type", p.name)
	t.directives = append(t.directives, "@interfaceObject")
	keys := some(g, p.keys, 60)
	if slices.Contains(p.only, d) {
		keys = keys[:1]
	}
	for _, key := range keys {
		directive := fmt.Sprintf("@key(fields: %q)", key.set)
		if slices.Contains(p.only, d) {
			directive = fmt.Sprintf("@key(fields: %q, resolvable: false)", key.set)
		}
		t.directives = append(t.directives, directive)
		g.keyFields(d, t, key)
	}
	g.unions[d] = append(g.unions[d], p.name)
}

// fillInterfaceObjects gives interface objects fields of their own, shared ones,
// and such as require the interface's.
func (g *generator) fillInterfaceObjects() {
	for _, p := range g.standing {
		for _, d := range p.objects {
			t := d.find(p.name)
			for range 1 + g.IntN(2) {
				g.own(d, t, g.field(d, "f", 35))
			}
			if g.chance(g.options.Requires) {
				g.requireOfInterface(d, t, p)
			}
			if p.common != nil && g.chance(g.options.Provides) {
				g.provideOfInterface(d, t, p)
			}
		}
		if g.chance(g.options.Shareable) {
			g.shareInterfaceObject(p)
		}
		if g.chance(g.options.Requires) {
			g.requireOfInterfaceObject(p)
		}
	}
}

// requireOfInterface gives an interface object a field that needs the interface's,
// or one of another interface object.
func (g *generator) requireOfInterface(d *draft, t *typeDraft, p *interfaceObjectPlan) {
	var candidates []*fieldDraft
	if p.common != nil {
		candidates = append(candidates, p.common)
	}
	for _, other := range p.objects {
		for _, f := range other.find(p.name).fields {
			key := p.name + "." + f.name
			if other != d && !f.has("external") && !f.has("provides") && len(g.owners[key]) == 1 && !g.inKey(t, f) && t.find(f.name) == nil {
				candidates = append(candidates, f)
			}
		}
	}
	candidates = slices.DeleteFunc(candidates, func(f *fieldDraft) bool { return !g.selectable(d, f) })
	if len(candidates) == 0 {
		return
	}
	input := pick(g, candidates)
	g.externalOfInterface(d, t, p, input)
	f := g.field(d, "r", 15)
	f.mark(fmt.Sprintf("@requires(fields: %q)", g.selection(d, input)))
	g.own(d, t, f)
}

// externalOfInterface declares in an interface object what others resolve.
func (g *generator) externalOfInterface(d *draft, t *typeDraft, p *interfaceObjectPlan, f *fieldDraft) {
	g.frozen[p.name+"."+f.name] = true
	if t.find(f.name) == nil {
		input := f.declaration()
		g.bring(d, nil, input)
		input.mark("@external")
		t.add(input)
	}
}

// provideOfInterface adds a field that provides the interface's for the interface
// object that it returns, which is to resolve it.
func (g *generator) provideOfInterface(d *draft, t *typeDraft, p *interfaceObjectPlan) {
	if !g.selectable(d, p.common) {
		return
	}
	g.externalOfInterface(d, t, p, p.common)
	for _, e := range p.entities {
		if f := p.hub.find(e.name).find(p.common.name); !f.has("shareable") {
			f.mark("@shareable")
		}
	}
	parent := pick(g, []*typeDraft{t, d.declare("type", "Query")})
	f := &fieldDraft{name: g.name("f"), typ: g.wrap(p.name)}
	f.mark(fmt.Sprintf("@provides(fields: %q)", g.selection(d, p.common)))
	g.own(d, parent, f)
}

// shareInterfaceObject lets several interface objects, and at times the entities
// themselves, resolve one field.
func (g *generator) shareInterfaceObject(p *interfaceObjectPlan) {
	f := g.valueField()
	f.mark("@shareable")
	add := func(d *draft, t *typeDraft) {
		g.bringType(d, nil, f.typ)
		g.own(d, t, f.clone())
		g.frozen[t.name+"."+f.name] = true
	}
	for _, d := range p.objects {
		add(d, d.find(p.name))
	}
	for _, e := range p.entities {
		g.frozen[e.name+"."+f.name] = true
		if g.chance(30) {
			add(p.hub, p.hub.find(e.name))
		}
	}
}

// requireOfInterfaceObject gives an entity a field that needs one of an interface
// object.
func (g *generator) requireOfInterfaceObject(p *interfaceObjectPlan) {
	from := pick(g, p.objects)
	e := pick(g, p.entities)
	d := pick(g, e.drafts)
	t := d.find(e.name)
	for _, f := range from.find(p.name).fields {
		if g.valueNamed(named(f.typ)) == nil && g.inBuiltIn(f) && len(f.directives) == 0 && len(g.owners[p.name+"."+f.name]) == 1 && len(f.arguments) == 0 && t.find(f.name) == nil {
			input := f.declaration()
			input.mark("@external")
			t.add(input)
			g.frozen[p.name+"."+f.name], g.frozen[e.name+"."+f.name] = true, true
			r := g.field(d, "r", 15)
			r.mark(fmt.Sprintf("@requires(fields: %q)", f.name))
			g.own(d, t, r)
			return
		}
	}
}

// inBuiltIn tells whether a field is of one of GraphQL's own scalars.
func (g *generator) inBuiltIn(f *fieldDraft) bool {
	return slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, named(f.typ))
}

// stands tells whether there are interface objects for an interface.
func (g *generator) stands(name string) bool {
	return slices.ContainsFunc(g.standing, func(p *interfaceObjectPlan) bool { return p.name == name })
}
