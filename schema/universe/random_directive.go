package universe

import (
	"fmt"
	"slices"
	"strings"
)

// makeDirectives adds @requires, @provides and @override. Inputs of @requires
// are fields that were made earlier, so that chains of them have no cycles.
func (g *generator) makeDirectives() {
	for range 2 {
		for _, e := range g.entities {
			for _, d := range e.full() {
				if g.chance(g.options.Requires) {
					g.require(e, d)
				}
				if g.chance(g.options.Provides / 2) {
					g.provide(e, d)
				}
			}
		}
	}
	for _, e := range g.entities {
		if g.chance(g.options.Override) {
			g.override(e)
		}
	}
}

// selectable reports whether d can select a field as an input: a leaf, a value
// type or an entity that d has too.
func (g *generator) selectable(d *draft, f *fieldDraft) bool {
	name := named(f.typ)
	if g.valueNamed(name) != nil {
		return true
	}
	if e := g.entityNamed(name); e != nil {
		return slices.Contains(e.drafts, d)
	}
	if slices.Contains(g.unions[d], name) {
		return true
	}
	for _, other := range g.drafts {
		if t := other.find(name); t != nil && t.kind != "scalar" && t.kind != "enum" {
			return false
		}
	}
	return true
}

func (g *generator) valueNamed(name string) *valuePlan {
	for _, v := range g.values {
		if v.name == name {
			return v
		}
	}
	return nil
}

func (g *generator) entityNamed(name string) *entityPlan {
	for _, e := range g.entities {
		if e.name == name {
			return e
		}
	}
	return nil
}

// selection writes the field set that selects f in d, with values for its
// arguments.
func (g *generator) selection(d *draft, f *fieldDraft) string {
	text := f.name
	var arguments []string
	for _, a := range f.arguments {
		value, ok := g.literal(a.typ)
		if strings.HasSuffix(a.typ, "!") && a.fallback == "" || ok && g.chance(50) {
			arguments = append(arguments, a.name+": "+value)
		}
	}
	if len(arguments) > 0 {
		text += "(" + strings.Join(arguments, ", ") + ")"
	}
	if v := g.valueNamed(named(f.typ)); v != nil {
		var below []string
		for _, child := range v.fields {
			below = append(below, g.selection(d, child))
		}
		text += " { " + strings.Join(some(g, below, 60), " ") + " }"
	} else if e := g.entityNamed(named(f.typ)); e != nil {
		text += " { " + g.keyOf(d, e) + " }"
	} else if t := d.find(named(f.typ)); t != nil && slices.Contains(g.unions[d], t.name) {
		text += " { " + g.abstractSelection(d, t, f.name) + " }"
	}
	return text
}

// keyOf is the first key of an entity that d has.
func (g *generator) keyOf(d *draft, e *entityPlan) string {
	for _, k := range e.keys {
		if d.find(e.name).find(k.fields[0].name) != nil {
			return k.set
		}
	}
	return "__typename"
}

// abstractSelection selects on the abstract type of a field: fields of some of the
// entities that it can be here and where the field is resolved, and common fields
// of an interface.
func (g *generator) abstractSelection(d *draft, t *typeDraft, field string) string {
	var parts []string
	for _, f := range t.fields {
		everywhere := !slices.ContainsFunc(g.drafts, func(o *draft) bool { return o.resolves(field) && o.find(t.name).find(f.name) == nil })
		leaf := g.valueNamed(named(f.typ)) == nil && g.entityNamed(named(f.typ)) == nil && !slices.Contains(g.unions[d], named(f.typ))
		if everywhere && leaf && g.selectable(d, f) && len(f.arguments) == 0 {
			parts = append(parts, f.name)
		}
	}
	for _, e := range g.entities {
		if canBe(d, t.name, e.name) && !slices.ContainsFunc(g.drafts, func(o *draft) bool { return o.resolves(field) && !canBe(o, t.name, e.name) }) {
			parts = append(parts, fmt.Sprintf("... on %s { %s }", e.name, g.keyOf(d, e)))
		}
	}
	if len(parts) == 0 {
		return "__typename"
	}
	return strings.Join(some(g, parts, 60), " ")
}

// canBe reports whether an object type is possible for an abstract type in d.
func canBe(d *draft, abstract, object string) bool {
	a, o := d.find(abstract), d.find(object)
	return a != nil && o != nil && (slices.Contains(a.members, object) || slices.Contains(o.implements, abstract))
}

// resolves reports whether d has a field, whose name is of one type only, as its
// own.
func (d *draft) resolves(field string) bool {
	return slices.ContainsFunc(d.types, func(t *typeDraft) bool {
		f := t.find(field)
		return t.kind == "type" && f != nil && !f.has("external")
	})
}

// literal writes a value of a built-in type; what it can not write is no ok.
func (g *generator) literal(typ string) (string, bool) {
	inner := strings.TrimSuffix(typ, "!")
	if strings.HasPrefix(inner, "[") {
		value, ok := g.literal(inner[1 : len(inner)-1])
		return "[" + value + "]", ok
	}
	switch inner {
	case "Int", "Float":
		return fmt.Sprint(g.IntN(9)), true
	case "String", "ID":
		return fmt.Sprintf("%q", g.name("text")), true
	case "Boolean":
		return pick(g, []string{"true", "false"}), true
	}
	for _, e := range g.enums {
		if e.name == inner {
			return e.values[0], true
		}
	}
	for _, in := range g.inputs {
		if in.name == inner {
			value, ok := g.inputLiteral(in)
			return value, ok
		}
	}
	return "null", false
}

func (g *generator) inputLiteral(in *inputPlan) (string, bool) {
	var parts []string
	for _, f := range in.fields {
		if strings.HasSuffix(f.typ, "!") && f.fallback == "" {
			value, ok := g.literal(f.typ)
			if !ok {
				return "null", false
			}
			parts = append(parts, f.name+": "+value)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// require gives d's part of an entity a field that needs fields of others.
func (g *generator) require(e *entityPlan, d *draft) {
	t := d.find(e.name)
	candidates := g.elsewhere(e, d)
	for _, f := range t.fields {
		// Fields that are external already may be inputs again.
		if f.has("external") && !g.frozen[e.name+"."+f.name] {
			candidates = append(candidates, f)
		}
	}
	candidates = slices.DeleteFunc(candidates, func(f *fieldDraft) bool { return !g.selectable(d, f) })
	if len(candidates) == 0 {
		return
	}
	g.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	var set []string
	for _, f := range candidates[:min(len(candidates), 1+g.IntN(2))] {
		set = append(set, g.selection(d, f))
		if !g.frozen[e.name+"."+f.name] && !f.has("external") && g.chance(g.options.Inaccessible) {
			f.mark("@inaccessible") // subgraphs need it, clients do not see it
		}
		g.external(e, d, t, f)
	}
	r := g.field(d, "r", 15)
	r.mark(fmt.Sprintf("@requires(fields: %q)", strings.Join(set, " ")))
	g.own(d, t, r)
}

// external declares in d a field that others resolve, and pins it.
func (g *generator) external(e *entityPlan, d *draft, t *typeDraft, f *fieldDraft) {
	g.frozen[e.name+"."+f.name] = true
	if t.find(f.name) != nil {
		return
	}
	declared := f.declaration()
	if merged := g.merged(e.name, f.name); merged != "" {
		declared.typ = merged
	}
	g.bring(d, nil, declared)
	declared.mark("@external")
	t.add(declared)
}

// merged is the type that a field with several declarations has after merging,
// which differ in nullability only.
func (g *generator) merged(typ, field string) string {
	var out string
	for _, d := range g.owners[typ+"."+field] {
		if f := d.find(typ).find(field); out == "" || len(f.typ) < len(out) {
			out = f.typ
		}
	}
	return out
}

// provide marks a field of d that returns the entity as providing a leaf or value that
// d does not resolve otherwise.
func (g *generator) provide(e *entityPlan, d *draft) {
	var links []*fieldDraft
	for _, t := range d.types {
		for _, f := range t.fields {
			if t.kind == "type" && named(f.typ) == e.name && !f.has("external") && !f.has("provides") && !f.has("requires") && !g.frozen[t.name+"."+f.name] {
				links = append(links, f)
			}
		}
	}
	candidates := slices.DeleteFunc(g.elsewhere(e, d), func(f *fieldDraft) bool {
		return len(f.arguments) > 0 || f.has("requires") || g.entityNamed(named(f.typ)) != nil || !g.selectable(d, f) || slices.Contains(g.unions[d], named(f.typ))
	})
	if len(links) == 0 || len(candidates) == 0 {
		return
	}
	f := pick(g, candidates)
	g.external(e, d, d.find(e.name), f)
	for _, owner := range g.owners[e.name+"."+f.name] {
		// To provide a field is to resolve it.
		if f := owner.find(e.name).find(f.name); !f.has("shareable") {
			f.mark("@shareable")
		}
	}
	pick(g, links).mark(fmt.Sprintf("@provides(fields: %q)", g.selection(d, f)))
}

// override moves a field of one subgraph to another.
func (g *generator) override(e *entityPlan) {
	full := e.full()
	if len(full) < 2 {
		return
	}
	g.Shuffle(len(full), func(i, j int) { full[i], full[j] = full[j], full[i] })
	from, to := full[0], full[1]
	for _, f := range from.find(e.name).fields {
		key := e.name + "." + f.name
		if len(f.directives) > 0 || g.keyField(e, f.name) || g.frozen[key] || len(g.owners[key]) != 1 || to.find(e.name).find(f.name) != nil {
			continue
		}
		if g.entityNamed(named(f.typ)) != nil || slices.Contains(g.unions[to], named(f.typ)) || !g.selectable(to, f) {
			continue
		}
		moved := f.declaration()
		g.bring(to, from, moved)
		label := ""
		if g.chance(g.options.OverrideLabel) {
			label = fmt.Sprintf(", label: %q", pick(g, []string{"percent(50)", "percent(0)", "beta"}))
		}
		moved.mark(fmt.Sprintf("@override(from: %q%s)", from.name, label))
		g.own(to, to.find(e.name), moved)
		g.frozen[key] = true
		return
	}
}
