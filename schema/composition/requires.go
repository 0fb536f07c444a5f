package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkRequires checks what fields need from other subgraphs.
//
// Rule: @requires selects fields of its own type whose leaves are @external (or
// lie under an @external field), with the arguments that they need, without
// aliases or directives; fields of interfaces require nothing.
// Codes: REQUIRES_INVALID_FIELDS, REQUIRES_INVALID_FIELDS_TYPE,
// REQUIRES_DIRECTIVE_IN_FIELDS_ARG, REQUIRES_FIELDS_MISSING_EXTERNAL,
// REQUIRES_UNSUPPORTED_ON_INTERFACE.
func (c *composer) checkRequires(s *subgraph) {
	rule := &fieldSetRule{
		directive: "requires", invalidFields: CodeRequiresInvalidFields, invalidType: CodeRequiresInvalidFieldsType,
		directiveInside: CodeRequiresDirectiveInFields, missingExternal: CodeRequiresFieldsMissingExternal,
	}
	for _, t := range s.types {
		for _, f := range t.fields {
			for _, a := range find(f.applied, "requires") {
				if t.kind == ast.Interface {
					c.fail(CodeRequiresUnsupportedOnInterface, []Location{a.at},
						"@requires cannot be used on %q, a field of an interface: put it on the implementations", f.coordinate)
				}
				c.checkFieldSet(s, a, f.coordinate, t, rule)
			}
		}
	}
}
