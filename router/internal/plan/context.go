package plan

import (
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/schema/querygraph"
)

// This file is about arguments whose values come from objects above
// (Federation 2.8 §@context, §@fromContext). A field that has some is looked up
// like one with @requires; its inputs are the values that the nearest object above
// gives which sets the context, and are fetched there.

type contextID = querygraph.ContextID

// gift is what the objects above a site give to contextual arguments there.
type gift struct {
	value contextID
	// wave is when the value is there, counted like an entry's.
	wave int
}

// contextsOf gives the values that contextual arguments of a selection's fields
// can take, sorted.
func (p *planner) contextsOf(set *operation.SelectionSet) []contextID {
	if !p.graph.Contextual || set == nil {
		return nil
	}
	if out, known := p.contexts[set]; known {
		return out
	}
	var out []contextID
	if declared, ok := p.graph.Type(set.Type.Name); ok {
		for _, f := range set.Fields {
			out = append(out, p.contextsOf(f.Selections)...)
			for _, t := range p.graph.Types[declared].Possible {
				id, ok := p.graph.Field(t, f.Name)
				if !ok || id == querygraph.Typename || f.Types != nil && !slices.Contains(f.Types, p.graph.Types[t].Name) {
					continue
				}
				for i := range p.graph.Fields[id].Joins {
					for _, a := range p.graph.Fields[id].Joins[i].Context {
						out = append(out, a.Value)
					}
				}
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	p.contexts[set] = out
	return out
}

// contextual gives the arguments of a field that its subgraph takes from contexts.
func (p *planner) contextual(f fieldID, graph int) []querygraph.ContextArgument {
	if !p.graph.Contextual || f == querygraph.Typename || f == noField {
		return nil
	}
	in := p.doors.in(graph, f)
	if in.External {
		return nil
	}
	return in.Context
}

// given tells when the values of contextual arguments are there. An interface
// object has none (Supported).
func (a *availability) given(arguments []querygraph.ContextArgument, door int) (latest int) {
	if len(arguments) > 0 && a.p.doors.opaque(door) {
		return never
	}
	for _, argument := range arguments {
		latest = max(latest, a.gift(argument.Value))
	}
	return latest
}

// gift tells when the value of a context is there.
func (a *availability) gift(value contextID) int {
	if len(a.entries) > 0 && a.entries[0].contexts != nil {
		for _, g := range a.entries[0].contexts.given {
			if g.value == value {
				return g.wave
			}
		}
	}
	return never
}

// gives tells when objects of types[index] can give their value of a context; sets
// is false if they set none that it is taken from.
func (a *availability) gives(index int, value contextID) (wave int, sets bool) {
	v := a.p.graph.Types[a.types[index]].Context(value)
	if v == nil {
		return never, false
	}
	wave = a.inputSet(index, v.Fields)
	if a.blind { // what is given depends on the type
		wave = max(wave, a.typed)
	}
	return wave, true
}

// entryContexts is what an entry has to do with contexts.
type entryContexts struct {
	// given is what the objects above give to contextual arguments, sorted; the same
	// for all entries of a site.
	given []gift
	// arguments are those of the field that leads to the entry.
	arguments []querygraph.ContextArgument
}

func (e *entryContexts) equal(other *entryContexts) bool {
	if e == nil || other == nil {
		return e == other
	}
	return slices.Equal(e.given, other.given) &&
		slices.EqualFunc(e.arguments, other.arguments, func(a, b querygraph.ContextArgument) bool { return a.Number == b.Number })
}

// append adds to the signature of entries.
func (e *entryContexts) append(out []byte) []byte {
	if e == nil {
		return appendInt(out, -1)
	}
	out = appendInt(out, len(e.given))
	for _, g := range e.given {
		out = appendInt(appendInt(out, int(g.value)), g.wave)
	}
	out = appendInt(out, len(e.arguments))
	for i := range e.arguments {
		out = appendInt(out, e.arguments[i].Number)
	}
	return out
}

// shift counts from another wave when gifts are there.
func (e *entryContexts) shift(base int) *entryContexts {
	if e == nil || base == 0 || len(e.given) == 0 {
		return e
	}
	out := *e
	out.given = slices.Clone(e.given)
	for i := range out.given {
		out.given[i].wave = max(0, out.given[i].wave-base)
	}
	return &out
}

// give tells the entries of a demand's site what the objects there are given. The
// nearest object that sets a context counts, whether its value can be had or not.
func (c *choice) give(index int, f fieldID, d *demand, entries []entry, base int) {
	p := c.av.p
	if !p.graph.Contextual {
		return
	}
	var given []gift
	for _, value := range p.contextsOf(d.field.Selections) {
		wave, sets := c.av.gives(index, value)
		switch {
		case !sets:
			wave = c.av.gift(value)
		case c.s.sealed && c.s.root: // their fields are executed, or are events
			wave = never
		}
		if wave < never {
			given = append(given, gift{value, max(0, wave-base)})
		}
	}
	for i := range entries {
		if arguments := p.contextual(f, entries[i].graph); len(given)+len(arguments) > 0 {
			entries[i].contexts = &entryContexts{given, arguments}
		}
	}
}

// take marks what a group's objects give to what has been chosen below them, or
// pass on.
func (c *choice) take(g *group) {
	for _, value := range g.local.takes {
		for _, t := range g.types {
			index := slices.Index(c.s.types, t)
			if wave, sets := c.av.gives(index, value); sets {
				c.typed = c.typed || c.av.blind
				c.useSet(index, c.av.p.graph.Types[t].Context(value).Fields, wave)
			} else {
				c.result.takes = appendNew(c.result.takes, value)
			}
		}
	}
}

// askContexts asks the availability for what the objects of a demand's types can
// give to what is selected below them.
func (c *choice) askContexts(d *demand) {
	for _, value := range c.av.p.contextsOf(d.field.Selections) {
		for _, index := range d.at {
			c.av.gives(index, value)
		}
	}
}

// addContexts notes what the objects of a demand's types have to give to what is
// selected below them.
func (n *needs) addContexts(d *demand) {
	for _, value := range n.p.contextsOf(d.field.Selections) {
		for k, index := range d.at {
			if v := n.p.graph.Types[d.types[k]].Context(value); v != nil {
				n.addSet(index, v.Fields)
			}
		}
	}
}

// gives tells whether objects of the demand's types have something to give to what
// is selected below them.
func (n *needs) gives(d *demand) bool {
	return slices.ContainsFunc(n.p.contextsOf(d.field.Selections), func(value contextID) bool {
		return slices.ContainsFunc(d.types, func(t typeID) bool { return n.p.graph.Types[t].Context(value) != nil })
	})
}

func appendNew[T comparable](list []T, item T) []T {
	if slices.Contains(list, item) {
		return list
	}
	return append(list, item)
}

// strict numbers the sets of contextual arguments that must not be null: an object
// without such a value is not looked up, which must not cost other fields.
func (p *planner) strict(f fieldID, graph int) int {
	var key []byte
	for _, a := range p.contextual(f, graph) {
		if a.Type.NonNull {
			key = appendInt(key, int(a.Value))
		}
	}
	if key == nil {
		return 0
	}
	n, known := p.stricts[string(key)]
	if !known {
		n = len(p.stricts) + 1
		p.stricts[string(key)] = n
	}
	return n
}

// arguments gives those of a field in one subgraph: the client's, and variables for
// the contextual ones.
func (p *planner) arguments(f fieldID, graph int, client ast.ArgumentList) ast.ArgumentList {
	contextual := p.contextual(f, graph)
	if len(contextual) == 0 {
		return client
	}
	out := slices.Clone(client)
	for i := range contextual {
		a := &contextual[i]
		out = append(out, &ast.Argument{Name: a.Name, Value: &ast.Value{Kind: ast.Variable, Raw: p.contextVariable(graph, a)}})
	}
	return out
}

// contextVariable names the variable of a contextual argument, as Apollo does.
func (p *planner) contextVariable(graph int, a *querygraph.ContextArgument) string {
	name := "contextualArgument_" + strconv.Itoa(graph+1) + "_" + strconv.Itoa(a.Number)
	for p.declares(name) { // the client may use any name
		name = "_" + name
	}
	return name
}

// isContextual tells whether some subgraph takes arguments of a field from contexts.
func (p *planner) isContextual(t typeID, name string) bool {
	id, ok := p.graph.Field(t, name)
	return ok && id != querygraph.Typename && p.graph.Contextual &&
		slices.ContainsFunc(p.graph.Fields[id].Joins, func(in querygraph.FieldIn) bool { return len(in.Context) > 0 })
}

// stepContext is a contextual argument of what a step selects.
type stepContext struct {
	argument *querygraph.ContextArgument
	variable string
}

// addContexts notes what a field takes from contexts, in case the condition holds,
// and selects it where it is to be had.
func (p *planner) addContexts(st *step, f fieldID, cond operation.Condition) {
	contextual := p.contextual(f, st.graph)
	for i := range contextual {
		a := &contextual[i]
		if slices.ContainsFunc(st.contexts, func(o stepContext) bool { return o.argument.Number == a.Number }) {
			continue
		}
		st.contexts = append(st.contexts, stepContext{a, p.contextVariable(st.graph, a)})
		p.gatherContext(st, st.site, a.Value, cond)
	}
}

// taking is when a contextual argument is wanted: when one of the fields that have
// it is. That is not when the step is made, whose representations have to be
// complete.
func (st *step) taking(c *stepContext) operation.Condition {
	var cond operation.Condition
	first := true
	for _, f := range st.set.fields {
		if !slices.ContainsFunc(f.arguments, func(a *ast.Argument) bool { return a.Value.Kind == ast.Variable && a.Value.Raw == c.variable }) {
			continue
		}
		if first {
			cond, first = f.cond, false
		} else {
			cond = either(cond, f.cond)
		}
	}
	return cond
}

// gatherContext selects what the nearest objects above a site give to a contextual
// argument of a step there.
func (p *planner) gatherContext(st *step, s *site, value contextID, cond operation.Condition) {
	for ; s.parent != nil; s = s.parent {
		cond = s.reached(cond)
		above, gives := false, false
		for _, t := range s.parentTypes {
			v := p.graph.Types[t].Context(value)
			if v == nil {
				above = true
				continue
			}
			gives = true
			for i := range v.Fields.Fields {
				if f := &v.Fields.Fields[i]; f.On(t) && !p.isConstant(s.parent, f) {
					p.gatherInput(st, s.parent, t, f, cond)
				}
			}
		}
		if gives && s.parent.chosen.av.blind {
			p.needType(st, s.parent, cond)
		}
		if !above {
			return
		}
	}
}

// isConstant tells whether objects at a site give a context the name of their type,
// which is known without asking.
func (p *planner) isConstant(s *site, f *querygraph.FieldSetField) bool {
	return f.Name == "__typename" && !p.graph.Abstract(s.typ)
}

// giver is a site whose objects of some types give a value.
type giver struct {
	site  *site
	types []typeID
}

// givers are the sites above a place that give a value to it, the nearest first.
// The types are those of objects below which the place can be; own says that the
// place's own objects count too.
func (p *planner) givers(s *site, types []typeID, value contextID) []giver {
	var out []giver
	for ; s != nil; s, types = s.parent, s.parentTypes {
		var giving []typeID
		for _, t := range types {
			if p.graph.Types[t].Context(value) != nil {
				giving = append(giving, t)
			}
		}
		if len(giving) > 0 {
			out = append(out, giver{s, giving})
		}
		if len(giving) == len(types) {
			break
		}
	}
	return out
}
