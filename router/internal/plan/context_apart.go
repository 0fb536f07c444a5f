package plan

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/weftql/weft/schema/querygraph"
)

// apart says that a lookup keeps objects apart that are given different values,
// for the sake of a contextual argument further down.
type apart struct {
	value contextID
	// types are those of the objects that the argument is below.
	types []typeID
	// byObject says that the values are not known yet when the lookup is made:
	// objects below different givers are kept apart.
	byObject bool
}

// givers are the sites whose objects give a step the value of a context, the
// nearest first.
func (st *step) givers(p *planner, value contextID) []giver {
	return p.givers(st.site.parent, st.site.parentTypes, value)
}

// apartGivers are the sites whose objects decide what is kept apart. What objects
// give themselves is no reason to keep those apart that are sent alike, and if the
// values are not known, it is enough to look at the nearest that may give one.
func (st *step) apartGivers(p *planner, a apart) []giver {
	if !a.byObject {
		return p.givers(st.site, a.types, a.value)
	}
	givers := st.givers(p, a.value)
	return givers[:min(len(givers), 1)]
}

// contextDependencies notes which responses tell the objects between a step's
// contexts' givers and its own, and where lookups on the way must not look up two
// objects as one.
func (p *planner) contextDependencies(st *step) *gqlerror.Error {
	for _, c := range st.contexts {
		givers := st.givers(p, c.argument.Value)
		if len(givers) == 0 {
			continue
		}
		way := st.wayTo(givers)
		for _, s := range way[:len(way)-1] {
			f := s.primary.step
			at := slices.Index(way, f.site)
			if f.root || at < 0 {
				continue
			}
			if f.reentry {
				if err := p.checkReentry(f, c, way); err != nil {
					return err
				}
				continue
			}
			p.keepApart(f, apart{value: c.argument.Value, types: way[at-1].parentTypes})
		}
	}
	return nil
}

// wayTo lists the sites from the step's up to the last giver's, and makes the step
// wait for what tells their objects.
func (st *step) wayTo(givers []giver) []*site {
	last := givers[len(givers)-1].site
	way := []*site{st.site}
	for s := st.site; s != last; {
		s = s.parent
		way = append(way, s)
		if s.primary != nil {
			st.needs(s.primary.step)
		}
	}
	return way
}

// keepApart makes a lookup keep its objects apart.
func (p *planner) keepApart(f *step, a apart) {
	if k := slices.IndexFunc(f.apart, func(o apart) bool { return o.value == a.value }); k >= 0 {
		a.types = union(f.apart[k].types, a.types)
		f.apart = slices.Delete(f.apart, k, k+1)
	}
	sources := p.giverSteps(f.apartGivers(p, a), a.value)
	before := f.before()
	if a.byObject = slices.ContainsFunc(sources, func(o *step) bool { return !before[o] }); a.byObject {
		sources = nil
	}
	givers := f.apartGivers(p, a)
	if len(givers) == 0 {
		return // the objects themselves give the value
	}
	f.apart = append(f.apart, a)
	f.wayTo(givers)
	for _, o := range sources {
		f.needs(o)
	}
}

// before are the steps that have ended when a step is made.
func (st *step) before() map[*step]bool {
	out := map[*step]bool{}
	for open := slices.Clone(st.after); len(open) > 0; {
		next := open[len(open)-1]
		open = open[:len(open)-1]
		if !out[next] {
			out[next] = true
			open = append(open, next.after...)
		}
	}
	return out
}

// giverSteps are the steps whose responses hold the values.
func (p *planner) giverSteps(givers []giver, value contextID) []*step {
	var out []*step
	for _, g := range givers {
		if g.site.chosen.av.blind {
			out = append(out, g.site.residency(g.site.chosen.typing).step)
		}
		for _, t := range g.types {
			set := p.graph.Types[t].Context(value).Fields
			for i := range set.Fields {
				if set.Fields[i].On(t) && !p.isConstant(g.site, &set.Fields[i]) {
					out = p.inputSteps(out, g.site, t, &set.Fields[i])
				}
			}
		}
	}
	return out
}

// inputSteps adds the steps whose responses hold a part of a representation.
func (p *planner) inputSteps(out []*step, s *site, t typeID, f *querygraph.FieldSetField) []*step {
	if f.Set == nil {
		if at, ok := p.inputAt(s, t, f); ok {
			out = append(out, s.residency(at).step)
		}
		return out
	}
	child := p.hiddenChild(s, f, t)
	if child.primary == nil {
		return out
	}
	out = append(out, child.primary.step)
	for _, ct := range child.types {
		if i := slices.Index(child.types, ct); !child.chosen.av.reachable(i) {
			continue
		}
		for k := range f.Set.Fields {
			if f.Set.Fields[k].On(ct) {
				out = p.inputSteps(out, child, ct, &f.Set.Fields[k])
			}
		}
	}
	return out
}

// checkReentry refuses a contextual argument below a subgraph's Query object that is
// looked up for several objects at once: it would have one value for all of them.
func (p *planner) checkReentry(f *step, c stepContext, way []*site) *gqlerror.Error {
	top := way[len(way)-1]
	if f.site == top || !slices.Contains(f.site.path[len(top.path):], "@") {
		return nil
	}
	return errorAt(CodeUnsupportedFeature, f.site.path, nil,
		"the contextual argument %q has a value for each item of a list, and %s is the same object for all of them", c.argument.Name, p.graph.Types[f.site.typ].Name)
}

// contextsOfStep tells where the values of a step's contextual arguments come from.
func (p *planner) contextsOfStep(st *step) []Context {
	var out []Context
	for _, c := range st.contexts {
		out = append(out, Context{
			Variable: c.variable, Argument: c.argument.Name, Type: c.argument.Type,
			Givers: p.planGivers(st.givers(p, c.argument.Value), c.argument.Value),
		})
	}
	return out
}

// apartOfStep tells which objects a step keeps apart.
func (p *planner) apartOfStep(st *step) []Context {
	var out []Context
	for _, a := range st.apart {
		givers := st.apartGivers(p, a)
		if a.byObject {
			out = append(out, Context{ByObject: true, Givers: []Giver{{Position: givers[0].site.position}}})
			continue
		}
		out = append(out, Context{Givers: p.planGivers(givers, a.value)})
	}
	return out
}

func (p *planner) planGivers(givers []giver, value contextID) []Giver {
	var out []Giver
	for _, g := range givers {
		for _, t := range g.types {
			i := slices.Index(g.site.types, t)
			if !g.site.chosen.av.root && !g.site.chosen.av.reachable(i) {
				continue
			}
			one := Giver{Position: g.site.position}
			if p.graph.Abstract(g.site.typ) {
				one.Types = []string{p.graph.Types[t].Name}
			}
			set := p.graph.Types[t].Context(value).Fields
			var on []*querygraph.FieldSetField
			for k := range set.Fields {
				switch f := &set.Fields[k]; {
				case !f.On(t):
				case p.isConstant(g.site, f):
					one.Fields = append(one.Fields, RepresentationField{
						Name: f.Name, Type: typenameType, Source: Source{Fetch: NoFetch, Key: f.Name}, Position: NoPosition,
					})
				default:
					on = append(on, f)
				}
			}
			one.Fields = append(one.Fields, p.representationFields(nil, g.site, []typeID{t}, on)...)
			out = append(out, one)
		}
	}
	return out
}

// declaration declares a variable of a document.
func declaration(name string, t *ast.Type) string { return "$" + name + ":" + t.String() }
