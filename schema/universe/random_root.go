package universe

import "strings"

// makeRoots gives subgraphs queries and, at times, mutations.
func (g *generator) makeRoots() {
	for i, d := range g.drafts {
		if i > 0 && g.chance(15) {
			continue
		}
		t := d.declare("type", "Query")
		for range 1 + g.IntN(3) {
			g.own(d, t, g.field(d, "q", 90))
		}
		if g.chance(g.options.Reentry) {
			g.own(d, t, &fieldDraft{name: g.name("q"), typ: g.wrap("Query")}) // back to the start
		}
	}
	if g.chance(g.options.Shareable) {
		g.shareRoot()
	}
	for _, p := range g.standing {
		if g.options.InterfaceObjectSharing > 0 && g.chance(g.options.InterfaceObjectSharing) {
			g.shareInterface(p)
		}
	}
	if g.chance(g.options.PartialValues) {
		g.partialValue(g.drafts, "Query")
	}
	if g.options.Subscriptions > 0 && g.chance(g.options.Subscriptions) {
		for _, d := range some(g, g.drafts, 20) {
			g.own(d, d.declare("type", "Subscription"), g.field(d, "e", 70))
		}
	}
	if g.chance(g.options.Mutations) {
		for _, d := range some(g, g.drafts, 40) {
			t := d.declare("type", "Mutation")
			for range 1 + g.IntN(2) {
				f := g.field(d, "m", 70)
				f.arguments = g.arguments(d)
				if d.find("Query") != nil && g.chance(2*g.options.Reentry) {
					f.typ = "Query"
				}
				g.own(d, t, f)
			}
		}
	}
}

// shareRoot gives two subgraphs the same query of an entity that both have.
func (g *generator) shareRoot() {
	e := pick(g, g.entities)
	full := e.full()
	if len(full) < 2 {
		return
	}
	first := &fieldDraft{name: g.name("q"), typ: g.wrap(e.name), directives: []string{"@shareable"}}
	for _, d := range full[:2] {
		g.own(d, d.declare("type", "Query"), first.clone())
	}
}

// shareInterface gives the subgraph of an interface and one that has it as an
// interface object the same query.
func (g *generator) shareInterface(p *interfaceObjectPlan) {
	f := &fieldDraft{name: g.name("q"), typ: g.wrap(p.name), directives: []string{"@shareable"}}
	for _, d := range []*draft{p.hub, pick(g, p.objects)} {
		g.own(d, d.declare("type", "Query"), f.clone())
	}
}

// named returns the type's name without lists and exclamation marks.
func named(typ string) string { return strings.Trim(typ, "[]!") }
