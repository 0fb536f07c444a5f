package universe

import (
	"fmt"
	"slices"
	"strings"
)

// makeContexts gives some fields arguments whose values come from objects above
// them: from the query type, which is above everything, or from types of which a
// new entity is a part that is found nowhere else.
func (g *generator) makeContexts() {
	if g.options.Contexts == 0 || !g.chance(g.options.Contexts) {
		return
	}
	for range 1 + g.IntN(3) {
		if g.chance(25) {
			g.contextOfQuery()
		} else {
			g.contextOfEntities()
		}
	}
}

// withContexts returns the subgraphs that may have contexts: federation 1 knows
// none, and one subgraph has to be left for it where it is asked for.
func (g *generator) withContexts() []*draft {
	if g.options.Federation1 > 0 {
		return g.drafts[1:]
	}
	return g.drafts
}

// taken is a leaf that a contextual argument can take from a type: the selection
// and, without any "!", the type of the value.
type taken struct{ selection, typ string }

// takeable lists the leaves that a type of d has, directly or in a value, and at
// times its name.
func (g *generator) takeable(d *draft, t *typeDraft) (list []taken) {
	for _, f := range t.fields {
		switch name := named(f.typ); {
		case len(f.arguments) > 0:
		case g.valueNamed(name) != nil:
			for _, child := range g.valueNamed(name).fields {
				if d.isLeaf(named(child.typ)) {
					inner := strings.ReplaceAll(child.typ, "!", "")
					list = append(list, taken{f.name + " { " + child.name + " }", strings.Replace(strings.ReplaceAll(f.typ, "!", ""), name, inner, 1)})
				}
			}
		case d.isLeaf(name):
			list = append(list, taken{f.name, strings.ReplaceAll(f.typ, "!", "")})
		}
	}
	if g.chance(10) {
		list = append(list, taken{"__typename", "String"})
	}
	return list
}

// isLeaf reports whether a type of d is a scalar or an enum.
func (d *draft) isLeaf(name string) bool {
	if t := d.find(name); t != nil {
		return t.kind == "scalar" || t.kind == "enum"
	}
	return name != "Query"
}

// contextual makes an argument that takes a value from a context.
func (g *generator) contextual(context, selection, typ string) *fieldDraft {
	return &fieldDraft{name: g.name("c"), typ: typ, directives: []string{fmt.Sprintf("@fromContext(field: %q)", "$"+context+" "+selection)}}
}

// contextOfQuery sets a context for all that queries ask. Mutations and
// subscriptions would come to the same fields without it.
func (g *generator) contextOfQuery() {
	if slices.ContainsFunc(g.drafts, func(d *draft) bool { return d.find("Mutation") != nil || d.find("Subscription") != nil }) {
		return
	}
	var homes []*entityPlan
	d := pick(g, g.withContexts())
	for _, e := range g.entities {
		if slices.Contains(e.full(), d) && e.hub == d {
			homes = append(homes, e)
		}
	}
	query := d.find("Query")
	if query == nil || len(homes) == 0 {
		return
	}
	context := g.name("ctx")
	query.directives = append(query.directives, fmt.Sprintf("@context(name: %q)", context))
	c := contextPlan{context, []*typeDraft{query}, []*typeDraft{query}}
	g.contextualField(d, d.find(pick(g, homes).name), c)
	g.everywhere = append(g.everywhere, everywherePlan{d, c})
}

// contextOfEntities sets a context on entities that d has, or on an abstract type
// that they can have, and gives them a new entity as a part.
func (g *generator) contextOfEntities() {
	d := pick(g, g.withContexts())
	c := contextPlan{name: g.name("ctx")}
	var abstract *typeDraft
	if list := g.unions[d]; len(list) > 0 && g.chance(40) {
		abstract = d.find(pick(g, list))
	}
	for _, e := range g.entities {
		if slices.Contains(e.full(), d) && (abstract == nil || canBe(d, abstract.name, e.name)) {
			c.objects = append(c.objects, d.find(e.name))
		}
	}
	if len(c.objects) == 0 {
		return
	}
	if c.setting = []*typeDraft{abstract}; abstract == nil {
		c.objects = some(g, c.objects, 40)
		c.setting = slices.Clone(c.objects)
	}
	owners := c.objects
	var between *typeDraft
	if g.chance(25) {
		between = d.declare("type", g.name("Between"))
		g.own(d, between, &fieldDraft{name: g.name("f"), typ: pick(g, []string{"String", "Int!", "[ID!]"})})
		if g.chance(40) { // nearer than what it is a part of
			c.setting = append(c.setting, between)
			c.objects = append(slices.Clone(c.objects), between)
		}
	}
	for _, t := range c.setting {
		t.directives = append(t.directives, fmt.Sprintf("@context(name: %q)", c.name))
	}
	g.partOf(d, owners, between, g.contextualPart(d, c, owners))
}

// contextPlan is a context: the types that set it, and objects of which values
// can be taken, which are the same unless an abstract type sets it.
type contextPlan struct {
	name             string
	setting, objects []*typeDraft
}

// everywherePlan is a context that a subgraph's query type sets.
type everywherePlan struct {
	draft   *draft
	context contextPlan
}

// contextualPart makes an entity with a contextual argument, which d has and
// perhaps another subgraph; that may also know it as a part of the same owners.
func (g *generator) contextualPart(d *draft, c contextPlan, owners []*typeDraft) string {
	name := g.name("Below")
	below := g.declarePart(d, name)
	f := g.contextualField(d, below, c)
	for _, e := range g.everywhere {
		if e.draft == d && g.chance(50) {
			selection, typ := g.fromContext(d, e.context)
			f.arguments = append(f.arguments, g.contextual(e.context.name, selection, typ))
		}
	}
	other := g.otherOf(d, c)
	if other == d {
		return name
	}
	t := g.declarePart(other, name)
	input := g.field(other, "f", 0)
	g.own(other, t, input)
	switch {
	case g.chance(g.options.Remarks) && g.selectable(other, f):
		g.withoutContext(other, t, d, f)
	case g.chance(g.options.Requires) && g.selectable(d, input):
		declared := input.declaration()
		g.bring(d, nil, declared)
		declared.mark("@external")
		below.add(declared)
		f.mark(fmt.Sprintf("@requires(fields: %q)", g.selection(d, input)))
	}
	g.partElsewhere(d, other, c, owners, name)
	return name
}

func (g *generator) declarePart(d *draft, name string) *typeDraft {
	t := d.declare("type", name)
	t.directives = []string{`@key(fields: "id")`}
	t.add(&fieldDraft{name: "id", typ: "ID!"})
	return t
}

// otherOf picks a subgraph that has the part of a context too, or the context's
// own; by preference one with an interface object for the interface that sets it.
func (g *generator) otherOf(d *draft, c contextPlan) *draft {
	for _, p := range g.standing {
		if p.hub == d && c.setting[0].name == p.name && g.chance(60) {
			return pick(g, p.objects)
		}
	}
	return pick(g, g.drafts)
}

// partElsewhere lets another subgraph resolve parts of the objects that set a
// context, without knowing of the context.
func (g *generator) partElsewhere(d, other *draft, c contextPlan, owners []*typeDraft, name string) {
	for _, p := range g.standing {
		if p.name == c.setting[0].name && slices.Contains(p.objects, other) {
			g.own(other, other.find(p.name), &fieldDraft{name: g.name("f"), typ: g.wrap(name)})
			return
		}
	}
	for _, owner := range owners {
		e := g.entityNamed(owner.name)
		if e != nil && slices.Contains(e.full(), other) && e.hub == d && g.chance(60) {
			g.own(other, other.find(owner.name), &fieldDraft{name: g.name("f"), typ: g.wrap(name)})
		}
	}
}

// withoutContext lets another subgraph resolve a field too, where its contextual
// arguments are missing or optional.
func (g *generator) withoutContext(other *draft, t *typeDraft, d *draft, f *fieldDraft) {
	f.mark("@shareable")
	shared := f.declaration()
	shared.mark("@shareable")
	if g.chance(50) {
		shared.arguments = nil
	}
	g.bring(other, d, shared)
	g.own(other, t, shared)
}

// contextualField gives a type of d a field with contextual arguments.
func (g *generator) contextualField(d *draft, t *typeDraft, c contextPlan) *fieldDraft {
	f := g.field(d, "f", 25)
	for range 1 + g.IntN(2) {
		selection, typ := g.fromContext(d, c)
		f.arguments = append(f.arguments, g.contextual(c.name, selection, typ))
	}
	g.own(d, t, f)
	return f
}

// fromContext writes what an argument takes from a context: one leaf that all
// have, or of each object type something of one type.
func (g *generator) fromContext(d *draft, c contextPlan) (selection, typ string) {
	if only := c.setting[0]; len(c.setting) == 1 && g.chance(60) {
		if list := g.takeable(d, only); len(list) > 0 {
			leaf := pick(g, list)
			return pick(g, []string{"{ " + leaf.selection + " }", leaf.selection}), leaf.typ
		}
	}
	typ = "String"
	if list := g.takeable(d, c.objects[0]); len(list) > 0 {
		typ = pick(g, list).typ
	}
	var parts []string
	for _, t := range c.objects {
		var selected string
		list := slices.DeleteFunc(g.takeable(d, t), func(other taken) bool { return other.typ != typ })
		if len(list) > 0 {
			selected = pick(g, list).selection
		} else {
			selected = g.leafOf(d, t, typ)
		}
		parts = append(parts, fmt.Sprintf("... on %s { %s }", t.name, selected))
	}
	selection = strings.Join(parts, " ")
	if g.chance(30) {
		selection = "{ " + selection + " }"
	}
	return selection, typ
}

// leafOf gives a type of d a new leaf.
func (g *generator) leafOf(d *draft, t *typeDraft, typ string) string {
	f := &fieldDraft{name: g.name("f"), typ: typ}
	if g.chance(40) {
		f.typ += "!"
	}
	g.own(d, t, f)
	return f.name
}

// partOf lets objects of some types of d have a part of the given type, perhaps by
// way of a value, and at times queries return them.
func (g *generator) partOf(d *draft, owners []*typeDraft, between *typeDraft, name string) {
	if between != nil {
		g.own(d, between, &fieldDraft{name: g.name("f"), typ: g.wrap(name)})
		name = between.name
	}
	for _, t := range owners {
		g.own(d, t, &fieldDraft{name: g.name("f"), typ: g.wrap(name)})
	}
	if query := d.find("Query"); query != nil && g.chance(60) {
		g.own(d, query, &fieldDraft{name: g.name("q"), typ: g.wrap(pick(g, owners).name)})
	}
}
