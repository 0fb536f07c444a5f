package composition

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// isSpecType reports whether a definition is a specification's type, which the
// supergraph does not get, and checks it.
//
// Rule: a subgraph that defines a specification's type itself defines it as the
// specification does: scalars as scalars. Names in federation's namespace belong
// to federation.
// Codes: TYPE_DEFINITION_INVALID.
func (c *composer) isSpecType(s *subgraph, def *ast.Definition) bool {
	if !s.specTypes[def.Name] {
		link, ok := s.doc.Federation()
		return ok && strings.HasPrefix(def.Name, link.As+"__")
	}
	want := ast.Scalar
	switch def.Name {
	case "_Any", "_Service", "_Entity":
		return true // every federation library writes its own form of these
	}
	if strings.HasSuffix(def.Name, "__Purpose") {
		want = ast.Enum
	}
	if def.Kind != want {
		got, spec := typeDef{kind: def.Kind}, typeDef{kind: want}
		c.fail(CodeTypeDefinitionInvalid, []Location{locate(s.name, def.Position)},
			"%q is the name of a specification's %s type, but is defined as %s type", def.Name, spec.kindName(), got.kindName())
	}
	return true
}
