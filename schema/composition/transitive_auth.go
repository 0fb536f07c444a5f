package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// checkTransitiveAuth compares what a field demands of callers with what it
// reads on their behalf.
//
// Rule: a field with @requires demands, itself or by its type, at least the
// authorization that the fields it requires demand, themselves or by the types
// they return.
// Codes: MISSING_TRANSITIVE_AUTH_REQUIREMENTS.
func (c *composer) checkTransitiveAuth() {
	for _, s := range c.subgraphs {
		for _, t := range s.types {
			merged := c.super.typeNamed(t.name)
			for _, f := range t.fields {
				a := first(f.applied, "requires")
				if a == nil || merged == nil || merged.field(f.name) == nil {
					continue
				}
				own := demandsOf(merged.applied, merged.field(f.name).applied)
				c.checkAuthOf(s, f, a, own, merged, ast.SelectionSet(fieldsOf(a)))
			}
		}
	}
}

func (c *composer) checkAuthOf(s *subgraph, f *field, a *application, own demands, parent *typeDef, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			t := parent
			if sel.TypeCondition != "" {
				t = c.super.typeNamed(s.typeName(sel.TypeCondition))
			}
			if t != nil {
				c.checkAuthOf(s, f, a, own, t, sel.SelectionSet)
			}
		case *ast.Field:
			read := parent.field(sel.Name)
			if read == nil {
				continue
			}
			needed, t := c.demandsOfReading(read)
			if !own.imply(needed) {
				c.fail(CodeMissingTransitiveAuth, append([]Location{a.at}, read.places()...),
					"field %q requires %q, which demands more authorization than it: give it the same @authenticated, @requiresScopes or @policy", f.coordinate, read.coordinate)
				continue
			}
			if t != nil {
				c.checkAuthOf(s, f, a, own, t, sel.SelectionSet)
			}
		}
	}
}

// demandsOfReading are those of a merged field and of its type, which is nil if it
// is built in.
func (c *composer) demandsOfReading(read *field) (demands, *typeDef) {
	t := c.super.typeNamed(read.typ.Name())
	if t == nil {
		return demandsOf(read.applied), nil
	}
	return demandsOf(read.applied, t.applied), t
}

// demands are the conditions on the caller of an element.
type demands struct {
	authenticated    bool
	scopes, policies []*ast.Value // each a list of alternatives; all must be met
}

func demandsOf(lists ...[]*application) demands {
	var d demands
	for _, list := range lists {
		d.authenticated = d.authenticated || has(list, "authenticated")
		if a := first(list, "requiresScopes"); a != nil {
			d.scopes = append(d.scopes, a.arg("scopes"))
		}
		if a := first(list, "policy"); a != nil {
			d.policies = append(d.policies, a.arg("policies"))
		}
	}
	return d
}

func (d demands) imply(needed demands) bool {
	return (d.authenticated || !needed.authenticated) &&
		alternativesImply(d.scopes, needed.scopes) && alternativesImply(d.policies, needed.policies)
}

// alternativesImply reports whether whoever meets the first demands also meets
// the second.
func alternativesImply(given, needed []*ast.Value) bool {
	have, ok := alternatives(given)
	want, alsoOK := alternatives(needed)
	if !ok || !alsoOK {
		return false
	}
	for _, held := range have {
		if !slices.ContainsFunc(want, func(want []string) bool {
			return !slices.ContainsFunc(want, func(n string) bool { return !slices.Contains(held, n) })
		}) {
			return false
		}
	}
	return true
}

// alternatives lists what meets all of lists. Without any, or where
// all are empty, that is the empty alternative, which everybody meets.
func alternatives(lists []*ast.Value) ([][]string, bool) {
	all, ok := conjunction(lists)
	if len(items(all)) == 0 {
		return [][]string{nil}, ok
	}
	var out [][]string
	for _, one := range items(all) {
		out = append(out, names(one))
	}
	return out, ok
}
