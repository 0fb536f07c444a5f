package plan_test

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weftql/weft/schema/querygraph"
)

// asksTooMuch finds a field that a subgraph does not resolve where a plan asks for
// it, whatever the data: an external one, or one whose requirements are not sent,
// or not fetched with the arguments that it names.
func (u *universe) asksTooMuch(n *apolloNode, selected map[string]bool) error {
	if n == nil {
		return nil
	}
	for _, child := range append(slices.Clone(n.Nodes), n.Node, n.IfClause, n.ElseClause) {
		if err := u.asksTooMuch(child, selected); err != nil {
			return err
		}
	}
	if n.Kind != "Fetch" {
		return nil
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: n.Operation})
	if err != nil {
		return err
	}
	a := &asked{u: u, graph: slices.Index(u.names(), n.ServiceName), selected: selected}
	set, types := doc.Operations[0].SelectionSet, []querygraph.TypeID(nil)
	if n.Requires != nil {
		set, a.sent = set[0].(*ast.Field).SelectionSet, n.Requires
		for i := range u.graph.Types {
			types = append(types, u.places(querygraph.TypeID(i), a.graph)...)
		}
	} else {
		root, _ := u.graph.Type(map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation"}[doc.Operations[0].Operation])
		types = []querygraph.TypeID{root}
	}
	slices.Sort(types)
	return a.check(set, slices.Compact(types), nil, n.Requires != nil)
}

// asked is what one fetch of Apollo's asks for.
type asked struct {
	u     *universe
	graph int
	sent  []apolloRequire
	// selected are the fields that the plan selects anywhere, with arguments.
	selected map[string]bool
}

// selected collects the fields that a plan selects, with their arguments.
func (n *apolloNode) selected(into map[string]bool) {
	if n == nil {
		return
	}
	for _, child := range append(slices.Clone(n.Nodes), n.Node, n.IfClause, n.ElseClause) {
		child.selected(into)
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: n.Operation})
	if n.Kind != "Fetch" || err != nil {
		return
	}
	for _, set := range selectionSets(&doc.Operations[0].SelectionSet) {
		for _, sel := range *set {
			if f, ok := sel.(*ast.Field); ok {
				into[f.Name+argumentValues(f, nil)] = true
			}
		}
	}
}

// lacks tells whether a requirement is not sent, or nowhere fetched as it is meant.
func (a *asked) lacks(r *querygraph.FieldSetField) bool {
	return !sends(a.sent, r.Name) || len(r.Arguments) > 0 && !a.selected[r.Name+argumentValues(&ast.Field{Arguments: r.Arguments}, nil)]
}

func (a *asked) check(set ast.SelectionSet, types []querygraph.TypeID, provided querygraph.Provided, entity bool) error {
	g := a.u.graph
	for _, sel := range set {
		if fragment, ok := sel.(*ast.InlineFragment); ok {
			left := types
			if id, ok := g.Type(fragment.TypeCondition); ok {
				left = slices.DeleteFunc(slices.Clone(types), func(t querygraph.TypeID) bool {
					return t != id && !slices.Contains(g.Types[id].In(a.graph).Possible, t)
				})
			}
			if err := a.check(fragment.SelectionSet, left, provided, entity); err != nil {
				return err
			}
			continue
		}
		f := sel.(*ast.Field)
		for _, t := range types {
			id, ok := g.Field(t, f.Name)
			if !ok || id == querygraph.Typename {
				continue
			}
			in := g.Fields[id].In(a.graph)
			switch {
			case !g.Resolves(a.graph, t, id, provided):
				return &wrongPlan{"asks a subgraph for a field that it does not resolve there", g.Coordinate(id)}
			case in.Requires != nil && !in.External && (!entity || slices.ContainsFunc(in.Requires.Fields, func(r querygraph.FieldSetField) bool { return r.On(t) && a.lacks(&r) })):
				return &wrongPlan{"asks for a field without what it requires", g.Coordinate(id)}
			}
			if g.Fields[id].Result != querygraph.NoType {
				if err := a.check(f.SelectionSet, a.u.places(in.Result, a.graph), g.Below(a.graph, t, id, provided), false); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// places are the types by which a subgraph has objects of a type: its object types,
// or the type itself if it is an interface object.
func (u *universe) places(t querygraph.TypeID, graph int) []querygraph.TypeID {
	if in := u.graph.Types[t].In(graph); !in.InterfaceObject {
		return in.Possible
	}
	return []querygraph.TypeID{t}
}

func sends(sent []apolloRequire, name string) bool {
	return name == "__typename" || slices.ContainsFunc(sent, func(r apolloRequire) bool {
		return r.Kind == "Field" && r.Name == name || r.Kind == "InlineFragment" && sends(r.Selections, name)
	})
}
