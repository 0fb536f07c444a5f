package universe

// valuePlan is a value type: every subgraph that has it has all its fields.
type valuePlan struct {
	name   string
	fields []*fieldDraft
	used   bool // some subgraph has it, or an interface counts on it
}

func (g *generator) makeValues() {
	for range g.IntN(4) {
		v := &valuePlan{name: g.name("Value")}
		for range 1 + g.IntN(3) {
			v.fields = append(v.fields, g.valueField())
		}
		g.values = append(g.values, v)
	}
}

// valueField makes a field that every subgraph can have.
func (g *generator) valueField() *fieldDraft {
	f := &fieldDraft{name: g.name("f"), typ: pick(g, []string{"String", "Int", "Float", "Boolean", "ID"})}
	switch n := g.IntN(10); {
	case n == 0 && len(g.values) > 0:
		f.typ = pick(g, g.values).name
	case n == 1 && len(g.scalars) > 0:
		f.typ = pick(g, g.scalars)
	case n == 2 && len(g.enums) > 0:
		if e := pick(g, g.enums); e.use != "input" {
			f.typ = e.name
		}
	}
	f.typ = g.wrap(f.typ)
	return f
}

func (g *generator) declareValue(d *draft, v *valuePlan) string {
	if d.find(v.name) != nil {
		return v.name
	}
	v.used = true
	t := d.declare("type", v.name)
	whole := g.chance(50)
	if whole {
		t.directives = append(t.directives, "@shareable")
	}
	for _, plan := range v.fields {
		f := plan.clone()
		g.bringType(d, nil, f.typ)
		if !whole {
			f.mark("@shareable")
		}
		g.own(d, t, f)
	}
	return v.name
}
