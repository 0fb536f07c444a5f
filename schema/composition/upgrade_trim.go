package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// trimFieldSets drops from @requires and @provides what needed no mention.
//
// Rule: federation 1 let @requires and @provides select fields that the subgraph
// resolves anyway. They are taken out: what remains are @external leaves, and
// what lies below @external fields. A directive without remains is dropped. A
// field set that is not valid stays as it is, to be reported.
func (u *upgrader) trimFieldSets() {
	u.recollectFacts()
	for _, t := range u.types {
		for _, f := range t.fields {
			f.applied = slices.DeleteFunc(f.applied, func(a *application) bool {
				switch a.spec {
				case "requires":
					return u.trim(t, a)
				case "provides":
					return u.trim(u.typeNamed(f.typ.Name()), a)
				}
				return false
			})
		}
	}
}

// trim reports whether nothing remains of a field set.
func (u *upgrader) trim(parent *typeDef, a *application) bool {
	set := fieldsOf(a)
	if set == nil || !parent.composite() {
		return false
	}
	kept, ok := u.externalPart(parent, ast.SelectionSet(set))
	switch {
	case !ok:
		return false
	case len(kept) == 0:
		return true
	}
	if text := federation.FieldSet(kept).String(); text != set.String() {
		text = federation.FieldSet(withoutRepeats(kept)).String()
		for i, arg := range a.args {
			if arg.name == "fields" {
				a.args[i].value = &ast.Value{Kind: ast.StringValue, Raw: text, Position: arg.value.Position}
			}
		}
	}
	return false
}

func withoutRepeats(set ast.SelectionSet) (out ast.SelectionSet) {
	seen := map[string]bool{}
	for _, sel := range set {
		if text := (federation.FieldSet{sel}).String(); !seen[text] {
			seen[text] = true
			out = append(out, sel)
		}
	}
	return out
}

// externalPart returns what of a selection comes from other subgraphs; it is not
// ok if the selection does not fit the type.
func (u *upgrader) externalPart(parent *typeDef, set ast.SelectionSet) (kept ast.SelectionSet, ok bool) {
	for _, sel := range set {
		var one ast.Selection
		switch sel := sel.(type) {
		case *ast.Field:
			one, ok = u.externalField(parent, sel)
		case *ast.InlineFragment:
			one, ok = u.externalFragment(parent, sel)
		}
		if !ok {
			return nil, false
		}
		if one != nil {
			kept = append(kept, one)
		}
	}
	return kept, true
}

func (u *upgrader) externalField(parent *typeDef, sel *ast.Field) (ast.Selection, bool) {
	if sel.Alias != sel.Name {
		return nil, false
	}
	if sel.Name == "__typename" {
		return nil, true
	}
	f := parent.field(sel.Name)
	if f == nil {
		return nil, false
	}
	t := u.typeNamed(f.typ.Name())
	switch {
	case t.composite() != (len(sel.SelectionSet) > 0):
		return nil, false
	case u.isExternal(parent, f):
		return sel, true
	case !t.composite():
		return nil, true
	}
	kept, ok := u.externalPart(t, sel.SelectionSet)
	if !ok || len(kept) == 0 {
		return nil, ok
	}
	trimmed := *sel
	trimmed.SelectionSet = kept
	return &trimmed, true
}

func (u *upgrader) externalFragment(parent *typeDef, sel *ast.InlineFragment) (ast.Selection, bool) {
	t := parent
	if sel.TypeCondition != "" {
		t = u.typeNamed(u.typeName(sel.TypeCondition))
	}
	if !t.composite() {
		return nil, false
	}
	kept, ok := u.externalPart(t, sel.SelectionSet)
	if !ok || len(kept) == 0 {
		return nil, ok
	}
	trimmed := *sel
	trimmed.SelectionSet = kept
	return &trimmed, true
}

// isExternal reports whether a field is external, or is for some implementation
// of its interface.
func (u *upgrader) isExternal(parent *typeDef, f *field) bool {
	if f.external || parent.kind != ast.Interface {
		return f.external
	}
	for _, impl := range u.possibleTypes(parent) {
		if mine := impl.field(f.name); mine != nil && mine.external {
			return true
		}
	}
	return false
}
