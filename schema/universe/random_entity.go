package universe

import (
	"fmt"
	"slices"
	"strings"
)

// entityPlan is an entity. Its hub has all its keys, every other subgraph some
// of them: so each subgraph can be reached from each other one.
type entityPlan struct {
	name   string
	drafts []*draft // those that have it
	hub    *draft
	keys   []keyPlan
	stub   map[*draft]bool // those that only refer to it
	thing  bool            // there are interface objects for it, in modern subgraphs
	second *draft          // one that has all keys too, where the interface has one; nil if there is none
}

// keyPlan is a key: its field set, and the fields that it needs, of which one
// may be of a value type with fields of its own.
type keyPlan struct {
	set    string
	fields []*fieldDraft
	nested *fieldDraft // the leaf below the first field, if there is one
}

// full returns the subgraphs that resolve fields of the entity.
func (e *entityPlan) full() []*draft {
	return slices.DeleteFunc(slices.Clone(e.drafts), func(d *draft) bool { return e.stub[d] })
}

// elsewhere returns the entity's fields that other subgraphs than d resolve and
// d does not have, in a stable order.
func (g *generator) elsewhere(e *entityPlan, d *draft) (list []*fieldDraft) {
	mine := d.find(e.name)
	for _, other := range e.full() {
		for _, f := range other.find(e.name).fields {
			if other != d && !f.has("external") && mine.find(f.name) == nil && !g.keyField(e, f.name) &&
				!slices.ContainsFunc(list, func(o *fieldDraft) bool { return o.name == f.name }) {
				list = append(list, f)
			}
		}
	}
	return list
}

func (g *generator) keyField(e *entityPlan, name string) bool {
	return slices.ContainsFunc(e.keys, func(k keyPlan) bool {
		return slices.ContainsFunc(k.fields, func(f *fieldDraft) bool { return f.name == name })
	})
}

func (g *generator) makeEntities() {
	for range 2 + g.IntN(len(g.drafts)+1) {
		e := &entityPlan{name: g.name("Entity"), stub: map[*draft]bool{}}
		e.drafts = some(g, g.drafts, 100*2/len(g.drafts)+15)
		if len(e.drafts) > 4 {
			e.drafts = e.drafts[:4]
		}
		e.hub = pick(g, e.drafts)
		e.keys = append(e.keys, g.key(e))
		for range 2 {
			if g.chance(g.options.SeveralKeys) {
				e.keys = append(e.keys, g.key(e))
			}
		}
		g.entities = append(g.entities, e)
	}
	for _, e := range g.entities {
		for _, d := range e.drafts {
			e.stub[d] = d != e.hub && len(e.drafts) > 2 && g.chance(g.options.Unresolvable)
			g.declareEntity(d, e)
		}
	}
}

func (g *generator) key(e *entityPlan) keyPlan {
	leaf := func(name string) *fieldDraft {
		return &fieldDraft{name: name, typ: pick(g, []string{"ID!", "ID!", "String!", "Int!"})}
	}
	switch n := g.IntN(100); {
	case n < g.options.NestedKeys:
		parent, child := &fieldDraft{name: g.name("k"), typ: g.name("Ref") + "!"}, leaf(g.name("k"))
		key := keyPlan{set: fmt.Sprintf("%s { %s }", parent.name, child.name), fields: []*fieldDraft{parent}, nested: child}
		if g.chance(40) {
			more := leaf(g.name("k"))
			key.set, key.fields = more.name+" "+key.set, append(key.fields, more)
		}
		return key
	case n < g.options.NestedKeys+g.options.CompoundKeys:
		first, second := leaf(g.name("k")), leaf(g.name("k"))
		return keyPlan{set: first.name + " " + second.name, fields: []*fieldDraft{first, second}}
	case len(e.keys) == 0:
		return keyPlan{set: "id", fields: []*fieldDraft{{name: "id", typ: "ID!"}}}
	}
	f := leaf(g.name("k"))
	return keyPlan{set: f.name, fields: []*fieldDraft{f}}
}

func (g *generator) declareEntity(d *draft, e *entityPlan) {
	t := d.declare("type", e.name)
	keys, whole := e.keys, d == e.hub || d == e.second
	if !whole {
		keys = some(g, e.keys, 60)
	}
	if e.stub[d] {
		keys = keys[:1]
	}
	for i, k := range keys {
		directive := fmt.Sprintf("@key(fields: %q)", k.set)
		if e.stub[d] || i > 0 && !whole && g.chance(g.options.Unresolvable) {
			directive = fmt.Sprintf("@key(fields: %q, resolvable: false)", k.set)
		}
		t.directives = append(t.directives, directive)
		g.keyFields(d, t, k)
	}
}

// keyFields declares the fields of a key.
func (g *generator) keyFields(d *draft, t *typeDraft, k keyPlan) {
	for i, f := range k.fields {
		if t.find(f.name) == nil {
			t.add(f.clone())
		}
		if i == 0 && k.nested != nil {
			nested := d.declare("type", strings.Trim(f.typ, "!"))
			if nested.find(k.nested.name) == nil {
				nested.add(k.nested.clone())
				nested.directives = []string{"@shareable"}
			}
		}
	}
}
