package composition

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// isSpecType reports whether a definition is a specification's type, which the
// supergraph does not get, and checks it.
//
// Rule: a subgraph that defines a specification's type itself defines it as the
// specification does: scalars as scalars. Names in federation's namespace belong
// to federation. Arguments are of type _Any, so it is no output type.
// Codes: TYPE_DEFINITION_INVALID, INVALID_GRAPHQL.
func (c *composer) isSpecType(s *subgraph, def *ast.Definition) bool {
	if !s.specTypes[def.Name] {
		namespace := "federation" // without a link, the upgrade of a federation 1 subgraph adds one
		if link, ok := s.doc.Federation(); ok {
			namespace = link.As
		}
		return strings.HasPrefix(def.Name, namespace+"__")
	}
	want := ast.Scalar
	switch def.Name {
	case "_Any", "_Service", "_Entity":
		if def.Name == "_Any" && isOutputOnly(def.Kind) && s.appliesKeys() {
			c.fail(CodeInvalidGraphQL, []Location{locate(s.name, def.Position)},
				"\"_Any\" is the type of an argument of \"Query._entities\", but is defined as %s type: leave the definition out", (&typeDef{kind: def.Kind}).kindName())
		}
		return true // every federation library writes its own form of these
	}
	if strings.HasSuffix(def.Name, "__Purpose") {
		want = ast.Enum
	}
	if s.specInputs[def.Name] != nil {
		want = ast.InputObject
	}
	if def.Kind != want {
		got, spec := typeDef{kind: def.Kind}, typeDef{kind: want}
		c.fail(CodeTypeDefinitionInvalid, []Location{locate(s.name, def.Position)},
			"%q is the name of a specification's %s type, but is defined as %s type", def.Name, spec.kindName(), got.kindName())
	} else if want == ast.Enum {
		c.checkLinkPurpose(s, def)
	}
	return true
}

func isOutputOnly(kind ast.DefinitionKind) bool {
	return kind == ast.Object || kind == ast.Interface || kind == ast.Union
}

// appliesKeys reports whether a type of the subgraph has a @key.
func (s *subgraph) appliesKeys() bool {
	return slices.ContainsFunc(slices.Concat(s.doc.AST.Definitions, s.doc.AST.Extensions), func(d *ast.Definition) bool {
		return slices.ContainsFunc(d.Directives, func(a *ast.Directive) bool { return s.specDirectives[a.Name] == "key" })
	})
}
