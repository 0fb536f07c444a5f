package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weftql/weft/schema/federation"
)

// checkLinkDefinition compares a subgraph's own definition of @link with that of
// the specification, and its links with the definition.
//
// Rule: a subgraph that defines @link itself may leave out arguments that it does
// not use, but must not differ otherwise. Its link__Purpose has the values
// SECURITY and EXECUTION.
// Codes: DIRECTIVE_DEFINITION_INVALID, TYPE_DEFINITION_INVALID, INVALID_GRAPHQL.
func (c *composer) checkLinkDefinition(s *subgraph, got *directiveDef) {
	if len(s.doc.Links) == 0 {
		return // a directive that happens to be called so
	}
	purpose, imported := "link__Purpose", "link__Import"
	for _, l := range s.doc.Links {
		if l.Identity == federation.LinkIdentity {
			purpose, imported = l.TypeName("Purpose"), l.TypeName("Import")
		}
	}
	if a := got.arg("import"); a != nil && a.typ.Elem != nil && isBuiltInScalar(a.typ.Name()) {
		imported = a.typ.Name() // one scalar is as good as another
	}
	if !c.checkRedefinedTypes(s, got) {
		return
	}
	before := len(c.errs)
	c.checkRedefinition(got, parseDirective(s, got.name,
		"(url: String, as: String, for: "+purpose+", import: ["+imported+"]) repeatable on SCHEMA"))
	if len(c.errs) > before {
		return
	}
	c.checkLinkArguments(s, got)
}

// checkLinkArguments looks whether the subgraph's links give the arguments that
// @link has.
func (c *composer) checkLinkArguments(s *subgraph, definition *directiveDef) {
	for _, schema := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
		for _, applied := range schema.Directives.ForNames(definition.name) {
			c.checkArgumentsOfLink(s, definition, applied)
		}
	}
}

func (c *composer) checkArgumentsOfLink(s *subgraph, definition *directiveDef, applied *ast.Directive) {
	at := []Location{locate(s.name, applied.Position)}
	if definition.at.Subgraph == "" {
		for _, a := range applied.Arguments {
			if definition.arg(a.Name) == nil {
				c.fail(CodeInvalidGraphQL, at, "unknown argument %q of @%s", a.Name, definition.name)
			}
		}
		return
	}
	at = append(at, definition.at)
	for _, a := range applied.Arguments {
		if definition.arg(a.Name) == nil {
			c.fail(CodeInvalidGraphQL, at, "the subgraph's definition of @%s has no argument %q: add it there, or leave the definition out", definition.name, a.Name)
		}
	}
	for _, a := range definition.args {
		if a.required() && applied.Arguments.ForName(a.name) == nil {
			c.fail(CodeInvalidGraphQL, at, "@%s needs the argument %q, as the subgraph defines it: make it optional there, or leave the definition out", definition.name, a.name)
		}
	}
}

// checkLinkPurpose looks at a subgraph's own definition of link__Purpose.
func (c *composer) checkLinkPurpose(s *subgraph, def *ast.Definition) {
	if len(def.EnumValues) != 2 || def.EnumValues.ForName("SECURITY") == nil || def.EnumValues.ForName("EXECUTION") == nil {
		c.fail(CodeTypeDefinitionInvalid, []Location{locate(s.name, def.Position)}, "%q must have just the values SECURITY and EXECUTION", def.Name)
	}
}
