package universe

import (
	"fmt"
	"slices"
	"strings"
)

// makeRemarks adds what composition takes with a hint.
func (g *generator) makeRemarks() {
	if g.options.Remarks == 0 {
		return
	}
	if g.chance(g.options.Remarks) {
		g.unusedEnum()
	}
	if g.chance(g.options.Remarks) {
		g.unlikeDirectives()
	}
	if g.chance(g.options.Remarks) {
		g.keyless()
	}
	for _, e := range g.entities {
		if g.chance(g.options.OverrideLabel / 8) {
			g.labelledInput(e)
		}
	}
	for _, d := range g.drafts {
		for _, t := range d.types {
			for _, f := range t.fields {
				if t.kind == "input" {
					g.dropDefault(f)
				}
				if owners := g.owners[t.name+"."+f.name]; t.kind == "type" && len(owners) > 1 && owners[0] != d {
					for _, a := range f.arguments {
						g.dropDefault(a)
						if a.fallback == "" && !strings.HasSuffix(a.typ, "!") && !g.frozen[t.name+"."+f.name] && g.chance(g.options.Remarks) {
							a.typ += "!"
						}
					}
				}
				if t.kind == "type" && g.chance(g.options.Remarks/4) {
					g.unlikeScopes(d, t, f)
				}
				if t.kind == "type" && !t.has("interfaceObject") && g.chance(g.options.Remarks/6) {
					g.needlessOverride(d, t, f)
				}
			}
		}
	}
}

// dropDefault leaves a default to the other subgraphs.
func (g *generator) dropDefault(f *fieldDraft) {
	if f.fallback != "" && !strings.HasSuffix(f.typ, "!") && g.chance(g.options.Remarks) {
		f.fallback = ""
	}
}

func (g *generator) unusedEnum() {
	name := g.name("Enum")
	for _, d := range some(g, g.drafts, 50) {
		t := d.declare("enum", name)
		t.add(&fieldDraft{name: "A"})
		if g.chance(50) {
			t.add(&fieldDraft{name: "B"})
		}
	}
}

// keyless gives a subgraph an entity's type without its key, which nothing there
// leads to.
func (g *generator) keyless() {
	e, d := pick(g, g.entities), pick(g, g.drafts)
	if slices.Contains(e.drafts, d) || e.keys[0].nested != nil || e.thing && d.modern {
		return
	}
	f := e.keys[0].fields[0].declaration()
	f.mark("@shareable")
	d.declare("type", e.name).add(f)
}

// unlikeDirectives defines a directive for operations in all subgraphs, each for
// places of its own.
func (g *generator) unlikeDirectives() {
	name := g.name("watch")
	for _, d := range g.drafts {
		d.extra = append(d.extra, fmt.Sprintf("directive @%s(a: Int%s)%s on %s", name,
			pick(g, []string{"", " = 1"}), pick(g, []string{"", " repeatable"}), pick(g, []string{"FIELD", "FIELD | QUERY", "QUERY"})))
	}
}

// unlikeScopes lets each subgraph that resolves a field demand other scopes for it.
func (g *generator) unlikeScopes(d *draft, t *typeDraft, f *fieldDraft) {
	owners := g.owners[t.name+"."+f.name]
	if len(owners) < 2 || owners[0] != d || g.inKey(t, f) || g.frozen[t.name+"."+f.name] || g.valueNamed(t.name) != nil || f.has("external") {
		return
	}
	for _, owner := range owners {
		if mine := owner.find(t.name).find(f.name); mine != nil && !mine.has("requiresScopes") {
			mine.mark(pick(g, []string{
				`@requiresScopes(scopes: [["a", "b"], ["c"]])`, `@requiresScopes(scopes: [["a"], ["b", "c"]])`, `@requiresScopes(scopes: [["a"]])`, `@requiresScopes(scopes: [])`,
			}))
		}
	}
}

// labelledInput moves, for some requests, a field that a @requires selects.
func (g *generator) labelledInput(e *entityPlan) {
	for _, from := range e.full() {
		for _, f := range from.find(e.name).fields {
			key := e.name + "." + f.name
			if !g.frozen[key] || len(f.directives) > 0 || len(g.owners[key]) != 1 || g.owners[key][0] != from || len(f.arguments) > 0 || !builtIn(f.typ) {
				continue
			}
			for _, to := range e.full() {
				if to != from && to.find(e.name).find(f.name) == nil {
					moved := f.declaration()
					moved.mark(fmt.Sprintf("@override(from: %q, label: \"beta\")", from.name))
					g.own(to, to.find(e.name), moved)
					return
				}
			}
		}
	}
}

func builtIn(typ string) bool {
	return slices.Contains([]string{"Int", "Float", "String", "Boolean", "ID"}, named(typ))
}

// needlessOverride takes a field from a subgraph that does not have it, or that
// does not exist.
func (g *generator) needlessOverride(d *draft, t *typeDraft, f *fieldDraft) {
	if len(f.directives) > 0 || t.has("shareable") || g.inKey(t, f) || len(g.owners[t.name+"."+f.name]) != 1 {
		return
	}
	from := pick(g, g.drafts)
	switch other := from.find(t.name); {
	case g.chance(40):
		f.mark(`@override(from: "nobody")`)
	case from != d && (other == nil || other.find(f.name) == nil):
		f.mark(fmt.Sprintf("@override(from: %q)", from.name))
	}
}

// composedElsewhere lets subgraphs that do not keep a directive, which others do,
// know it in another version or by another name, and lets some keep explicitly
// what is kept anyway.
func (g *generator) composedElsewhere(chosen []*draft, name string) {
	if g.options.Remarks == 0 {
		return
	}
	for _, d := range g.drafts {
		if d.renames || d.shared || d.federation1 {
			continue
		}
		tagged := slices.ContainsFunc(d.types, func(t *typeDraft) bool {
			return t.has("tag") || slices.ContainsFunc(t.fields, func(f *fieldDraft) bool { return f.has("tag") })
		})
		if tagged && !d.ownLinks && g.chance(g.options.Remarks) {
			d.extra = append(d.extra, `extend schema @federation__composeDirective(name: "@tag")`)
		}
		if slices.Contains(chosen, d) || !g.chance(2*g.options.Remarks) {
			continue
		}
		written, version := name, 2
		if g.chance(50) {
			written, version = name+"Too", 1
		}
		d.extra = append(d.extra,
			fmt.Sprintf("extend schema @link(url: \"https://example.com/marks/v%d.0\", import: [{name: \"@%s\", as: \"@%s\"}])", version, name, written),
			fmt.Sprintf("directive @%s(level: Int) on FIELD_DEFINITION | OBJECT", written))
	}
}
