package composition

import "github.com/vektah/gqlparser/v2/ast"

// checkKeys checks the keys of entities.
//
// Rule: @key selects existing fields of its type that have no arguments and are
// not of interface or union type, without aliases or directives; an interface
// can have a key from federation 2.3 on.
// Codes: KEY_INVALID_FIELDS, KEY_INVALID_FIELDS_TYPE,
// KEY_DIRECTIVE_IN_FIELDS_ARG, KEY_FIELDS_HAS_ARGS,
// KEY_FIELDS_SELECT_INVALID_TYPE, KEY_UNSUPPORTED_ON_INTERFACE.
func (c *composer) checkKeys(s *subgraph) {
	rule := &fieldSetRule{
		directive: "key", invalidFields: CodeKeyInvalidFields, invalidType: CodeKeyInvalidFieldsType, directiveInside: CodeKeyDirectiveInFields,
		hasArguments: CodeKeyFieldsHasArgs, selectsAbstract: CodeKeyFieldsSelectInvalidType,
	}
	for _, t := range s.types {
		for _, key := range find(t.applied, "key") {
			if t.kind == ast.Interface && !s.version.AtLeast(2, 3) {
				c.fail(CodeKeyUnsupportedOnInterface, []Location{key.at},
					"interface %q cannot have a @key in federation %s: link v2.3 or later", t.name, s.version)
				continue
			}
			c.checkFieldSet(s, key, t.name, t, rule)
		}
	}
}
