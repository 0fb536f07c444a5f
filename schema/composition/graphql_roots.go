package composition

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// operationType is an entry of `schema { query: Q }`.
type operationType struct {
	operation string
	typeName  string // as written
	at        Location
}

func (s *subgraph) operationTypes() []*operationType {
	var out []*operationType
	for _, def := range slices.Concat(s.doc.AST.Schema, s.doc.AST.SchemaExtension) {
		for _, op := range def.OperationTypes {
			out = append(out, &operationType{string(op.Operation), op.Type, locate(s.name, op.Position)})
		}
	}
	return out
}

// checkRoots looks at the schema's root types.
//
// Rule: root types exist, are object types, and differ from each other.
// Codes: INVALID_GRAPHQL.
func (c *composer) checkRoots(s *subgraph) {
	used := map[string]bool{}
	for _, op := range s.operationTypes() {
		switch t := s.typeNamed(s.typeName(op.typeName)); {
		case t == nil:
			c.invalid([]Location{op.at}, "the %s root is the unknown type %q%s", op.operation, op.typeName, closest(op.typeName, s.typeNames()))
		case t.kind != ast.Object:
			c.invalid([]Location{op.at, t.at}, "the %s root %q must be an object type, but is %s type", op.operation, op.typeName, t.kindWithArticle())
		case used[op.typeName]:
			c.invalid([]Location{op.at}, "the type %q is the root of two operations: they must differ", op.typeName)
		}
		used[op.typeName] = true
	}
	for _, name := range rootNames() {
		if t := s.typeNamed(name); t != nil && t.kind != ast.Object && len(s.operationTypes()) == 0 {
			c.invalid([]Location{t.at}, "the root type %q must be an object type, but is %s type", name, t.kindWithArticle())
		}
	}
}
