package universe

import (
	"slices"
	"strings"
)

// enumPlan is an enum. How it may be used decides in what its declarations may
// differ: an output enum's values are united, an input enum's intersected, one
// for both must be the same everywhere.
type enumPlan struct {
	name, use string
	values    []string
}

// inputPlan is an input object; subgraphs may lack any field but the first.
type inputPlan struct {
	name   string
	fields []*fieldDraft
}

func (g *generator) makeInputs() {
	for _, use := range []string{"output", "input", "both"} {
		if g.chance(60) {
			e := &enumPlan{name: g.name("Enum"), use: use}
			for range 2 + g.IntN(3) {
				e.values = append(e.values, strings.ToUpper(g.name("v")))
			}
			g.enums = append(g.enums, e)
		}
	}
	if g.chance(50) {
		g.scalars = append(g.scalars, g.name("Scalar"))
	}
	for range g.IntN(3) {
		in := &inputPlan{name: g.name("Input")}
		for i := range 1 + g.IntN(3) {
			f := g.inputField(nil, "i")
			if i > 0 && g.chance(20) && len(g.inputs) > 0 {
				f.typ, f.fallback = pick(g, g.inputs).name, ""
			}
			in.fields = append(in.fields, f)
		}
		g.inputs = append(g.inputs, in)
	}
}

// inputField makes an input field or, for a subgraph, an argument.
func (g *generator) inputField(d *draft, prefix string) *fieldDraft {
	f := &fieldDraft{name: g.name(prefix)}
	switch g.IntN(8) {
	case 0:
		enums := slices.DeleteFunc(slices.Clone(g.enums), func(e *enumPlan) bool { return e.use == "output" })
		if len(enums) > 0 {
			e := pick(g, enums)
			f.typ = e.name
			if d != nil {
				g.declareEnum(d, e, "input")
			}
			if g.chance(30) {
				f.fallback = e.values[0]
			}
			break
		}
		f.typ = "Int"
	case 1:
		if d != nil && len(g.inputs) > 0 {
			f.typ = g.declareInput(d, pick(g, g.inputs))
			break
		}
		f.typ = "[Int!]"
	case 2:
		f.typ, f.fallback = "String", `"text"`
	case 3:
		f.typ = "[String]"
	default:
		f.typ = pick(g, []string{"Int", "String", "Boolean", "Float", "ID"})
		if f.typ == "Int" && g.chance(30) {
			f.fallback = "3"
		}
	}
	if f.fallback == "" && g.chance(25) || f.fallback != "" && g.chance(10) {
		f.typ += "!"
	}
	return f
}

func (g *generator) arguments(d *draft) (list []*fieldDraft) {
	for range 1 + g.IntN(2) {
		list = append(list, g.inputField(d, "a"))
	}
	return list
}

func (g *generator) declareScalar(d *draft, name string) string {
	d.declare("scalar", name)
	return name
}

// declareEnum gives d an enum for the given use. Enums for one use only become
// Int where they are wanted for the other.
func (g *generator) declareEnum(d *draft, e *enumPlan, use string) string {
	if use == "output" && e.use == "input" {
		return "Int"
	}
	if d.find(e.name) != nil {
		return e.name
	}
	t := d.declare("enum", e.name)
	for i, v := range e.values {
		if i == 0 || e.use == "both" || !g.chance(g.options.Variance) {
			t.add(&fieldDraft{name: v})
		}
	}
	return e.name
}

func (g *generator) declareInput(d *draft, in *inputPlan) string {
	if d.find(in.name) != nil {
		return in.name
	}
	t := d.declare("input", in.name)
	for i, f := range in.fields {
		if i > 0 && !strings.HasSuffix(f.typ, "!") && g.chance(g.options.Variance) {
			continue
		}
		g.bringType(d, nil, f.typ)
		t.add(f.clone())
	}
	return in.name
}
