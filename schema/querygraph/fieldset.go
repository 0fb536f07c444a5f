package querygraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// FieldSet is a federation.FieldSet against the supergraph's types: fragments
// are gone, each field says on which object types it is meant. It is immutable.
type FieldSet struct {
	// ID tells the field sets of a graph apart.
	ID int
	// Type is the composite type that the set is about.
	Type TypeID
	// Fields are in the order of the text.
	Fields []FieldSetField
}

// FieldSetField is one field of a FieldSet.
type FieldSetField struct {
	// Name is the field's name; "__typename" is a field as others.
	Name string
	// Arguments are constants.
	Arguments ast.ArgumentList
	// Types are the object types on which the field is meant, sorted by ID; nil
	// means all.
	Types []TypeID
	// Set holds the parts of a composite field; nil for a leaf.
	Set *FieldSet

	// parent is the type under whose condition the field stands, field its field.
	parent TypeID
	field  FieldID
}

// InputOn returns the field of objects of type t that a field of a field set is;
// ok is false if there is none.
func (g *Graph) InputOn(t TypeID, f *FieldSetField) (id FieldID, ok bool) {
	if f.parent == t {
		return f.field, true
	}
	return g.Field(t, f.Name)
}

// On tells whether the field is meant on objects of the given type.
func (f *FieldSetField) On(t TypeID) bool {
	return f.Types == nil || slices.Contains(f.Types, t)
}

// Find returns the field of the given name on objects of the given type, or nil.
func (s *FieldSet) Find(t TypeID, name string) *FieldSetField {
	if s == nil {
		return nil
	}
	for i := range s.Fields {
		if s.Fields[i].Name == name && s.Fields[i].On(t) {
			return &s.Fields[i]
		}
	}
	return nil
}

type fieldSetReader struct {
	graph *Graph
	next  int
}

func (r *fieldSetReader) read(t TypeID, set federation.FieldSet) (*FieldSet, error) {
	out := &FieldSet{ID: r.next, Type: t}
	r.next++
	if err := r.collect(out, t, ast.SelectionSet(set), nil); err != nil {
		return nil, err
	}
	return out, nil
}

// collect adds the selections to out; on are the object types that fragments
// around them leave, nil if there are no fragments.
func (r *fieldSetReader) collect(out *FieldSet, parent TypeID, set ast.SelectionSet, on []TypeID) error {
	g := r.graph
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			field := FieldSetField{Name: sel.Name, Arguments: sel.Arguments, Types: on}
			id, ok := g.Field(parent, sel.Name)
			if !ok {
				return fmt.Errorf("type %q has no field %q", g.Types[parent].Name, sel.Name)
			}
			field.parent, field.field = parent, id
			switch composite := id != Typename && g.Fields[id].Result != NoType; {
			case composite && len(sel.SelectionSet) == 0:
				return fmt.Errorf("field %q needs a selection of its parts", g.Coordinate(id))
			case !composite && len(sel.SelectionSet) > 0:
				return fmt.Errorf("field %q of type %q has no parts", sel.Name, g.Types[parent].Name)
			case composite:
				sub, err := r.read(g.Fields[id].Result, federation.FieldSet(sel.SelectionSet))
				if err != nil {
					return err
				}
				field.Set = sub
			}
			out.add(field)
		case *ast.InlineFragment:
			inner, types := parent, on
			if sel.TypeCondition != "" {
				id, ok := g.Type(sel.TypeCondition)
				if !ok {
					return fmt.Errorf("the type %q does not exist", sel.TypeCondition)
				}
				inner, types = id, g.narrow(parent, on, id)
				if types != nil && len(types) == 0 {
					continue
				}
			}
			if err := r.collect(out, inner, sel.SelectionSet, types); err != nil {
				return err
			}
		}
	}
	return nil
}

// narrow gives the object types that are left of a type under a condition; nil
// if all are.
func (g *Graph) narrow(parent TypeID, on []TypeID, condition TypeID) []TypeID {
	if on == nil {
		on = g.Types[parent].Possible
	}
	left := []TypeID{}
	for _, t := range on {
		if slices.Contains(g.Types[condition].Possible, t) {
			left = append(left, t)
		}
	}
	if len(left) == len(g.Types[parent].Possible) {
		return nil
	}
	return left
}

// add appends a field unless the set has it already.
func (s *FieldSet) add(f FieldSetField) {
	for i := range s.Fields {
		old := &s.Fields[i]
		if old.Name != f.Name || old.Set != nil || f.Set != nil || len(old.Arguments)+len(f.Arguments) > 0 {
			continue
		}
		if old.Types == nil || slices.Equal(old.Types, f.Types) {
			return
		}
	}
	s.Fields = append(s.Fields, f)
}

// String writes the set in GraphQL's syntax, without arguments and conditions.
func (s *FieldSet) String() string {
	parts := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		parts[i] = f.Name
		if f.Set != nil {
			parts[i] += " { " + f.Set.String() + " }"
		}
	}
	return strings.Join(parts, " ")
}
