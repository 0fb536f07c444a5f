package universe

import (
	"fmt"
	"slices"
	"strings"
)

// decorate adds what does not change who resolves what: visibility, tags,
// descriptions, access control, cost, directives of the subgraphs' own, and
// types that are written in parts.
func (g *generator) decorate() {
	g.ownDirectives()
	g.composed()
	g.cacheTags()
	g.connectors()
	for _, d := range g.drafts {
		for _, t := range d.types {
			if g.chance(g.options.Description) {
				t.description = "About " + t.name + pick(g, []string{"", "", " in " + d.name})
			}
			if g.chance(g.options.Tag) {
				t.directives = append(t.directives, tag(g))
			}
			if t.kind == "scalar" || t.kind == "enum" {
				g.decorateLeaf(t)
			}
			t.split = t.name != "Query" && t.kind != "scalar" && t.kind != "union" && g.chance(g.options.Extensions)
			for i, f := range t.fields {
				g.decorateField(d, t, f, i)
			}
		}
	}
}

func tag(g *generator) string {
	return fmt.Sprintf("@tag(name: %q)", pick(g, []string{"internal", "team-a", "x"}))
}

func (g *generator) decorateLeaf(t *typeDraft) {
	if g.chance(g.options.Cost) {
		t.directives = append(t.directives, fmt.Sprintf("@cost(weight: %d)", g.IntN(9)))
	}
	if g.chance(g.options.Auth / 2) {
		t.directives = append(t.directives, g.auth())
	}
	if t.kind == "scalar" && g.options.Remarks > 0 && g.chance(g.options.Remarks) {
		t.directives = append(t.directives, fmt.Sprintf("@specifiedBy(url: \"https://example.com/%d\")", g.IntN(3)))
	}
}

func (g *generator) auth() string {
	return pick(g, []string{
		"@authenticated", `@requiresScopes(scopes: [["read"]])`, `@requiresScopes(scopes: [["read", "all"], ["admin"]])`, `@policy(policies: [["owner"]])`,
	})
}

func (g *generator) decorateField(d *draft, t *typeDraft, f *fieldDraft, index int) {
	if g.chance(g.options.Description) {
		f.description = "Tells " + f.name + pick(g, []string{"", "", " in " + d.name})
	}
	if f.has("external") {
		return
	}
	frozen := g.frozen[t.name+"."+f.name] || index == 0
	optional := t.kind != "input" || !strings.HasSuffix(f.typ, "!") || f.fallback != ""
	if g.chance(g.options.Tag) {
		f.mark(tag(g))
	}
	if optional && g.chance(g.options.Deprecated) {
		f.mark(`@deprecated(reason: "use another")`)
	}
	if optional && !frozen && t.kind != "interface" && !g.inKey(t, f) && g.chance(g.options.Inaccessible) {
		f.mark("@inaccessible")
	}
	if t.kind == "type" && !frozen && g.valueNamed(t.name) == nil && !g.inKey(t, f) && !f.has("requires") && !f.has("requiresScopes") && g.chance(g.options.Auth) {
		f.mark(g.auth())
	}
	if (t.kind == "type" || t.kind == "input") && !(t.has("interfaceObject") && g.inKey(t, f)) && g.chance(g.options.Cost) {
		f.mark(fmt.Sprintf("@cost(weight: %d)", g.IntN(9)))
	}
	if t.kind == "type" && strings.HasPrefix(f.typ, "[") && g.chance(3*g.options.Cost) {
		f.mark(g.listSize(f))
	}
	for _, a := range f.arguments {
		g.decorateArgument(a, frozen)
	}
}

func (g *generator) decorateArgument(a *fieldDraft, frozen bool) {
	optional := !strings.HasSuffix(a.typ, "!") || a.fallback != ""
	if g.chance(g.options.Description) {
		a.description = "Says " + a.name
	}
	if g.chance(g.options.Tag) {
		a.mark(tag(g))
	}
	if optional && g.chance(g.options.Deprecated) {
		a.mark("@deprecated")
	}
	if optional && !frozen && g.chance(g.options.Inaccessible) {
		a.mark("@inaccessible")
	}
	if g.chance(g.options.Cost) {
		a.mark(fmt.Sprintf("@cost(weight: %d)", g.IntN(9)))
	}
}

func (g *generator) listSize(f *fieldDraft) string {
	for _, a := range f.arguments {
		// What only some subgraphs have, as those of vary, is lost in merging, and so
		// are contextual arguments.
		if named(a.typ) == "Int" && !strings.HasPrefix(a.typ, "[") && !strings.HasPrefix(a.name, "x") && !a.has("fromContext") {
			return fmt.Sprintf("@listSize(slicingArguments: [%q])", a.name)
		}
	}
	return fmt.Sprintf("@listSize(assumedSize: %d)", 1+g.IntN(9))
}

// inKey reports whether a field is part of a key, or of a type that is.
func (g *generator) inKey(t *typeDraft, f *fieldDraft) bool {
	if e := g.entityNamed(t.name); e != nil {
		return g.keyField(e, f.name)
	}
	if t.has("interfaceObject") || t.kind == "interface" {
		return f.name == "id" || strings.HasPrefix(f.name, "k")
	}
	return strings.HasPrefix(t.name, "Ref")
}

// composed defines a directive in some subgraphs that stays in the supergraph.
func (g *generator) composed() {
	if !g.chance(g.options.ComposeDirective) {
		return
	}
	name := g.name("mark")
	chosen := some(g, g.drafts, 60)
	g.composedElsewhere(chosen, name)
	for _, d := range chosen {
		d.extra = append(d.extra,
			fmt.Sprintf("extend schema @link(url: \"https://example.com/marks/v1.%d\", import: [\"@%s\"]) @federation__composeDirective(name: \"@%s\")", g.IntN(3), name, name),
			fmt.Sprintf("directive @%s(level: Int) on FIELD_DEFINITION | OBJECT", name))
		for _, t := range d.types {
			if t.kind == "type" && g.chance(30) {
				t.fields[g.IntN(len(t.fields))].mark(fmt.Sprintf("@%s(level: %d)", name, g.IntN(3)))
			}
		}
	}
}

// ownDirectives defines a directive for operations in some or all subgraphs, and
// one for schemas that composition drops.
func (g *generator) ownDirectives() {
	if g.chance(g.options.ExecutableDirectives) {
		name, places := g.name("trace"), []string{"FIELD", "FIELD | QUERY", "QUERY | FIELD | FRAGMENT_SPREAD"}
		drafts := g.drafts
		if g.chance(20) {
			drafts = drafts[1:]
		}
		place := pick(g, places)
		for _, d := range drafts {
			if g.chance(g.options.Variance) {
				place = pick(g, places)
			}
			d.extra = append(d.extra, fmt.Sprintf("directive @%s(level: Int = 1) on %s", name, place))
		}
	}
	if g.chance(g.options.ExecutableDirectives) {
		name, d := g.name("internal"), pick(g, g.drafts)
		d.extra = append(d.extra, fmt.Sprintf("directive @%s on FIELD_DEFINITION", name))
		i := slices.IndexFunc(d.types, func(t *typeDraft) bool { return t.kind == "type" && len(t.fields) > 0 })
		if i >= 0 {
			d.types[i].fields[0].mark("@" + name)
		}
	}
}

// cacheTags puts tags for caches on types and fields.
func (g *generator) cacheTags() {
	if !g.chance(g.options.CacheTag) {
		return
	}
	tag := func() string { return fmt.Sprintf("@cacheTag(format: %q)", pick(g, []string{"all", "team-a", "x"})) }
	for _, d := range g.drafts {
		for _, t := range d.types {
			if t.kind == "type" && g.chance(10) {
				t.directives = append(t.directives, tag())
			}
			for _, f := range t.fields {
				if (t.kind == "type" || t.kind == "interface") && g.chance(10) {
					f.mark(tag())
				}
			}
		}
	}
}
