package supergraph

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// ownedReader reads supergraphs of federation 1 (join v0.1), which say less than
// later ones. What they leave out follows from federation 1's rules:
//
//   - An entity has an owner (@join__owner), which resolves the fields without
//     @join__field, and in each subgraph the keys of @join__type.
//   - A subgraph has the fields of its keys, and resolves them; what its fields
//     require and provide it names as external.
//   - Other types are the same wherever they are (value types), with all of their
//     fields, and are in each subgraph one of whose fields leads to them.
//   - Query is in every subgraph; the other roots are where they have fields.
//
// Join v0.1 §@join__owner, §@join__type, §@join__field.
type ownedReader struct {
	*joinReader
	super       *Supergraph
	doc         *ast.SchemaDocument
	definitions map[string]*ast.Definition // the document's, by name
	// entities are the object types with @join__type, by name.
	entities map[string]*ownedType
	// values are the composite types that are neither entities nor roots: for each
	// of them, the subgraphs in which it is. One to which no field leads is in none.
	values map[string][]bool
}

// ownedType is an entity or a root type: what is known of it for each subgraph.
type ownedType struct {
	definition *ast.Definition
	root       bool
	owner      int // -1 if there is none
	joins      []*TypeJoin
	fields     map[string][]*FieldJoin
}

func (s *Supergraph) readOwnedTypes(doc *ast.SchemaDocument, r *joinReader) {
	o := &ownedReader{
		joinReader: r, super: s, doc: doc, definitions: map[string]*ast.Definition{},
		entities: map[string]*ownedType{}, values: map[string][]bool{},
	}
	for _, def := range doc.Definitions {
		o.definitions[def.Name] = def
		if clean := s.Schema.Types[def.Name]; clean == nil || !clean.IsCompositeType() {
			continue
		}
		switch root := o.isRoot(def.Name); {
		case root, def.Kind == ast.Object && def.Directives.ForName(r.join.DirectiveName("type")) != nil:
			o.entities[def.Name] = o.readEntity(def, root)
		default:
			o.values[def.Name] = make([]bool, len(r.subgraphs))
		}
	}
	for _, def := range doc.Definitions {
		if t := o.entities[def.Name]; t != nil {
			o.readFields(t)
		}
	}
	if len(r.errs) > 0 {
		return
	}
	for _, def := range doc.Definitions {
		if t := o.entities[def.Name]; t != nil {
			o.addNamedFields(t)
		}
	}
	o.spread()
	o.build()
}

func (o *ownedReader) isRoot(name string) bool {
	schema := o.super.Schema
	return slices.ContainsFunc([]*ast.Definition{schema.Query, schema.Mutation, schema.Subscription}, func(root *ast.Definition) bool {
		return root != nil && root.Name == name
	})
}

// readEntity reads the owner and the keys of a type.
func (o *ownedReader) readEntity(def *ast.Definition, root bool) *ownedType {
	t := &ownedType{definition: def, root: root, owner: -1, joins: make([]*TypeJoin, len(o.subgraphs)), fields: map[string][]*FieldJoin{}}
	for _, d := range def.Directives.ForNames(o.join.DirectiveName("type")) {
		if g, ok := o.graph(d); ok {
			j := t.join(g)
			if d.Arguments.ForName("key") != nil {
				j.Keys = append(j.Keys, Key{Fields: o.fieldSet(d, "key"), Resolvable: true, Position: d.Position})
			}
		}
	}
	if d := def.Directives.ForName(o.join.DirectiveName("owner")); d != nil {
		if g, ok := o.graph(d); ok {
			t.owner = g
			t.join(g)
		}
	}
	if def.Name == o.super.Schema.Query.Name {
		for g := range o.subgraphs {
			t.join(g)
		}
	}
	return t
}

// join returns what a subgraph has of the type, made if it had nothing.
func (t *ownedType) join(graph int) *TypeJoin {
	if t.joins[graph] == nil {
		t.joins[graph] = &TypeJoin{Graph: graph}
	}
	return t.joins[graph]
}

// readFields reads who resolves the fields of an entity or root type.
func (o *ownedReader) readFields(t *ownedType) {
	for _, f := range t.definition.Fields {
		joins := make([]*FieldJoin, len(o.subgraphs))
		t.fields[f.Name] = joins
		directives := f.Directives.ForNames(o.join.DirectiveName("field"))
		for _, d := range directives {
			g, ok := t.owner, t.owner >= 0
			if !ok || d.Arguments.ForName("graph") != nil {
				g, ok = o.graph(d)
			}
			switch {
			case !ok:
				continue
			case !t.root && t.joins[g] == nil:
				o.errs = append(o.errs, invalid(d.Position, "field \"%s.%s\" is resolved by %s, which has no @%s on the type",
					t.definition.Name, f.Name, o.subgraphs[g].Graph, o.join.DirectiveName("type")))
				continue
			}
			t.join(g)
			joins[g] = &FieldJoin{Graph: g, Type: f.Type, Requires: o.fieldSet(d, "requires"), Provides: o.fieldSet(d, "provides"), Position: d.Position}
		}
		switch {
		case len(directives) > 0:
		case t.owner >= 0:
			joins[t.owner] = &FieldJoin{Graph: t.owner, Type: f.Type, Position: f.Position}
		case t.root:
			o.errs = append(o.errs, invalid(f.Position, "field \"%s.%s\" has no @%s(graph:): it is not known who resolves it", t.definition.Name, f.Name, o.join.DirectiveName("field")))
		default:
			for g, j := range t.joins {
				if j != nil {
					joins[g] = &FieldJoin{Graph: g, Type: f.Type, Position: f.Position}
				}
			}
		}
	}
}

// addNamedFields adds what subgraphs name without resolving it for everybody:
// the fields of their keys, and what they require and provide.
func (o *ownedReader) addNamedFields(t *ownedType) {
	for g, j := range t.joins {
		if j == nil {
			continue
		}
		for _, key := range j.Keys {
			o.addSelected(g, t.definition.Name, ast.SelectionSet(key.Fields), false)
		}
	}
	for _, f := range t.definition.Fields {
		for g, j := range t.fields[f.Name] {
			if j != nil {
				o.addSelected(g, t.definition.Name, ast.SelectionSet(j.Requires), true)
				o.addSelected(g, f.Type.Name(), ast.SelectionSet(j.Provides), true)
			}
		}
	}
}

func (o *ownedReader) addSelected(g int, parent string, set ast.SelectionSet, external bool) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			on := parent
			if sel.TypeCondition != "" {
				on = sel.TypeCondition
			}
			o.addSelected(g, on, sel.SelectionSet, external)
		case *ast.Field:
			def := o.definitions[parent]
			if def == nil {
				continue
			}
			f := def.Fields.ForName(sel.Name)
			if f == nil {
				continue // __typename; package querygraph reports what is unknown
			}
			if t := o.entities[parent]; t != nil && !t.root {
				t.join(g)
				switch joins := t.fields[f.Name]; {
				case joins[g] == nil:
					joins[g] = &FieldJoin{Graph: g, Type: f.Type, External: external, Position: f.Position}
				case !external:
					joins[g].External = false
				}
			}
			o.addSelected(g, f.Type.Name(), sel.SelectionSet, external)
		}
	}
}

// spread finds the subgraphs in which each value type is.
func (o *ownedReader) spread() {
	for g := range o.subgraphs {
		for _, t := range o.entities {
			for _, joins := range t.fields {
				if joins[g] != nil {
					o.reach(g, joins[g].Type.Name())
				}
			}
		}
	}
}

// reach notes that a subgraph has a type, if it is a value type, and what that
// leads to.
func (o *ownedReader) reach(g int, name string) {
	in := o.values[name]
	if in == nil || in[g] {
		return
	}
	in[g] = true
	def := o.definitions[name]
	for _, f := range def.Fields {
		o.reach(g, f.Type.Name())
	}
	for _, possible := range o.super.Schema.GetPossibleTypes(def) {
		o.reach(g, possible.Name)
	}
}

// has tells whether a subgraph has a type.
func (o *ownedReader) has(g int, name string) bool {
	if t := o.entities[name]; t != nil {
		return t.joins[g] != nil
	}
	return o.values[name] != nil && o.values[name][g]
}

// build makes the types out of what was read.
func (o *ownedReader) build() {
	for _, def := range o.doc.Definitions {
		clean := o.super.Schema.Types[def.Name]
		if clean == nil || !clean.IsCompositeType() {
			continue
		}
		t := &Type{Definition: clean}
		for g := range o.subgraphs {
			if !o.has(g, def.Name) {
				continue
			}
			j := TypeJoin{Graph: g}
			if owned := o.entities[def.Name]; owned != nil {
				j = *owned.joins[g]
			}
			j.Interfaces = o.present(g, def.Interfaces)
			j.Members = o.present(g, def.Types)
			t.Joins = append(t.Joins, j)
		}
		for _, f := range def.Fields {
			field := &Field{Definition: clean.Fields.ForName(f.Name)}
			for _, j := range t.Joins {
				if owned := o.entities[def.Name]; owned == nil {
					field.Joins = append(field.Joins, FieldJoin{Graph: j.Graph, Type: f.Type, Position: f.Position})
				} else if join := owned.fields[f.Name][j.Graph]; join != nil {
					field.Joins = append(field.Joins, *join)
				}
			}
			t.Fields = append(t.Fields, field)
		}
		o.super.Types = append(o.super.Types, t)
		o.super.byName[def.Name] = t
	}
}

// present lists those of some types that a subgraph has.
func (o *ownedReader) present(g int, names []string) (out []string) {
	for _, name := range names {
		if o.has(g, name) {
			out = append(out, name)
		}
	}
	return out
}
