package composition

import "github.com/vektah/gqlparser/v2/ast"

// dropProvidesOfLeaves drops @provides from fields that return leaves.
//
// Rule: @provides on a field whose type has no fields had no effect in
// federation 1.
func (u *upgrader) dropProvidesOfLeaves() {
	for _, t := range u.types {
		for _, f := range t.fields {
			if t.kind == ast.Object && !u.typeNamed(f.typ.Name()).composite() {
				f.applied = drop(f.applied, "provides")
			}
		}
	}
}
