package composition

import "github.com/vektah/gqlparser/v2/ast"

// position says which way types may differ between subgraphs.
type position int

const (
	output position = iota
	input
)

// mergeType merges the types that subgraphs give to a field, input field or
// argument. It reports whether they are all the same.
//
// Rule: an output field has the widest of its types, an input field or argument
// the narrowest, where `T!` is narrower than `T`, a member narrower than its
// union, an implementation than its interface, and lists are as their items.
// Types of which none is the widest (narrowest) do not merge.
// Codes: FIELD_TYPE_MISMATCH, FIELD_ARGUMENT_TYPE_MISMATCH.
// Hints: INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE,
// INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE.
func (m *merger) mergeType(dest *field, sources []*field, pos position, argument bool) (same bool) {
	same, compatible := true, true
	for _, f := range sources {
		switch {
		case f == nil:
		case dest.typ == nil || sameType(dest.typ, f.typ):
			if dest.typ == nil {
				dest.typ = f.typ
			}
		case m.super.isNarrower(f.typ, dest.typ):
			same = false
			if pos == input {
				dest.typ = f.typ
			}
		case m.super.isNarrower(dest.typ, f.typ):
			same = false
			if pos == output {
				dest.typ = f.typ
			}
		default:
			same, compatible = false, false
		}
	}
	m.noteEnumUse(dest, sources, pos)
	if same {
		return true
	}
	var at []Location
	groups := newGroups()
	for _, f := range sources {
		if f != nil {
			at = append(at, f.at)
			groups.add(`type "`+f.typ.String()+`"`, f.in.name)
		}
	}
	code, hint, what := CodeFieldTypeMismatch, HintInconsistentFieldType, "field"
	if argument {
		code, hint, what = CodeFieldArgumentTypeMismatch, HintInconsistentArgumentType, "argument"
	}
	if !compatible {
		m.fail(code, at, "the types of %s %q do not fit together: it has %s; give it the same type everywhere", what, dest.coordinate, groups.describe())
		return false
	}
	m.hint(hint, Info, dest.coordinate, "%s %q has %s; the supergraph takes %q", what, dest.coordinate, groups.describe(), dest.typ)
	return false
}

func sameType(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return sameType(a.Elem, b.Elem)
	}
	return a.NamedType == b.NamedType
}

// isNarrower reports whether every value of type a is one of type b, and the
// types differ.
func (s *schema) isNarrower(a, b *ast.Type) bool {
	return !sameType(a, b) && s.fits(a, b)
}

// fits reports whether every value of type a is one of type b.
func (s *schema) fits(a, b *ast.Type) bool {
	if b.NonNull && !a.NonNull {
		return false
	}
	if (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return s.fits(a.Elem, b.Elem)
	}
	return s.isSubtype(b.NamedType, a.NamedType)
}
