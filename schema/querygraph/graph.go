package querygraph

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/supergraph"
)

// TypeID is an index of Graph.Types, FieldID one of Graph.Fields. Subgraphs are
// indices of supergraph.Supergraph.Subgraphs.
type (
	TypeID  int32
	FieldID int32
)

const (
	// NoType is the Result of a field that returns a leaf.
	NoType TypeID = -1
	// Typename is the field "__typename" of every composite type.
	Typename FieldID = -1
)

// Graph is the query graph of one supergraph. It is immutable and safe for
// concurrent use.
type Graph struct {
	Supergraph *supergraph.Supergraph
	Types      []Type
	Fields     []Field

	byName map[string]TypeID
	labels labels
}

// Type is an object, interface or union type.
type Type struct {
	ID   TypeID
	Name string
	Kind ast.DefinitionKind
	// Possible are the object types that an object of the type can have in the
	// supergraph, sorted by ID; for an object type the type itself.
	Possible []TypeID
	// Fields are in the order of the definition.
	Fields []FieldID
	// In has an entry for each subgraph.
	In []TypeIn

	byField map[string]FieldID
}

// TypeIn is a type in one subgraph.
type TypeIn struct {
	// Present tells whether the subgraph has the type at all.
	Present bool
	// Keys are the type's keys in the subgraph, resolvable or not.
	Keys []Key
	// Possible are the object types that an object of the type can have in this
	// subgraph, sorted by ID.
	Possible []TypeID
}

// Key is one @key.
type Key struct {
	Fields *FieldSet
	// Resolvable tells whether entities can be looked up by it.
	Resolvable bool
}

// Field is a field of a type. The same field of an interface and of its
// implementations are different Fields.
type Field struct {
	ID         FieldID
	Owner      TypeID
	Definition *ast.FieldDefinition
	// Result is the composite type that the field returns, or NoType.
	Result TypeID
	// In has an entry for each subgraph.
	In []FieldIn
}

// FieldIn is a field in one subgraph.
type FieldIn struct {
	// Present tells whether the subgraph names the field.
	Present bool
	// External tells that the subgraph does not resolve it, except where a
	// FieldSet that it provides says so.
	External bool
	// Type is the field's type in the subgraph, Result its composite type there.
	Type   *ast.Type
	Result TypeID
	// Requires and Provides are nil where there is no such directive.
	Requires *FieldSet
	Provides *FieldSet
	// Override says for which requests the subgraph resolves the field, if it
	// moves between subgraphs.
	Override supergraph.Override
}

// New builds the query graph. It fails if a field set of the supergraph names
// something that does not exist.
func New(s *supergraph.Supergraph) (*Graph, error) {
	g := &Graph{Supergraph: s, byName: map[string]TypeID{}}
	for i, t := range s.Types {
		id := TypeID(i)
		g.byName[t.Definition.Name] = id
		g.Types = append(g.Types, Type{
			ID: id, Name: t.Definition.Name, Kind: t.Definition.Kind,
			In: make([]TypeIn, len(s.Subgraphs)), byField: map[string]FieldID{},
		})
	}
	for i, t := range s.Types {
		for _, f := range t.Fields {
			id := FieldID(len(g.Fields))
			g.Types[i].byField[f.Definition.Name] = id
			g.Types[i].Fields = append(g.Types[i].Fields, id)
			g.Fields = append(g.Fields, Field{
				ID: id, Owner: TypeID(i), Definition: f.Definition,
				Result: g.composite(f.Definition.Type), In: make([]FieldIn, len(s.Subgraphs)),
			})
		}
	}
	g.possible()
	r := &fieldSetReader{graph: g}
	for i, t := range s.Types {
		if err := g.readType(r, &g.Types[i], t); err != nil {
			return nil, err
		}
	}
	g.readLabels()
	return g, nil
}

// Type returns the type of the given name; ok is false if the supergraph has no
// such composite type.
func (g *Graph) Type(name string) (id TypeID, ok bool) {
	id, ok = g.byName[name]
	return id, ok
}

// Field returns a type's field; ok is false if there is none.
func (g *Graph) Field(t TypeID, name string) (id FieldID, ok bool) {
	if name == "__typename" {
		return Typename, true
	}
	id, ok = g.Types[t].byField[name]
	return id, ok
}

// Abstract tells whether the type is an interface or union.
func (g *Graph) Abstract(t TypeID) bool { return g.Types[t].Kind != ast.Object }

// Coordinate returns "Type.field".
func (g *Graph) Coordinate(f FieldID) string {
	return g.Types[g.Fields[f].Owner].Name + "." + g.Fields[f].Definition.Name
}

func (g *Graph) composite(t *ast.Type) TypeID {
	if id, ok := g.byName[t.Name()]; ok {
		return id
	}
	return NoType
}

// possible fills the possible types of all types, in the supergraph and in each
// subgraph.
func (g *Graph) possible() {
	for i := range g.Types {
		t := &g.Types[i]
		source := g.Supergraph.Types[i]
		if t.Kind == ast.Object {
			t.Possible = []TypeID{t.ID}
		}
		for _, j := range source.Joins {
			t.In[j.Graph].Present = true
			if t.Kind == ast.Object {
				t.In[j.Graph].Possible = []TypeID{t.ID}
			}
			for _, name := range j.Members {
				g.addPossible(t.ID, name, j.Graph)
			}
		}
	}
	for i, source := range g.Supergraph.Types {
		if g.Types[i].Kind != ast.Object {
			continue
		}
		for _, j := range source.Joins {
			for _, name := range j.Interfaces {
				if id, ok := g.byName[name]; ok {
					g.addPossible(id, g.Types[i].Name, j.Graph)
				}
			}
		}
	}
	for i := range g.Types {
		for k := range g.Types[i].In {
			slices.Sort(g.Types[i].In[k].Possible)
			g.Types[i].In[k].Possible = slices.Compact(g.Types[i].In[k].Possible)
		}
		slices.Sort(g.Types[i].Possible)
		g.Types[i].Possible = slices.Compact(g.Types[i].Possible)
	}
}

func (g *Graph) addPossible(abstract TypeID, name string, graph int) {
	if id, ok := g.byName[name]; ok && g.Types[id].Kind == ast.Object && g.Types[abstract].Kind != ast.Object {
		in := &g.Types[abstract].In[graph]
		in.Possible = append(in.Possible, id)
		g.Types[abstract].Possible = append(g.Types[abstract].Possible, id)
	}
}

func (g *Graph) readType(r *fieldSetReader, t *Type, source *supergraph.Type) error {
	for _, j := range source.Joins {
		for _, k := range j.Keys {
			set, err := r.read(t.ID, k.Fields)
			if err != nil {
				return fmt.Errorf("%s: key of %s in subgraph %q: %w", place(k.Position), t.Name, g.Supergraph.Subgraphs[j.Graph].Name, err)
			}
			t.In[j.Graph].Keys = append(t.In[j.Graph].Keys, Key{Fields: set, Resolvable: k.Resolvable})
		}
	}
	for _, f := range source.Fields {
		field := &g.Fields[t.byField[f.Definition.Name]]
		for _, j := range f.Joins {
			in := FieldIn{Present: true, External: j.External, Type: j.Type, Result: g.composite(j.Type), Override: j.Override}
			var err error
			if j.Requires != nil {
				if in.Requires, err = r.read(t.ID, j.Requires); err != nil {
					return fmt.Errorf("%s: requires of %s: %w", place(j.Position), g.Coordinate(field.ID), err)
				}
			}
			if j.Provides != nil && field.Result != NoType {
				if in.Provides, err = r.read(field.Result, j.Provides); err != nil {
					return fmt.Errorf("%s: provides of %s: %w", place(j.Position), g.Coordinate(field.ID), err)
				}
			}
			field.In[j.Graph] = in
		}
	}
	return nil
}

func place(pos *ast.Position) string {
	if pos == nil || pos.Src == nil {
		return "supergraph"
	}
	return fmt.Sprintf("%s:%d:%d", pos.Src.Name, pos.Line, pos.Column)
}
