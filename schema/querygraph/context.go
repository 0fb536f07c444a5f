package querygraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
	"github.com/weftql/weft/schema/supergraph"
)

// ContextID tells what contextual arguments take from contexts apart: the same
// selection from the same context has one ContextID.
type ContextID int32

// ContextArgument is an argument that a subgraph gets from a context.
type ContextArgument struct {
	// Name is the argument's name in the subgraph, Type its type there.
	Name string
	Type *ast.Type
	// Number tells the contextual arguments of a subgraph apart, in the order of their
	// coordinates.
	Number int
	// Value is what it takes.
	Value ContextID
}

// ContextValue is what objects of one type give to the fields below them.
type ContextValue struct {
	ID ContextID
	// Fields lead to the value, a single leaf; they are empty if nothing is taken
	// from this type, which gives null.
	Fields *FieldSet
}

// Context returns what objects of the type give for a value, or nil if they set no
// context that it is taken from.
func (t *Type) Context(id ContextID) *ContextValue {
	for i := range t.Contexts {
		if t.Contexts[i].ID == id {
			return &t.Contexts[i]
		}
	}
	return nil
}

// contextReader reads the contexts of a supergraph.
type contextReader struct {
	*fieldSetReader
	// settings are the object types and interfaces that set a context.
	settings map[string][]TypeID
	ids      map[string]ContextID
}

func newContextReader(r *fieldSetReader, s *supergraph.Supergraph) *contextReader {
	c := &contextReader{fieldSetReader: r, settings: map[string][]TypeID{}, ids: map[string]ContextID{}}
	for i, t := range s.Types {
		for _, name := range t.Contexts {
			c.settings[name] = append(c.settings[name], r.graph.Types[i].Possible...)
			if t.Definition.Kind == ast.Interface { // there may be interface objects
				c.settings[name] = append(c.settings[name], TypeID(i))
			}
		}
	}
	for name, types := range c.settings {
		slices.Sort(types)
		c.settings[name] = slices.Compact(types)
	}
	return c
}

// arguments reads the contextual arguments of a field in one subgraph, and notes
// at the types that set their contexts what is taken from them.
func (c *contextReader) arguments(list []supergraph.ContextArgument) ([]ContextArgument, error) {
	var out []ContextArgument
	for _, a := range list {
		key := a.Context + " " + a.Selection.String()
		id, known := c.ids[key]
		if !known {
			id = ContextID(len(c.ids))
			c.ids[key] = id
			if err := c.take(id, a.Context, a.Selection); err != nil {
				return nil, fmt.Errorf("argument %q from the context %q: %w", a.Name, a.Context, err)
			}
		}
		out = append(out, ContextArgument{Name: a.Name, Type: a.Type, Value: id})
	}
	return out, nil
}

func (c *contextReader) take(id ContextID, context string, selection federation.FieldSet) error {
	for _, t := range c.settings[context] {
		set, err := c.read(t, selection)
		if err != nil {
			return err
		}
		c.graph.Types[t].Contexts = append(c.graph.Types[t].Contexts, ContextValue{ID: id, Fields: set})
	}
	return nil
}

// numberContexts numbers the contextual arguments of each subgraph.
func (g *Graph) numberContexts() {
	type numbered struct {
		coordinate string
		argument   *ContextArgument
	}
	bySubgraph := make([][]numbered, len(g.Supergraph.Subgraphs))
	for i := range g.Fields {
		for k := range g.Fields[i].Joins {
			in := &g.Fields[i].Joins[k]
			for a := range in.Context {
				one := numbered{g.Coordinate(FieldID(i)) + "(" + in.Context[a].Name + ":)", &in.Context[a]}
				bySubgraph[in.Graph] = append(bySubgraph[in.Graph], one)
			}
		}
	}
	for _, list := range bySubgraph {
		slices.SortFunc(list, func(a, b numbered) int { return strings.Compare(a.coordinate, b.coordinate) })
		for i := range list {
			list[i].argument.Number = i
		}
	}
}
