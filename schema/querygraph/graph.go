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

// fewFields is up to how many fields of a type a scan is as fast as a map.
const fewFields = 8

// Graph is the query graph of one supergraph. It is immutable and safe for
// concurrent use.
type Graph struct {
	Supergraph *supergraph.Supergraph
	Types      []Type
	Fields     []Field
	// InterfaceObjects are all of them, in the order of the interfaces' IDs and then
	// of the subgraphs.
	InterfaceObjects []StandIn
	// Contextual tells whether any field has an argument that comes from a context.
	Contextual bool

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
	// Joins are the subgraphs that have the type, in their order.
	Joins []TypeIn
	// Contexts are what objects of the type give to contextual arguments of fields
	// below them; for an interface what its interface objects give.
	Contexts []ContextValue
	// StandIns are, for an object type, the interface objects that stand for it, in
	// the order of the interfaces' IDs and then of the subgraphs: the subgraph has
	// the interface's fields for objects of this type, by the interface's name.
	StandIns []StandIn

	graphs  []int32            // of Joins
	names   []string           // of Fields; nil if there are many
	byField map[string]FieldID // nil if there are few
}

// StandIn is an interface in a subgraph that has it as an interface object.
type StandIn struct {
	Type  TypeID
	Graph int
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
	// Joins are the subgraphs that name the field, in their order.
	Joins []FieldIn

	graphs []int32 // of Joins
	// standIns are the interfaces' fields at the StandIns of the owner, or noField.
	standIns []FieldID
}

// New builds the query graph. It fails if a field set of the supergraph names
// something that does not exist.
func New(s *supergraph.Supergraph) (*Graph, error) {
	g := &Graph{Supergraph: s, byName: make(map[string]TypeID, len(s.Types))}
	for i, t := range s.Types {
		g.byName[t.Definition.Name] = TypeID(i)
	}
	g.Types = make([]Type, len(s.Types))
	fields := 0
	for _, t := range s.Types {
		fields += len(t.Fields)
	}
	g.Fields = make([]Field, 0, fields)
	for i, source := range s.Types {
		g.addType(TypeID(i), source)
	}
	g.possible()
	g.standInFields()
	r := newContextReader(&fieldSetReader{graph: g}, s)
	for i, t := range s.Types {
		if err := g.readType(r, &g.Types[i], t); err != nil {
			return nil, err
		}
	}
	if g.Contextual = len(r.ids) > 0; g.Contextual {
		g.numberContexts()
	}
	g.readLabels()
	return g, nil
}

// addType adds a type and its fields, but not what is to be read of them.
func (g *Graph) addType(id TypeID, source *supergraph.Type) {
	t := &g.Types[id]
	*t = Type{
		ID: id, Name: source.Definition.Name, Kind: source.Definition.Kind,
		Fields: make([]FieldID, 0, len(source.Fields)),
		Joins:  make([]TypeIn, len(source.Joins)),
		graphs: make([]int32, len(source.Joins)),
	}
	if len(source.Fields) > fewFields {
		t.byField = make(map[string]FieldID, len(source.Fields))
	} else {
		t.names = make([]string, 0, len(source.Fields))
	}
	for i, j := range source.Joins {
		t.graphs[i] = int32(j.Graph)
		t.Joins[i] = TypeIn{Graph: j.Graph, Present: true, InterfaceObject: j.InterfaceObject}
	}
	for _, f := range source.Fields {
		id := FieldID(len(g.Fields))
		if t.byField != nil {
			t.byField[f.Definition.Name] = id
		} else {
			t.names = append(t.names, f.Definition.Name)
		}
		t.Fields = append(t.Fields, id)
		g.Fields = append(g.Fields, Field{ID: id, Owner: t.ID, Definition: f.Definition, Result: g.composite(f.Definition.Type)})
	}
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
	typ := &g.Types[t]
	if typ.byField != nil {
		id, ok = typ.byField[name]
		return id, ok
	}
	for i := range typ.names {
		if typ.names[i] == name {
			return typ.Fields[i], true
		}
	}
	return 0, false
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
	for i, source := range g.Supergraph.Types {
		t := &g.Types[i]
		if t.Kind == ast.Object {
			t.Possible = []TypeID{t.ID}
		}
		for k, j := range source.Joins {
			if t.Kind == ast.Object {
				t.Joins[k].Possible = t.Possible
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
		t := &g.Types[i]
		if t.Kind == ast.Object {
			continue
		}
		for k := range t.Joins {
			t.Joins[k].Possible = sortedSet(t.Joins[k].Possible)
		}
		t.Possible = sortedSet(t.Possible)
		for k := range t.Joins {
			if t.Joins[k].InterfaceObject {
				g.standIn(t, &t.Joins[k])
			}
		}
	}
}

// standIn notes which types an interface object stands for.
func (g *Graph) standIn(t *Type, in *TypeIn) {
	in.Possible = t.Possible
	g.InterfaceObjects = append(g.InterfaceObjects, StandIn{Type: t.ID, Graph: in.Graph})
	for _, impl := range t.Possible {
		g.Types[impl].StandIns = append(g.Types[impl].StandIns, StandIn{Type: t.ID, Graph: in.Graph})
	}
}

// noField stands for a field that a type does not have.
const noField FieldID = -2

// standInFields finds the interfaces' fields that interface objects have in place
// of those of the implementations.
func (g *Graph) standInFields() {
	for i := range g.Types {
		t := &g.Types[i]
		for _, id := range t.Fields {
			f := &g.Fields[id]
			for _, s := range t.StandIns {
				at, ok := g.Field(s.Type, f.Definition.Name)
				if !ok {
					at = noField
				}
				f.standIns = append(f.standIns, at)
			}
		}
	}
}

// FieldOf gives the field of an interface that a field of one of its interface
// objects' types is there; ok is false if the interface has none.
func (g *Graph) FieldOf(in TypeID, field FieldID) (at FieldID, ok bool) {
	f := &g.Fields[field]
	for i, s := range g.Types[f.Owner].StandIns {
		if s.Type == in {
			return f.standIns[i], f.standIns[i] != noField
		}
	}
	return field, f.Owner == in
}

func sortedSet(list []TypeID) []TypeID {
	slices.Sort(list)
	return slices.Compact(list)
}

// addPossible notes that objects of the named type can stand for an abstract one
// in a subgraph, if that has the abstract type.
func (g *Graph) addPossible(abstract TypeID, name string, graph int) {
	t := &g.Types[abstract]
	if id, ok := g.byName[name]; ok && g.Types[id].Kind == ast.Object && t.Kind != ast.Object {
		if at := indexOf(t.graphs, graph); at >= 0 {
			t.Joins[at].Possible = append(t.Joins[at].Possible, id)
		}
		t.Possible = append(t.Possible, id)
	}
}

func (g *Graph) readType(r *contextReader, t *Type, source *supergraph.Type) error {
	for i, j := range source.Joins {
		for _, k := range j.Keys {
			set, err := r.read(t.ID, k.Fields)
			if err != nil {
				return fmt.Errorf("%s: key of %s in subgraph %q: %w", place(k.Position), t.Name, g.Supergraph.Subgraphs[j.Graph].Name, err)
			}
			t.Joins[i].Keys = append(t.Joins[i].Keys, Key{Fields: set, Resolvable: k.Resolvable})
		}
	}
	for i, f := range source.Fields {
		if err := g.readField(r, &g.Fields[t.Fields[i]], f); err != nil {
			return err
		}
	}
	return nil
}

func (g *Graph) readField(r *contextReader, field *Field, source *supergraph.Field) (err error) {
	field.Joins = make([]FieldIn, len(source.Joins))
	field.graphs = make([]int32, len(source.Joins))
	for i := range source.Joins {
		j := &source.Joins[i]
		field.graphs[i] = int32(j.Graph)
		in := &field.Joins[i]
		*in = FieldIn{Graph: j.Graph, Present: true, External: j.External, Type: j.Type, Result: g.composite(j.Type), Override: j.Override}
		if j.Requires != nil {
			if in.Requires, err = r.read(field.Owner, j.Requires); err != nil {
				return fmt.Errorf("%s: requires of %s: %w", place(j.Position), g.Coordinate(field.ID), err)
			}
		}
		if j.Provides != nil && field.Result != NoType {
			if in.Provides, err = r.read(field.Result, j.Provides); err != nil {
				return fmt.Errorf("%s: provides of %s: %w", place(j.Position), g.Coordinate(field.ID), err)
			}
		}
		if in.Context, err = r.arguments(j.Context); err != nil {
			return fmt.Errorf("%s: context of %s: %w", place(j.Position), g.Coordinate(field.ID), err)
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
