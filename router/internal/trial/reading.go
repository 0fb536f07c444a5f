package trial

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/router/internal/operation"
	"github.com/weftql/weft/router/internal/plan"
	"github.com/weftql/weft/schema/querygraph"
)

// reading finds out on what the execution of a plan depended: it goes through the
// plan's requests that were made, with the supergraph at hand.
type reading struct {
	setup *Setup
	graph *querygraph.Graph
	plan  *plan.Plan
	sent  map[int]string
	rows  RowSet
}

// Rows are the constructs on which the trial depended. A trial without a plan
// depended on nothing.
func (s *Setup) Rows(t *Trial) RowSet {
	if t.Plan == nil {
		return 0
	}
	r := &reading{setup: s, graph: s.graph, plan: t.Plan, sent: t.sent}
	for _, f := range t.Plan.Fetches {
		r.rows.add(FetchConditions, f.Condition != nil)
		if _, made := t.sent[f.ID]; made {
			r.fetch(f)
		}
	}
	for _, p := range t.Plan.Positions {
		r.position(p)
	}
	r.operation(t.normal.Root)
	r.whole(t)
	return r.rows
}

// whole is about the plan as a whole.
func (r *reading) whole(t *Trial) {
	roots := 0
	for _, f := range t.Plan.Fetches {
		if _, made := t.sent[f.ID]; made && f.Kind == plan.RootFetch {
			roots++
		}
	}
	r.rows.add(SeveralRoots, t.Plan.Operation == ast.Query && roots > 1)
	r.rows.add(Mutations, t.Plan.Operation == ast.Mutation && len(t.sent) > 1)
	r.rows.add(MutationSteps, t.Plan.Operation == ast.Mutation && roots > 1)
	r.rows.add(Subscriptions, t.Plan.Operation == ast.Subscription && len(t.sent) > 1)
	r.rows.add(Defers, len(t.Plan.Defers) > 0)
	r.rows.add(Exhausted, t.Plan.Stats.Exhausted)
}

func (r *reading) fetch(f *plan.Fetch) {
	r.rows.add(Variables, len(f.Variables) > 0)
	r.rows.add(Reentry, f.Kind == plan.ReentryFetch)
	r.rows.add(Merged, len(f.Entities) > 1)
	if f.Kind != plan.EntityFetch {
		root := r.graph.Supergraph.Schema.Query
		switch f.Operation {
		case ast.Mutation:
			root = r.graph.Supergraph.Schema.Mutation
		case ast.Subscription:
			root = r.graph.Supergraph.Schema.Subscription
		}
		id, _ := r.graph.Type(root.Name)
		for _, s := range f.Selections {
			if field, known := r.graph.Field(id, s.Name); known && field != querygraph.Typename {
				r.rows.add(SharedRoots, r.resolvers(field) > 1)
			}
		}
		r.selections(f, []querygraph.TypeID{id}, f.Selections, nil)
		return
	}
	for i := range f.Entities {
		e := &f.Entities[i]
		r.rows.add(Positions, len(e.Targets) > 1)
		var types []querygraph.TypeID
		for _, t := range e.Targets {
			for k := range t.Representations {
				rep := &t.Representations[k]
				if !strings.Contains(r.sent[f.ID], `"__typename":"`+rep.Typename+`"`) {
					continue
				}
				if id, known := r.graph.Type(rep.Typename); known {
					types = append(types, id)
					r.representation(f, t.Position, id, rep)
					r.required(f, id, rep, e.Selections)
				}
			}
		}
		r.selections(f, types, e.Selections, nil)
	}
}

// selections are those of objects of the given types in one fetch.
func (r *reading) selections(f *plan.Fetch, types []querygraph.TypeID, list []plan.Selection, provided querygraph.Provided) {
	for i := range list {
		s := &list[i]
		var below []querygraph.TypeID
		var given querygraph.Provided
		for _, t := range types {
			if s.Types != nil && !slices.Contains(s.Types, r.graph.Types[t].Name) {
				continue
			}
			t, id, known := r.declared(f.Subgraph, t, s.Name)
			if !known {
				continue
			}
			r.field(f, t, id, provided)
			if s.Selections != nil {
				for _, result := range r.graph.ResultTypes(f.Subgraph, id) {
					if !slices.Contains(below, result) {
						below = append(below, result)
					}
				}
				given = append(given, r.graph.Below(f.Subgraph, t, id, provided)...)
			}
		}
		r.selections(f, below, s.Selections, given)
	}
}

// declared gives a field as the subgraph has it: that of the type, or of an interface
// object that stands for it.
func (r *reading) declared(graph int, t querygraph.TypeID, name string) (querygraph.TypeID, querygraph.FieldID, bool) {
	id, known := r.graph.Field(t, name)
	if !known || id == querygraph.Typename || r.graph.Fields[id].In(graph).Present {
		return t, id, known && id != querygraph.Typename
	}
	for _, in := range r.graph.Types[t].StandIns {
		if at, has := r.graph.Field(in.Type, name); in.Graph == graph && has && r.graph.Fields[at].In(graph).Present {
			return in.Type, at, true
		}
	}
	return t, id, true
}

// field is a field that was read of objects of one type.
func (r *reading) field(f *plan.Fetch, t querygraph.TypeID, id querygraph.FieldID, provided querygraph.Provided) {
	field := &r.graph.Fields[id]
	in := field.In(f.Subgraph)
	name := r.graph.Supergraph.Subgraphs[f.Subgraph].Name
	r.rows.add(Provides, in.External && provided.Has(t, field.Definition.Name))
	r.rows.add(Override, r.setup.facts.moved[r.graph.Coordinate(id)] == name && in.Override.Label == "")
	r.rows.add(OverrideLabel, in.Override.Label != "")
	r.rows.add(InterfaceObjects, r.graph.Types[t].In(f.Subgraph).InterfaceObject && !r.keyed(t, field.Definition.Name))
	r.rows.add(Contexts, len(in.Context) > 0)
	r.rows.add(Shareable, !r.keyed(t, field.Definition.Name) && r.resolvers(id) > 1)
	if field.Result != querygraph.NoType && in.Result != querygraph.NoType {
		all := r.graph.Types[in.Result]
		partial := len(all.In(f.Subgraph).Possible) < len(all.Possible)
		r.rows.add(PartialInterfaces, partial && all.Kind == ast.Interface)
		r.rows.add(PartialUnions, partial && all.Kind == ast.Union)
		return
	}
	r.leafType(field.Definition.Type.Name())
}

// leafType is the type of a leaf that was read, or of a value that was passed.
func (r *reading) leafType(name string) {
	whole, seen := r.graph.Supergraph.Schema.Types[name], r.graph.Supergraph.API.Types[name]
	if whole == nil || seen == nil {
		return
	}
	switch whole.Kind {
	case ast.Enum:
		r.rows.add(PartialEnum, r.setup.facts.differs(name))
		r.rows.add(InaccessibleEnum, len(whole.EnumValues) > len(seen.EnumValues))
	case ast.InputObject:
		r.rows.add(PartialInput, r.setup.facts.differs(name))
		r.rows.add(InaccessibleArgument, len(whole.Fields) > len(seen.Fields))
	}
}

// resolvers counts the subgraphs that resolve a field.
func (r *reading) resolvers(id querygraph.FieldID) (n int) {
	for _, in := range r.graph.Fields[id].Joins {
		if !in.External {
			n++
		}
	}
	return n
}

// keyed tells whether a key selects a field of its type.
func (r *reading) keyed(t querygraph.TypeID, name string) bool {
	for _, in := range r.graph.Types[t].Joins {
		for _, k := range in.Keys {
			if k.Fields.Find(t, name) != nil {
				return true
			}
		}
	}
	return false
}

func (r *reading) position(p *plan.Position) {
	made := 0
	for _, f := range p.Sources {
		if _, sent := r.sent[f]; sent {
			made++
		}
	}
	r.rows.add(ValueTypes, p.ID > 0 && made > 1)
	if p.ID > 0 && made == 0 {
		return
	}
	lists := strings.Contains(strings.Join(p.Path, "."), "@.@")
	r.rows.add(NestedLists, lists)
	kind := r.graph.Supergraph.Schema.Types[p.Type].Kind
	for _, f := range p.Fields {
		r.rows.add(Interfaces, kind == ast.Interface && f.Types != nil)
		r.rows.add(Unions, kind == ast.Union && f.Types != nil)
		r.rows.add(Conditions, f.Condition != nil)
		r.rows.add(Aliases, f.Source.Fetch != plan.NoFetch && f.Source.Key != f.Key)
	}
}

// operation is what the client selects.
func (r *reading) operation(set *operation.SelectionSet) {
	for _, f := range set.Fields {
		if f.Introspection() || f.Name == "__typename" {
			continue
		}
		r.rows.add(Arguments, len(f.Arguments) > 0)
		for _, a := range f.Arguments {
			if d := f.Definition.Arguments.ForName(a.Name); d != nil {
				r.leafType(d.Type.Name())
			}
		}
		if owner := r.graph.Supergraph.Schema.Types[f.Parent]; owner != nil {
			if whole := owner.Fields.ForName(f.Name); whole != nil {
				r.rows.add(InaccessibleArgument, len(whole.Arguments) > len(f.Definition.Arguments))
			}
		}
		if f.Selections != nil {
			r.operation(f.Selections)
		}
	}
}
