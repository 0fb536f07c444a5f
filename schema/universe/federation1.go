package universe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weftql/weft/schema/federation"
)

// federation1Head is what federation 1's libraries wrote into a schema.
const federation1Head = `scalar _FieldSet
directive @key(fields: _FieldSet!) repeatable on OBJECT | INTERFACE
directive @requires(fields: String) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @external on FIELD_DEFINITION | OBJECT
directive @extends on OBJECT
`

// makeFederation1 turns some subgraphs, or all, into ones of federation 1, and
// gives them what federation 1 let pass.
func (g *generator) makeFederation1() {
	if g.options.Federation1 == 0 {
		return
	}
	// Federation 1 has no contexts, and no subgraphs without a field.
	drafts := slices.DeleteFunc(slices.Clone(g.drafts), func(d *draft) bool {
		return slices.ContainsFunc(d.types, func(t *typeDraft) bool { return t.has("context") }) ||
			!slices.ContainsFunc(d.types, func(t *typeDraft) bool { return len(t.fields) > 0 })
	})
	if len(drafts) == 0 {
		return
	}
	chosen := pick(g, drafts)
	for _, d := range drafts {
		d.shared = false // federation 1 can not rename @tag
		if d == chosen || g.chance(g.options.Federation1) {
			d.federation1, d.renames = true, false
			g.downgrade(d)
		}
	}
}

func (g *generator) downgrade(d *draft) {
	if g.chance(20) {
		d.extra = append(d.extra, federation1Head)
	}
	for _, t := range d.types {
		if t.name == "Query" || t.name == "Mutation" {
			t.extends = g.chance(40)
		}
		e := g.entityNamed(t.name)
		switch {
		case t.kind == "interface":
			g.downgradeInterface(t)
		case t.kind == "type" && e == nil && g.chance(4):
			t.directives = append(t.directives, "@external")
		case e != nil && e.hub != d && g.chance(85):
			g.downgradeExtension(d, e, t)
		}
		for _, f := range t.fields {
			if t.kind == "type" && named(f.typ) == "Int" && g.chance(4) && !f.has("provides") {
				f.mark(`@provides(fields: "nothing")`)
			}
			g.widen(t, f)
		}
	}
}

// downgradeInterface adds what federation 1 ignored.
func (g *generator) downgradeInterface(t *typeDraft) {
	if len(t.fields) == 0 {
		return
	}
	f := pick(g, t.fields)
	if g.chance(15) {
		t.directives = append(t.directives, fmt.Sprintf("@key(fields: %q)", f.name))
	}
	if g.chance(15) && !f.has("external") {
		f.mark("@external")
	}
	if g.chance(15) {
		f.mark(`@requires(fields: "nothing")`)
	}
}

// downgradeExtension writes an entity as an extension of its hub's.
func (g *generator) downgradeExtension(d *draft, e *entityPlan, t *typeDraft) {
	if g.chance(20) {
		t.directives = append(t.directives, "@extends")
	} else {
		t.extends, t.split = true, false
	}
	if g.chance(85) {
		for _, f := range t.fields {
			if g.keyField(e, f.name) && !f.has("external") {
				f.mark("@external")
			}
		}
	}
	if g.chance(15) { // a key as a list
		for i, directive := range t.directives {
			if set, ok := strings.CutPrefix(directive, "@key(fields: \""); ok && !strings.Contains(set, "{") {
				t.directives[i] = "@key(fields: [\"" + strings.Replace(set, "\"", "\"]", 1)
			}
		}
	}
	if g.chance(6) { // no key at all
		t.directives = slices.DeleteFunc(t.directives, func(directive string) bool { return strings.HasPrefix(directive, "@key(") })
	}
	if others := g.elsewhere(e, d); len(others) > 0 && g.chance(20) { // one that nothing uses
		f := pick(g, others).declaration()
		if g.selectable(d, f) {
			g.bring(d, nil, f)
			f.mark("@external")
			t.add(f)
		}
	}
	for _, f := range t.fields { // repeats the tag of the definition, or has one of its own
		if f.has("external") && !f.has("tag") && g.chance(g.options.Tag/2) {
			f.mark(tag(g))
		}
	}
}

// widen lets @requires and @provides select what the subgraph resolves itself,
// and writes the former as federation 1 let one.
func (g *generator) widen(t *typeDraft, f *fieldDraft) {
	for i, directive := range f.directives {
		set, ok := strings.CutPrefix(directive, "@requires(fields: \"")
		if !ok || strings.Contains(set, "\\") {
			continue
		}
		if g.chance(30) {
			set = pick(g, []string{"__typename", t.fields[0].name}) + " " + set
			if inner := g.valueNamed(named(t.fields[0].typ)); inner != nil || strings.HasPrefix(named(t.fields[0].typ), "Ref") {
				continue
			}
			f.directives[i] = "@requires(fields: \"" + set
		}
		if g.chance(15) {
			f.directives[i] = "@requires(fields: [\"" + strings.Replace(set, "\"", "\"]", 1)
		}
	}
}

// federation1SDL writes the draft without federation 2's directives.
func (d *draft) federation1SDL() string {
	var body strings.Builder
	defined := slices.Contains(d.extra, federation1Head)
	writer := draftWriter{out: &body, name: func(directive string) string {
		if defined {
			directive = strings.Replace(directive, ", resolvable: false", "", 1)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(directive, "@"), "(")
		switch name {
		case "key", "requires", "provides", "external", "extends", "tag":
			return directive
		case "connect": // which needs a link
			return ""
		}
		if _, known := sinceVersion(name); known {
			return ""
		}
		return directive
	}}
	for _, t := range d.types {
		writer.typ(t)
	}
	definitions := slices.DeleteFunc(slices.Clone(d.extra), func(text string) bool { return strings.HasPrefix(text, "extend schema") })
	return strings.Join(definitions, "\n") + "\n" + body.String()
}

// unlinked is how a subgraph without link calls federation's directives.
func unlinked() federation.Link {
	link := federation.Link{Name: "federation", As: "federation"}
	for _, spec := range federation.Directives(federation.Version{Major: 2, Minor: 14}) {
		link.Imports = append(link.Imports, federation.Import{Name: "@" + spec.Name, As: "@" + spec.Name})
	}
	return link
}
