package supergraph

import (
	"errors"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// Type is an object, interface or union type of the supergraph.
type Type struct {
	// Definition is the type in Supergraph.Schema.
	Definition *ast.Definition
	// Joins are the subgraphs that have the type, in the order of the graphs.
	Joins []TypeJoin
	// Fields are the type's fields in the order of the definition; a union has
	// none.
	Fields []*Field
	// Contexts are the contexts that objects of the type set for what lies below
	// them, as in "users__caller": the subgraph's name and that of the context in
	// it. For an interface or union that goes for all its object types.
	Contexts []string
}

// TypeJoin is a type in one subgraph: what @join__type, @join__implements and
// @join__unionMember say of it.
type TypeJoin struct {
	Graph int
	Keys  []Key
	// InterfaceObject says that the subgraph has the interface as an object type,
	// for all of its implementations, and knows none of them (Federation 2.3
	// §@interfaceObject).
	InterfaceObject bool
	// Interfaces are the interfaces that the type implements in this subgraph.
	Interfaces []string
	// Members are the union's members in this subgraph.
	Members []string
}

// Key is one @key of a type in one subgraph.
type Key struct {
	Fields federation.FieldSet
	// Resolvable says that the subgraph can look entities up by the key; if not,
	// the key only says that the subgraph knows its fields.
	Resolvable bool
	Position   *ast.Position
}

// Field is one field of a Type.
type Field struct {
	// Definition is the field in Supergraph.Schema.
	Definition *ast.FieldDefinition
	// Joins are the subgraphs that have the field, in the order of the graphs. A
	// subgraph whose field was overridden by another is not among them unless it
	// still names the field in a key, which makes it External. There are none if
	// the type has the field only by way of subgraphs that have one of its
	// interfaces as InterfaceObject.
	Joins []FieldJoin
}

// FieldJoin is a field in one subgraph.
type FieldJoin struct {
	Graph int
	// Type is the field's type in this subgraph.
	Type *ast.Type
	// External says that the subgraph names the field but does not resolve it,
	// except where Provides says so.
	External bool
	// Requires is what the subgraph must be sent to resolve the field, or nil.
	Requires federation.FieldSet
	// Provides is what the subgraph resolves below this field though it is
	// external elsewhere, or nil.
	Provides federation.FieldSet
	// Context are the arguments that the subgraph gets from contexts. No query
	// can give them: they are not in the field's definition.
	Context []ContextArgument
	// Override is the zero value unless the field moves between two subgraphs by
	// a progressive @override, of which this is one.
	Override Override
	Position *ast.Position
}

// Override says for which requests a subgraph resolves a field that moves
// between two subgraphs (Federation 2.7 §@override(label:)).
type Override struct {
	// Label is what each request sets or not: a name, or "percent(5)". Empty
	// means that the field does not move.
	Label string
	// Set says that the subgraph resolves the field where the label is set, as
	// the one to which it moves; otherwise where it is not set.
	Set bool
}

// Join returns what the given subgraph has of the field, or nil.
func (f *Field) Join(graph int) *FieldJoin {
	for i := range f.Joins {
		if f.Joins[i].Graph == graph {
			return &f.Joins[i]
		}
	}
	return nil
}

// Join returns what the given subgraph has of the type, or nil.
func (t *Type) Join(graph int) *TypeJoin {
	for i := range t.Joins {
		if t.Joins[i].Graph == graph {
			return &t.Joins[i]
		}
	}
	return nil
}

// Field returns the field of the given name, or nil.
func (t *Type) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Definition.Name == name {
			return f
		}
	}
	return nil
}

// joinReader reads the join directives of a document.
type joinReader struct {
	join      federation.Link
	context   string // the name of @context, or ""
	subgraphs []Subgraph
	graphs    map[string]int // indices of subgraphs by Subgraph.Graph
	errs      []error
}

func (s *Supergraph) readTypes(doc *ast.SchemaDocument, specs specifications) error {
	r := &joinReader{join: specs.join, context: specs.context, subgraphs: s.Subgraphs, graphs: make(map[string]int, len(s.Subgraphs))}
	for i, sub := range s.Subgraphs {
		r.graphs[sub.Graph] = i
	}
	if specs.join.Version.Minor == 1 {
		s.readOwnedTypes(doc, r)
		return errors.Join(r.errs...)
	}
	for _, def := range doc.Definitions {
		clean := s.Schema.Types[def.Name]
		if clean == nil || !clean.IsCompositeType() {
			continue
		}
		t := &Type{Definition: clean, Joins: r.typeJoins(def), Contexts: r.contexts(def)}
		for i, f := range def.Fields {
			t.Fields = append(t.Fields, &Field{
				Definition: fieldOf(clean, i, f.Name),
				Joins:      r.fieldJoins(t, def, f),
			})
		}
		s.Types = append(s.Types, t)
		s.byName[def.Name] = t
	}
	r.checkContexts(s.Types)
	if specs.join.Version.Minor == 2 {
		s.readMembers()
	}
	return errors.Join(r.errs...)
}

// readMembers fills the members of unions where the supergraph does not say them,
// as in join v0.2: in a subgraph with the union, they are those that it has.
func (s *Supergraph) readMembers() {
	for _, t := range s.Types {
		for i := range t.Joins {
			j := &t.Joins[i]
			for _, member := range t.Definition.Types {
				if m := s.byName[member]; m != nil && m.Join(j.Graph) != nil {
					j.Members = append(j.Members, member)
				}
			}
		}
	}
}

func (r *joinReader) typeJoins(def *ast.Definition) []TypeJoin {
	var joins []TypeJoin
	at := func(graph int) (int, bool) {
		return slices.BinarySearchFunc(joins, graph, func(j TypeJoin, graph int) int { return j.Graph - graph })
	}
	for _, d := range def.Directives.ForNames(r.join.DirectiveName("type")) {
		g, ok := r.graph(d)
		if !ok {
			continue
		}
		i, known := at(g)
		if !known {
			joins = slices.Insert(joins, i, TypeJoin{Graph: g})
		}
		if boolArg(d, "isInterfaceObject", false) {
			if def.Kind != ast.Interface {
				r.errs = append(r.errs, invalid(d.Position, "@%s(isInterfaceObject: true) on %q, which is no interface", d.Name, def.Name))
			}
			joins[i].InterfaceObject = true
		}
		if d.Arguments.ForName("key") != nil {
			joins[i].Keys = append(joins[i].Keys, Key{
				Fields:     r.fieldSet(d, "key"),
				Resolvable: boolArg(d, "resolvable", true),
				Position:   d.Position,
			})
		}
	}
	add := func(directive, arg string, list func(*TypeJoin) *[]string) {
		for _, d := range def.Directives.ForNames(r.join.DirectiveName(directive)) {
			g, ok := r.graph(d)
			if i, known := at(g); ok && known {
				names := list(&joins[i])
				*names = append(*names, stringArg(d, arg))
			}
		}
	}
	add("implements", "interface", func(j *TypeJoin) *[]string { return &j.Interfaces })
	add("unionMember", "member", func(j *TypeJoin) *[]string { return &j.Members })
	if len(joins) == 0 {
		r.errs = append(r.errs, invalid(def.Position, "type %q has no @%s: no subgraph defines it", def.Name, r.join.DirectiveName("type")))
	}
	return joins
}

// fieldOf returns the field of a name, which stands at the given index unless
// validation moved it.
func fieldOf(def *ast.Definition, index int, name string) *ast.FieldDefinition {
	if index < len(def.Fields) && def.Fields[index].Name == name {
		return def.Fields[index]
	}
	return def.Fields.ForName(name)
}

// fieldJoins reads @join__field. A field without one is in every subgraph that
// has the type.
func (r *joinReader) fieldJoins(t *Type, def *ast.Definition, f *ast.FieldDefinition) []FieldJoin {
	directives := f.Directives.ForNames(r.join.DirectiveName("field"))
	if len(directives) == 0 {
		out := make([]FieldJoin, len(t.Joins))
		for i, j := range t.Joins {
			out[i] = FieldJoin{Graph: j.Graph, Type: f.Type, Position: f.Position}
		}
		return out
	}
	joins := make([]FieldJoin, 0, len(directives))
	var overridden []string // names of subgraphs
	var kept []int
	for _, d := range directives {
		if d.Arguments.ForName("graph") == nil { // as of interface objects
			continue
		}
		g, ok := r.graph(d)
		if !ok {
			continue
		}
		from := stringArg(d, "override")
		label := stringArg(d, "overrideLabel")
		join := FieldJoin{
			Graph:    g,
			Type:     r.typeArg(d, f.Type),
			External: boolArg(d, "external", false) || boolArg(d, "usedOverridden", false) && label == "",
			Requires: r.fieldSet(d, "requires"),
			Provides: r.fieldSet(d, "provides"),
			Context:  r.contextArguments(d),
			Position: d.Position,
		}
		if label != "" {
			join.Override = Override{Label: label, Set: from != ""}
		}
		if boolArg(d, "usedOverridden", false) {
			kept = append(kept, g)
		}
		if from != "" && label == "" {
			overridden = append(overridden, from)
		}
		if i, again := slices.BinarySearchFunc(joins, g, func(j FieldJoin, graph int) int { return j.Graph - graph }); again {
			joins[i] = join
		} else {
			joins = slices.Insert(joins, i, join)
		}
	}
	return slices.DeleteFunc(joins, func(j FieldJoin) bool {
		return slices.Contains(overridden, r.subgraphs[j.Graph].Name) && !slices.Contains(kept, j.Graph)
	})
}
