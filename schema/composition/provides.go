package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkProvidedTypes looks at the types of fields with @provides.
//
// Rule: a field with @provides returns an object, interface or union.
// Codes: PROVIDES_ON_NON_OBJECT_FIELD.
func (c *composer) checkProvidedTypes(s *subgraph) {
	for _, t := range s.types {
		for _, f := range t.fields {
			a := first(f.applied, "provides")
			if a != nil && !s.typeNamed(f.typ.Name()).composite() {
				c.fail(CodeProvidesOnNonObjectField, []Location{a.at},
					"@provides on %q: its type %q has no fields to provide", f.coordinate, f.typ)
			}
		}
	}
}

// checkProvides checks what fields resolve in place of other subgraphs.
//
// Rule: @provides selects fields of the type that its field returns, whose
// leaves are @external and have no arguments, without aliases or directives. Its
// field is neither @external nor an interface's.
// Codes: PROVIDES_INVALID_FIELDS, PROVIDES_INVALID_FIELDS_TYPE,
// PROVIDES_DIRECTIVE_IN_FIELDS_ARG, PROVIDES_FIELDS_HAS_ARGS,
// PROVIDES_FIELDS_MISSING_EXTERNAL, PROVIDES_UNSUPPORTED_ON_INTERFACE,
// EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE.
func (c *composer) checkProvides(s *subgraph) {
	rule := &fieldSetRule{
		directive: "provides", invalidFields: CodeProvidesInvalidFields, invalidType: CodeProvidesInvalidFieldsType,
		directiveInside: CodeProvidesDirectiveInFields, hasArguments: CodeProvidesFieldsHasArgs, missingExternal: CodeProvidesFieldsMissingExternal,
	}
	for _, t := range s.types {
		for _, f := range t.fields {
			for _, a := range find(f.applied, "provides") {
				if f.external {
					c.fail(CodeExternalCollision, []Location{a.at},
						"field %q is @external and cannot have @provides: this subgraph does not resolve it", f.coordinate)
					continue
				}
				if t.kind == ast.Interface {
					c.fail(CodeProvidesUnsupportedOnInterface, []Location{a.at},
						"@provides cannot be used on %q, a field of an interface: put it on the implementations", f.coordinate)
				}
				c.checkFieldSet(s, a, f.coordinate, s.typeNamed(f.typ.Name()), rule)
			}
		}
	}
}
