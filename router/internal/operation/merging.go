package operation

import (
	"encoding/binary"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// This file implements GraphQL October 2021 §5.3.2 Field Selection Merging:
// fields that a response shows under one key have to be one field. The rule is
// about pairs of fields, of which a document has as many as the square of its
// length; but "is the same as" is an equivalence, so that it is enough to compare
// each field with the first one of its group.
//
// For all selection sets that are merged with each other:
//
//	shapes   all fields of one key have types that look alike in a response;
//	         the selection sets of all of them are merged with each other
//	fields   those of one key that one object can have are the same field with the
//	         same arguments; the selection sets of these are merged

// merging is the check of one operation.
type merging struct {
	// left is how many fields may still be looked at. Fragments that contain each
	// other can stand for more than can be looked at.
	left    int
	tooMany *ast.Position // where it came to nothing

	ids     map[*ast.Field]uint64
	checked map[string]bool // merged selection sets, by what is checked of them
	errs    gqlerror.List
}

// mergingWork is how many fields are looked at for each that an operation may
// have.
const mergingWork = 10

// checkMerging returns what is wrong with the operations of a document that is
// otherwise valid.
func checkMerging(doc *ast.QueryDocument, limits Limits) gqlerror.List {
	return newMerging(mergingWork * limits.MaxFields).check(doc)
}

func newMerging(work int) *merging {
	return &merging{left: work, ids: map[*ast.Field]uint64{}, checked: map[string]bool{}}
}

func (m *merging) check(doc *ast.QueryDocument) gqlerror.List {
	for _, op := range doc.Operations {
		fields := m.collect([]ast.SelectionSet{op.SelectionSet})
		m.fields(fields)
		if len(m.errs) == 0 { // different fields tend to have different types too
			m.shapes(fields)
		}
	}
	if m.tooMany != nil {
		return gqlerror.List{errorAt(CodeParsing, m.tooMany, "the operation has too many fields to compare them with each other, after its fragments were inlined")}
	}
	return m.errs
}

// collect lists the fields of selection sets and of the fragments in them, each
// fragment once.
func (m *merging) collect(sets []ast.SelectionSet) []*ast.Field {
	var out []*ast.Field
	seen := map[string]bool{}
	var add func(set ast.SelectionSet)
	add = func(set ast.SelectionSet) {
		for _, sel := range set {
			if m.left--; m.left < 0 {
				if m.tooMany == nil {
					m.tooMany = sel.GetPosition()
				}
				return
			}
			switch sel := sel.(type) {
			case *ast.Field:
				out = append(out, sel)
			case *ast.InlineFragment:
				add(sel.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[sel.Name] {
					seen[sel.Name] = true
					add(sel.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		add(set)
	}
	return out
}

// shapes compares the types of fields with the same key.
func (m *merging) shapes(fields []*ast.Field) {
	for _, group := range byKey(fields) {
		first := group[0]
		for _, f := range group[1:] {
			if !sameShape(first.Definition.Type, f.Definition.Type, first, f) {
				m.conflict(first, f, "they return conflicting types %s and %s", first.Definition.Type, f.Definition.Type)
				break
			}
		}
		if below := m.below('s', group); below != nil {
			m.shapes(below)
		}
	}
}

// fields compares the fields with the same key that one object can have: all
// that are declared by its type or by an abstract one.
func (m *merging) fields(fields []*ast.Field) {
	for _, group := range byKey(fields) {
		for _, same := range byParent(group) {
			first := same[0]
			for _, f := range same[1:] {
				if first.Name != f.Name {
					m.conflict(first, f, "%q and %q are different fields", first.Name, f.Name)
					break
				}
				if !sameArguments(first.Arguments, f.Arguments) {
					m.conflict(first, f, "they have differing arguments")
					break
				}
			}
			if below := m.below('f', same); below != nil {
				m.fields(below)
			}
		}
	}
}

// below collects what fields select, merged; nil if that has been checked.
func (m *merging) below(check byte, fields []*ast.Field) []*ast.Field {
	var sets []ast.SelectionSet
	var ids []uint64
	for _, f := range fields {
		if len(f.SelectionSet) == 0 {
			continue
		}
		id, known := m.ids[f]
		if !known {
			id = uint64(len(m.ids))
			m.ids[f] = id
		}
		sets, ids = append(sets, f.SelectionSet), append(ids, id)
	}
	if len(sets) == 0 || m.tooMany != nil {
		return nil
	}
	key := []byte{check}
	for _, id := range ids {
		key = binary.AppendUvarint(key, id)
	}
	if m.checked[string(key)] {
		return nil
	}
	m.checked[string(key)] = true
	return m.collect(sets)
}

func (m *merging) conflict(a, b *ast.Field, format string, arguments ...any) {
	if len(m.errs) >= maxErrors {
		return
	}
	err := errorAt(CodeValidationFailed, a.Position, "fields %q conflict because "+format+"; use different aliases to fetch both",
		append([]any{a.Alias}, arguments...)...)
	err.Locations = append(err.Locations, gqlerror.Location{Line: b.Position.Line, Column: b.Position.Column})
	m.errs = append(m.errs, err)
}

// byKey groups fields by their response keys, in the order of the first of each.
func byKey(fields []*ast.Field) [][]*ast.Field {
	var out [][]*ast.Field
	index := make(map[string]int, len(fields))
	for _, f := range fields {
		i, known := index[f.Alias]
		if !known {
			i = len(out)
			index[f.Alias] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

// byParent groups fields by the objects that can have them: for each object type
// that declares some of them, these and those that abstract types declare.
func byParent(fields []*ast.Field) [][]*ast.Field {
	var abstract []*ast.Field
	var out [][]*ast.Field
	index := map[string]int{}
	for _, f := range fields {
		if f.ObjectDefinition.Kind != ast.Object {
			abstract = append(abstract, f)
			continue
		}
		i, known := index[f.ObjectDefinition.Name]
		if !known {
			i = len(out)
			index[f.ObjectDefinition.Name] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	if len(out) == 0 {
		return [][]*ast.Field{abstract}
	}
	for i := range out {
		out[i] = append(out[i], abstract...)
	}
	return out
}

// sameShape tells whether values of two fields' types look alike: lists and
// nullability are the same, and leaves are of the same type.
func sameShape(a, b *ast.Type, first, second *ast.Field) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return sameShape(a.Elem, b.Elem, first, second)
	}
	if len(first.SelectionSet) > 0 && len(second.SelectionSet) > 0 {
		return true // composite, both of them
	}
	return a.NamedType == b.NamedType
}

func sameArguments(a, b ast.ArgumentList) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x *ast.Argument) bool {
		y := b.ForName(x.Name)
		return y == nil || !sameValue(x.Value, y.Value)
	})
}

// sameValue compares values; the order of an object's fields does not matter.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	for i, child := range a.Children {
		other := b.Children[i].Value
		if a.Kind == ast.ObjectValue {
			if other = b.Children.ForName(child.Name); other == nil {
				return false
			}
		}
		if !sameValue(child.Value, other) {
			return false
		}
	}
	return true
}
