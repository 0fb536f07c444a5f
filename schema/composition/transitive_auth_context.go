package composition

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkContextAuth compares what a field demands of callers with what its
// contextual arguments take on their behalf.
//
// Rule: a field with @fromContext demands, itself or by its type, at least the
// authorization that the types which set the context demand, those that its
// selection names in conditions, and the fields that it selects, themselves or by
// the types they return.
// Codes: MISSING_TRANSITIVE_AUTH_REQUIREMENTS.
func (c *composer) checkContextAuth() {
	for _, s := range c.subgraphs {
		s.eachContextValue(func(f *field, setting *typeDef, set federation.FieldSet, a *application) {
			owner, from := c.super.typeNamed(f.parent.name), c.super.typeNamed(setting.name)
			if owner == nil || from == nil || owner.field(f.name) == nil {
				return
			}
			check := contextAuth{composer: c, f: f, a: a, own: demandsOf(owner.applied, owner.field(f.name).applied)}
			if check.met(demandsOf(from.applied), from.name, from.places()) {
				check.selections(from, ast.SelectionSet(set))
			}
		})
	}
}

// contextAuth is the check of one contextual argument.
type contextAuth struct {
	*composer
	f   *field
	a   *application
	own demands
}

// met reports whether the field demands what is needed, else an error.
func (c *contextAuth) met(needed demands, what string, at []Location) bool {
	if c.own.imply(needed) {
		return true
	}
	c.fail(CodeMissingTransitiveAuth, append([]Location{c.a.at}, at...),
		"field %q takes a value from a context by way of %q, which demands more authorization than it: give it the same @authenticated, @requiresScopes or @policy", c.f.coordinate, what)
	return false
}

func (c *contextAuth) selections(parent *typeDef, set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.InlineFragment:
			if t := c.super.typeNamed(sel.TypeCondition); t != nil && c.met(demandsOf(t.applied), t.name, t.places()) {
				c.selections(t, sel.SelectionSet)
			}
		case *ast.Field:
			read := parent.field(sel.Name)
			if read == nil {
				continue
			}
			needed, t := c.demandsOfReading(read)
			if c.met(needed, read.coordinate, read.places()) && t != nil {
				c.selections(t, sel.SelectionSet)
			}
		}
	}
}
